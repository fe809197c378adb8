"""What is made of files: seen in place where a decoder agrees, bytes to download where none does."""

import io
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from chatify.jobs import runner
from media.models import Kind, Purpose, Rendition, State, Upload
from media.operations import preparing, uploads
from media.processing import workshop as module
from media.storage import local

from . import samples
from .sending import arrive, shown, stored, upload

needs_ffmpeg = pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")


def is_red(pixel: Any) -> bool:
    return pixel[0] > 150 and pixel[2] < 90


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_is_made_small_and_tells_nothing_of_its_maker(alice: User, format: str) -> None:
    data = samples.photo(2000, 1000, format=format)
    assert b"SECRETCAM" in data, "there must be something to take away"
    row = upload(alice, data, name="photo")
    assert (row.state, row.kind, row.width, row.height) == (State.READY, Kind.IMAGE, 2000, 1000)
    assert row.placeholder.startswith("data:image/webp;base64,") and len(row.placeholder) < 400
    assert (shown(row, "preview").size, shown(row, "thumb").size) == ((1600, 800), (640, 320))
    for key in [row.key, *row.renditions.values_list("key", flat=True)]:
        assert b"SECRETCAM" not in stored(key)
    pixels = Image.open(io.BytesIO(stored(row.key))).convert("RGB").tobytes()
    assert pixels == Image.open(io.BytesIO(data)).convert("RGB").tobytes(), "its pixels stay as they were"


def test_what_every_page_loads_is_small_and_what_is_written_stays_sharp(alice: User) -> None:
    row = upload(alice, samples.scenery(2000, 1000), name="photo.jpg")
    assert dict(row.renditions.values_list("name", "type")) == {
        "preview": "image/jpeg",
        "thumb": "image/webp",
    }
    assert row.renditions.get(name="thumb").size < row.size / 4
    row = upload(alice, samples.photo(format="PNG"), name="screen.png")
    assert set(row.renditions.values_list("type", flat=True)) == {"image/webp"}


def test_a_picture_of_a_phone_is_read(alice: User) -> None:
    row = upload(alice, samples.heic(), name="IMG_1.HEIC")
    assert (row.state, row.kind, row.type, row.width, row.height) == ("ready", "image", "image/heic", 64, 40)
    assert is_red(shown(row, "preview").convert("RGB").getpixel((4, 20)))
    assert b"SECRETCAM" not in stored(row.key)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_turned_picture_stands_upright(alice: User, format: str) -> None:
    row = upload(alice, samples.photo(400, 200, turned=6, format=format), name="photo")
    preview = shown(row, "preview").convert("RGB")
    assert preview.size == (200, 400) == (row.width, row.height)
    assert is_red(preview.getpixel((100, 20))), "turned to the right, the left side is on top"
    assert Image.open(io.BytesIO(stored(row.key))).getexif().get(0x0112) == 6, "the original still says how"


def test_nonsense_about_its_orientation_is_ignored(alice: User) -> None:
    row = upload(alice, samples.photo(400, 200, turned=9))
    assert (row.state, row.width) == (State.READY, 400)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_moving_picture_moves(alice: User, format: str) -> None:
    row = upload(alice, samples.moving(format=format), name="cat")
    assert (row.state, row.details) == (State.READY, {"frames": 4})
    assert (shown(row, "preview").n_frames, shown(row, "thumb").n_frames) == (4, 1)


