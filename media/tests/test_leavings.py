"""Of a photo there is what its rows tell of, and in it nothing but pixels."""

import io
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from chatify.jobs import runner
from media.models import State, Upload
from media.operations import preparing
from media.storage import local

from . import samples
from .sending import arrive, shown, stored, upload


def test_what_is_written_beside_the_pixels_is_in_nothing_that_is_made_of_them(alice: User) -> None:
    data = samples.photo(comment=b"SECRETNOTE", icc_profile=b"SECRETPROFILE" * 99_999)
    assert b"SECRETNOTE" in data and b"SECRETPROFILE" in data
    row = upload(alice, data)
    for made in row.renditions.all():
        assert b"SECRET" not in stored(made.key), made.name
    assert b"SECRETNOTE" not in stored(row.key)


def test_what_a_camera_stores_behind_a_photo_is_no_motion(alice: User) -> None:
    target, behind = io.BytesIO(), Image.new("L", (400, 250), 255)
    Image.open(io.BytesIO(samples.photo(800, 500))).save(target, "MPO", save_all=True, append_images=[behind])
    assert getattr(Image.open(target), "n_frames", 1) == 2, "there must be a second picture in it"
    row = upload(alice, target.getvalue())
    assert (row.state, row.details, row.width, row.height) == (State.READY, {}, 800, 500)
    preview = shown(row, "preview")
    assert (preview.format, getattr(preview, "n_frames", 1), preview.size) == ("JPEG", 1, (800, 500))


def test_nothing_is_left_of_a_photo_but_what_its_rows_tell_of(alice: User) -> None:
    """Of the original with its metadata neither, whatever breaks between the two; nor of what was made before."""
    others = kept()
    first = arrive(alice, samples.photo())
    runner.run_due()
    row = Upload.objects.get(pk=first.pk)
    assert row.key != first.key and kept() - others == told_of(row)
    local.kept(first.key).write_bytes(b"it died before it came to this")
    preparing.prepare({"upload": str(row.pk), "owner": str(alice.pk), "key": first.key})
    assert kept() - others == told_of(row)
    before = told_of(row)
    assert preparing.again(row)
    runner.run_due()
    row.refresh_from_db()
    assert kept() - others == told_of(row) and len(kept() & before) == 1, "only the original is what it was"


def kept() -> set[str]:
    return {path.name for path in (Path(settings.MEDIA_ROOT) / "kept").rglob("*") if path.is_file()}


def told_of(row: Upload) -> set[str]:
    return {row.key, *row.renditions.values_list("key", flat=True)}


def test_a_photo_costs_few_queries(alice: User) -> None:
    """From taking up its job to forgetting the bytes it came with; the last look finds nothing more to do."""
    arrive(alice, samples.photo())
    with CaptureQueriesContext(connection) as asked:
        runner.run_patient()
    assert len(asked) <= 20, "\n".join(query["sql"][:90] for query in asked)
