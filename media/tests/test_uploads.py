"""A file's way in: promises are checked first, links take what was promised, and nobody believes what arrives."""

import asyncio
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from chatify.lib.errors import Conflict, Invalid, NotFound
from media import policy, storage
from media.models import State, Upload
from media.operations import care, uploads
from media.storage import local

from . import samples, sending

Signed = Callable[[User], Client]
HELLO = b"hello, file\n" * 20


RARE = ("BMP", "TIFF", "ICNS", "JPEG2000", "TGA", "ICO", "PCX", "PPM")


def rare(format: str) -> bytes:
    """A picture in a form that we do not open."""
    target = io.BytesIO()
    Image.new("RGB", (64, 64)).save(target, format)
    return target.getvalue()


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"/api/v1{path}", body or {}, content_type="application/json")


def test_a_file_goes_in_through_the_api_and_is_recognised(client_for: Signed, alice: User) -> None:
    client, data = client_for(alice), samples.photo()
    begun = post(client, "/uploads", {"name": "garden.jpg", "size": len(data), "type": "image/jpeg"}).json()
    assert set(begun) >= {"id", "method", "url", "headers", "expires_at"}
    headers = {**begun["headers"], "Content-Length": str(len(data))}
    assert asyncio.run(sending.put(begun["url"], [data], headers))[0] == 204
    sha256 = hashlib.sha256(data).hexdigest()
    done = post(client, f"/uploads/{begun['id']}/finish", {"sha256": sha256})
    assert done.status_code == 200, done.content
    told = done.json()
    assert (told["kind"], told["type"], told["state"]) == ("image", "image/jpeg", "processing")
    assert (told["width"], told["height"], told["sha256"]) == (320, 200, sha256)
    assert post(client, f"/uploads/{begun['id']}/finish").json()["id"] == told["id"]
    assert client.get(f"/api/v1/uploads/{begun['id']}").json()["name"] == "garden.jpg"
    assert client.delete(f"/api/v1/uploads/{begun['id']}").status_code == 204
    assert client.get(f"/api/v1/uploads/{begun['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"name": "a.txt", "size": 0}, "a.txt is empty."),
        ({"name": "photo.heic", "size": 34 * policy.MB, "type": "image/heic"},
         "photo.heic is 34 MB; the limit for a picture is 25 MB."),
        ({"name": "a.iso", "size": 5 * 2**30}, "a.iso is 5 GB; the limit for a file is 1 GB."),
        ({"name": "   ", "size": 1}, "This cannot be empty."),
        ({"name": "../..", "size": 1}, "This cannot be empty."),
        ({"name": "a", "size": 1, "purpose": "avatar"}, "Choose attachment or voice."),
        ({"name": "a", "size": 1, "type": "image/png", "purpose": "voice"}, "A voice note is a sound."),
    ],
)  # fmt: skip
def test_limits_are_told_before_a_byte_is_sent(
    client_for: Signed, alice: User, wish: Any, words: str
) -> None:
    answer = post(client_for(alice), "/uploads", wish)
    assert answer.status_code == 422
    assert answer.json()["detail"] == words
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.doc", "x.doc"),
        ("C:\\x", "x"),
        ("a/b\r\nSet-Cookie: x", "b Set-Cookie: x"),
        ("x.jpg\u202egpj.exe", "x.jpggpj.exe"),
        ("name. . ", "name"),
        ("😀" * 300 + ".jpeg", "😀" * 145 + ".jpeg"),
        ('a";filename=evil.html', 'a";filename=evil.html'),
        ("%2e%2e%2fetc", "%2e%2e%2fetc"),
        ("CON", "CON"),
        (".htaccess", ".htaccess"),
        ("x" * 5000 + ".tar.gz", "x" * 147 + ".gz"),
    ],
)
def test_a_name_is_text_and_never_a_path(alice: User, given: str, kept: str) -> None:
    row = uploads.begin(alice, name=given, size=1).upload
    assert row.name == kept
    assert row.key not in given and row.key.isalnum() and len(row.key) == 32


def test_a_link_takes_what_it_promises_and_nothing_else(alice: User) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(HELLO), type="text/plain")
    url, fine = begun.slot.url, {**begun.slot.headers, "Content-Length": str(len(HELLO))}

    def status(url: str, body: bytes, headers: dict[str, str], method: str = "PUT") -> int:
        return asyncio.run(sending.put(url, [body], headers, method=method))[0]

    assert status(url.replace("size=", "size=1"), HELLO, fine) == 403
    assert status(url.replace(begun.upload.key, begun.upload.key[::-1]), HELLO, fine) == 403
    assert status(url.partition("?")[0], HELLO, fine) == 403
    assert status("/uploads/../../etc/passwd", HELLO, fine) == 403
    assert status(url, HELLO, {**fine, "Content-Type": "text/html"}) == 415
    assert status(url, HELLO + b"x", {**fine, "Content-Length": str(len(HELLO) + 1)}) == 413
    assert status(url, HELLO, begun.slot.headers) == 411
    assert status(url, HELLO[:-1], fine) == 400
    assert status(url, HELLO + b"more", fine) == 400
    assert status(url, HELLO, fine, "POST") == 405
    with pytest.raises(NotFound):
        uploads.finish(alice, begun.upload.pk)
    assert status(url, HELLO, fine) == 204
    assert not list((settings.MEDIA_ROOT / "incoming").glob(f"{begun.upload.key}.*")), (
        "half a file stays nowhere"
    )