def test_a_picture_that_moves_too_long_stands_still(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.policy.MOST_FRAMES", 3)
    row = upload(alice, samples.moving(), name="cat.gif")
    assert (row.state, shown(row, "preview").n_frames) == (State.READY, 1)


def test_what_follows_a_picture_is_gone(alice: User) -> None:
    for data in (samples.photo(format="PNG"), samples.photo()):
        for rest in (b"<script>alert(1)</script>", samples.docx(), b"<?php __HALT_COMPILER(); ?>"):
            row = upload(alice, data + rest, name="a.png")
            assert row.state == State.READY
            assert rest not in stored(row.key)


def test_a_colour_profile_of_megabytes_is_not_looked_at(alice: User) -> None:
    row = upload(alice, samples.photo(icc_profile=b"\0" * 5 * 2**20))
    assert (row.state, row.renditions.count()) == (State.READY, 2)
    assert sum(row.renditions.values_list("size", flat=True)) < 2**16


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_picture_is_bytes_to_download(alice: User, damage: str) -> None:
    data = samples.noise(400, 300)
    broken = data[: len(data) // 2] if damage == "cut" else data[:700] + b"\xff\xc4\xff\xd9" * 9 + data[740:]
    row = upload(alice, broken, name="photo.jpg")
    assert (row.state, row.kind, row.type) == (State.FAILED, Kind.FILE, "application/octet-stream")
    assert row.reason == "This file cannot be previewed. You can download it."
    assert stored(row.key) == broken and not row.renditions.exists()


@needs_ffmpeg
def test_a_film_has_a_poster(alice: User, tmp_path: Path) -> None:
    row = upload(alice, samples.film(tmp_path), name="film.mp4")
    assert (row.state, row.kind, row.checked) == (State.READY, Kind.VIDEO, True)
    assert (row.width, row.height, row.details["plays"]) == (320, 180, True)
    assert row.duration == pytest.approx(2, abs=0.2)
    assert set(row.renditions.values_list("name", flat=True)) == {"poster", "thumb"}


@needs_ffmpeg
def test_a_film_that_few_browsers_play_gets_a_copy_that_all_do(alice: User, tmp_path: Path) -> None:
    if not samples.makes("libx265"):
        pytest.skip("this ffmpeg makes no HEVC")
    row = upload(alice, samples.film(tmp_path, "IMG_2.mov", *samples.HEVC), name="IMG_2.mov")
    assert (row.kind, row.details["codec"], row.details["plays"]) == (Kind.VIDEO, "hevc", False)
    copy = row.renditions.get(name="play")
    again = upload(alice, stored(copy.key), name="copy.mp4")
    assert (copy.type, again.details["codec"], again.details["plays"]) == ("video/mp4", "h264", True)


@needs_ffmpeg
def test_a_voice_note_has_a_length_and_a_shape(alice: User, tmp_path: Path) -> None:
    data = samples.sound(tmp_path)
    row = upload(alice, data, name="note.webm", type="audio/webm;codecs=opus", purpose=Purpose.VOICE)
    assert (row.state, row.kind, row.type) == (State.READY, Kind.AUDIO, "audio/webm")
    assert row.duration == pytest.approx(2, abs=0.2)
    assert len(row.details["waveform"]) == 64 and max(row.details["waveform"]) == 100
    plain = upload(alice, data, name="note.webm")
    assert plain.kind == Kind.AUDIO, "a container with nothing but sound is a sound"


@needs_ffmpeg
def test_a_voice_note_of_more_than_a_quarter_of_an_hour_is_refused(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.policy.LONGEST_VOICE", 60)
    row = upload(
        alice, samples.sound(tmp_path, seconds=65), name="n.webm", type="audio/webm", purpose=Purpose.VOICE
    )
    assert (row.state, row.reason) == (State.REFUSED, "The voice note is longer than 1 minutes.")
    assert row.key == ""


@needs_ffmpeg
def test_a_film_that_says_it_lasts_for_days_costs_no_more(alice: User, tmp_path: Path) -> None:
    film = bytearray(samples.film(tmp_path, seconds=1))
    # Where the length stands: behind the kind, flags and dates, and a scale or a number.
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        place = film.index(box) + (24 if box == b"tkhd" else 20)
        film[place : place + 4] = b"\x7f\xff\xff\xff"
    row = upload(alice, bytes(film), name="film.mp4")
    assert row.kind == Kind.VIDEO and row.state in (State.READY, State.FAILED)


@needs_ffmpeg
def test_a_list_of_addresses_is_no_film(alice: User, tmp_path: Path) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXTINF:1,\nhttp://169.254.169.254/\n"
    row = upload(alice, playlist, name="film.mp4", type="video/mp4")
    assert (row.kind, row.type) == (Kind.FILE, "text/plain")
    row = upload(alice, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + playlist, name="film.mp4")
    assert (row.kind, row.state, row.checked) == (Kind.VIDEO, State.FAILED, False)


def test_without_ffmpeg_a_film_is_said_to_be_one(alice: User, settings: Any) -> None:
    settings.CHATIFY_FFMPEG = "no-such-tool"
    row = upload(alice, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 99, name="film.mp4")
    assert (row.kind, row.state, row.reason) == (Kind.VIDEO, State.FAILED, preparing.NO_TOOL)


def test_a_document_shows_its_first_page_and_a_text_its_first_lines(alice: User) -> None:
    page = upload(alice, samples.pdf(), name="plan.pdf")
    assert (page.state, page.kind, page.details) == (State.READY, Kind.FILE, {"pages": 1})
    assert shown(page, "preview").size == (page.width, page.height)
    text = upload(alice, b"first\n<b>second</b>\n" + b"x" * 999, name="a.txt")
    assert text.details["lines"] == ["first", "<b>second</b>", "x" * 160]
    assert upload(alice, b"%PDF-1.7 nothing more", name="b.pdf").state == State.FAILED


def test_equal_files_of_one_owner_are_stored_once(alice: User, bob: User) -> None:
    data = samples.photo()
    first, second, foreign = upload(alice, data), upload(alice, data, name="again.jpg"), upload(bob, data)
    assert (second.state, second.key, second.name) == (State.READY, first.key, "again.jpg")
    assert foreign.key != first.key
    assert Rendition.objects.filter(key=first.renditions.first().key).count() == 2
    uploads.discard(alice, first.pk)
    runner.run_due()
    assert stored(second.key), "what another file still shares stays"
    uploads.discard(alice, second.pk)
    runner.run_due()
    assert not local.kept(second.key).exists()


def test_a_worker_that_dies_costs_one_file_its_preview(alice: User) -> None:
    module.workshop.do(
        {"task": "document", "type": "text/plain", "source": __file__, "folder": "", **preparing.PICTURE}
    )
    process = module.workshop._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert upload(alice, samples.photo()).state == State.READY, "another one is there at once"


def test_a_worker_that_never_ends_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never")
    task = {
        "task": "document",
        "type": "text/plain",
        "source": str(tmp_path / "never"),
        "folder": str(tmp_path),
    }
    began = time.monotonic()
    answer = module.workshop.do({**task, **preparing.PICTURE, "seconds": 0.3})
    assert answer == {"failed": "It took too long."}
    assert time.monotonic() - began < 5


def test_a_worker_may_not_take_all_memory(tmp_path: Path) -> None:
    (tmp_path / "big.jpg").write_bytes(samples.noise(2000, 2000, quality=40))
    limits = preparing._picture_limits(Upload(type="image/jpeg")) | preparing.PICTURE
    task = {**limits, "source": str(tmp_path / "big.jpg"), "folder": str(tmp_path), "type": "image/jpeg"}
    assert "renditions" in module.workshop.do(task)
    assert "failed" in module.workshop.do({**task, "memory": 60 * 2**20})


def test_a_file_that_went_away_meanwhile_leaves_nothing(alice: User) -> None:
    row = arrive(alice, samples.photo())
    Upload.objects.all().delete()
    runner.run_due()
    assert not Rendition.objects.filter(upload_id=row.pk).exists()