def test_a_link_is_over_after_five_minutes(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(HELLO))
    later = timezone.now().timestamp() + policy.LINK_SECONDS + 1
    monkeypatch.setattr("media.storage.links.time.time", lambda: later)
    assert sending.bring(begun.slot, HELLO) == 403


def test_a_link_used_again_changes_nothing_that_was_checked(alice: User) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(HELLO))
    assert sending.bring(begun.slot, HELLO) == 204
    row = uploads.finish(alice, begun.upload.pk)
    assert sending.bring(begun.slot, b"X" * len(HELLO)) == 204
    assert b"".join(storage.current().chunks(row.key)) == HELLO
    assert uploads.finish(alice, row.pk).sha256 == hashlib.sha256(HELLO).hexdigest()


def test_what_arrived_must_be_what_was_sent(alice: User) -> None:
    begun = uploads.begin(alice, name="a.txt", size=len(HELLO))
    assert sending.bring(begun.slot, HELLO) == 204
    with pytest.raises(Invalid, match="checksum"):
        uploads.finish(alice, begun.upload.pk, sha256="0" * 64)
    row = Upload.objects.get()
    assert (row.state, row.key) == (State.REFUSED, "")
    with pytest.raises(Invalid):
        uploads.finish(alice, row.pk)


def test_a_broken_off_file_goes_on_where_it_stopped(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "PART_BYTES", 1000)
    data = bytes(range(256)) * 10
    row = uploads.begin(alice, name="film.bin", size=len(data)).upload
    for number in (1, 3):
        assert (
            sending.bring(uploads.part(alice, row.pk, number), data[(number - 1) * 1000 : number * 1000])
            == 204
        )
    row.refresh_from_db()
    assert uploads.arrived(row) == {1: 1000, 3: 560}
    with pytest.raises(Conflict, match="Of 3 parts 2 are here"):
        uploads.finish(alice, row.pk)
    assert sending.bring(uploads.part(alice, row.pk, 2), data[1000:2000]) == 204
    for number in (0, 4):
        with pytest.raises(NotFound):
            uploads.part(alice, row.pk, number)
    done = uploads.finish(alice, row.pk, sha256=hashlib.sha256(data).hexdigest())
    assert b"".join(storage.current().chunks(done.key)) == data


def test_my_files_are_mine(client_for: Signed, alice: User, dave: User) -> None:
    row = sending.arrive(alice, HELLO, name="a.txt")
    stranger = client_for(dave)
    assert client_for(alice).get(f"/api/v1/uploads/{row.pk}").status_code == 200
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/finish"), ("POST", "/parts/1")):
        for id in (row.pk, uuid4()):
            answer = stranger.generic(
                method, f"/api/v1/uploads/{id}{path}", "{}", content_type="application/json"
            )
            assert answer.status_code == 404
            assert answer.json()["detail"] == "There is no such file."
    assert Client().get(f"/api/v1/uploads/{row.pk}").status_code == 401


@pytest.mark.parametrize(
    ("data", "type", "kind"),
    [
        (samples.SVG, "application/octet-stream", "file"),
        (b"<!doctype html><script>alert(1)</script>", "application/octet-stream", "file"),
        (HELLO, "text/plain", "file"),
        (b"II*\0" + b"\0" * 60, "application/octet-stream", "file"),
        (b"%!PS-Adobe-3.0 EPSF\0", "application/octet-stream", "file"),
        (b"PK\x03\x04" + b"\0" * 30, "application/zip", "file"),
        (b"\xff\xd8\xff\xe0 no picture", "application/octet-stream", "file"),
        *((rare(format), "application/octet-stream", "file") for format in RARE),
        (b"<html><script>alert(1)</script>" + samples.pdf(), "application/octet-stream", "file"),
        (samples.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "file"),
        (b"\0", "application/octet-stream", "file"),
    ],
)
def test_the_content_says_what_a_file_is(alice: User, data: bytes, type: str, kind: str) -> None:
    row = sending.arrive(alice, data, name="picture.png", type="image/png")
    assert (row.type, row.kind) == (type, kind)


@pytest.mark.parametrize("data", [samples.POLYGLOT, b"GIF89a=1;alert(1)"])
def test_a_script_that_begins_like_a_picture_is_refused(alice: User, data: bytes) -> None:
    begun = uploads.begin(alice, name="p.gif", size=len(data), type="image/gif")
    sending.bring(begun.slot, data)
    with pytest.raises(Invalid, match="no picture is in it"):
        uploads.finish(alice, begun.upload.pk)
    sending.runner.run_due()
    row = Upload.objects.get()
    assert (row.state, row.key) == (State.REFUSED, "") and not local.kept(begun.upload.key).exists()


@pytest.mark.parametrize("size", [(30_000, 30_000), (9_000, 9_000), (12_001, 1)])
def test_a_picture_too_large_inside_is_refused_from_its_header(alice: User, size: tuple[int, int]) -> None:
    data = samples.png_bomb(*size)
    begun = uploads.begin(alice, name="bomb.png", size=len(data), type="image/png")
    sending.bring(begun.slot, data)
    with pytest.raises(Invalid, match="pixels; the limit is"):
        uploads.finish(alice, begun.upload.pk)
    assert Upload.objects.get().state == State.REFUSED


def test_a_full_allowance_is_told_in_words(alice: User, settings: Any) -> None:
    settings.CHATIFY_QUOTA = 100
    uploads.begin(alice, name="a", size=60)
    with pytest.raises(Invalid, match="of your 100 bytes 40 bytes are left"):
        uploads.begin(alice, name="b", size=41)
    uploads.begin(alice, name="c", size=40)


def test_files_are_limited_by_hour_and_day(client_for: Signed, alice: User, settings: Any) -> None:
    settings.CHATIFY_LIMITS, settings.CHATIFY_RATES = 1.0, {**settings.CHATIFY_RATES, "upload": (3, 3600)}
    client, wish = client_for(alice), {"name": "a", "size": 10}
    assert [post(client, "/uploads", wish).status_code for _ in range(4)] == [201, 201, 201, 429]
    settings.CHATIFY_RATES, settings.CHATIFY_DAILY_BYTES = (
        {**settings.CHATIFY_RATES, "upload": (99, 3600)},
        30,
    )
    answer = post(client, "/uploads", wish)
    assert (answer.status_code, "tomorrow" in answer.json()["detail"]) == (429, True)
    assert int(answer["Retry-After"]) > 0


def test_what_nobody_sent_is_swept_after_a_day(alice: User) -> None:
    old, young = sending.arrive(alice, HELLO), sending.arrive(alice, HELLO + b"!")
    begun = uploads.begin(alice, name="b", size=len(HELLO))
    sending.bring(begun.slot, HELLO)
    long_ago = timezone.now() - timedelta(days=2)
    Upload.objects.filter(pk__in=[old.pk, begun.upload.pk]).update(touched_at=long_ago)
    assert care.sweep() == 2
    sending.runner.run_due()
    assert list(Upload.objects.all()) == [young]
    assert not local.kept(old.key).exists() and local.kept(young.key).exists()
    assert not local.incoming(begun.upload.key).exists()


def test_files_are_looked_into_again_by_a_command(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    photo = sending.upload(alice, samples.photo(), name="a.jpg")
    plain = sending.upload(alice, b"PK\x03\x04" + b"\0" * 30, name="a.zip")
    Upload.objects.filter(pk=photo.pk).update(
        state=State.FAILED, kind="file", type="application/octet-stream"
    )
    call_command("reprocess_uploads")
    sending.runner.run_due()
    photo.refresh_from_db()
    assert (photo.state, photo.kind, photo.renditions.count()) == (State.READY, "image", 2)
    call_command("reprocess_uploads", "--all")
    call_command("storage_report")
    call_command("sweep_uploads")
    told = capsys.readouterr().out
    assert told.count("1 files wait for a worker.") == 2, "there is nothing to look into in an archive"
    assert "alice" in told and "made of them" in told and "0 files forgotten." in told
    assert Upload.objects.get(pk=plain.pk).state == State.READY


def test_staff_see_how_far_files_are_and_nothing_of_them(client_for: Signed, alice: User, sam: User) -> None:
    row = sending.upload(alice, HELLO, name="diary.txt")
    User.objects.filter(pk=sam.pk).update(is_superuser=True)
    staff = client_for(sam)
    for address in ("/admin/media/upload/", f"/admin/media/upload/{row.pk}/change/"):
        page = staff.get(address)
        assert page.status_code == 200
        assert row.key not in page.content.decode() and "hello, file" not in page.content.decode()
    chosen = {"action": "prepare_again", "_selected_action": [str(row.pk)]}
    assert staff.post("/admin/media/upload/", chosen).status_code == 302
    assert Upload.objects.get().state == State.PROCESSING
    assert client_for(alice).get("/admin/media/upload/").status_code == 404
