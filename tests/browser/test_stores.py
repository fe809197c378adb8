"""The same files from one person to the other, whichever store keeps them: the data folder, or a bucket."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, Locator, expect

from media.tests import samples

from .filing import READY_MS, sees, send, shoot
from .world import Seat, World

TEXT = "water\nweed\n" * 40
OVER = 26 * 2**20
REFUSED = {
    "bomb.png": (samples.png_bomb(), "30,000 × 30,000 pixels; the limit is"),
    "both.gif": (samples.POLYGLOT, "no picture is in it"),
    "empty.txt": (b"", "empty.txt is empty."),
    "large.png": (b"\0" * OVER, "large.png is 26 MB; the limit for a picture is 25 MB."),
}
SCRIPT = b"<script>window.__x = 1</script>"


@pytest.fixture(scope="module", params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[World]:
    if request.param == "folder":
        yield from _world(chromium, {})
        return
    bucket = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    bucket.start()
    try:
        host, port = bucket.get_host_and_port()
        name = f"files-{uuid4().hex[:12]}"
        about = {"aws_access_key_id": "KEY", "aws_secret_access_key": "SECRET", "region_name": "us-east-1"}
        boto3.resource("s3", endpoint_url=f"http://{host}:{port}", **about).create_bucket(Bucket=name)
        yield from _world(chromium, {"S3_URL": f"http://KEY:SECRET@{host}:{port}/{name}?region=us-east-1"})
    finally:
        bucket.stop()


def _world(browser: Browser, env: dict[str, str]) -> Iterator[World]:
    world = World(browser, ["alice", "bob"], env=env)
    try:
        yield world
    finally:
        world.close()


@pytest.fixture
def stored(store: World) -> Iterator[World]:
    yield store
    assert store.leave() == []


def test_files_are_sent_seen_live_and_downloaded(stored: World, tmp_path: Path) -> None:
    chat = stored.direct("alice", "bob")
    (tmp_path / "garden.jpg").write_bytes(samples.photo(1200, 900))
    (tmp_path / "plan.txt").write_text(TEXT)
    alice, bob = stored.seat("alice").open(chat), stored.seat("bob").open(chat)
    send(alice, tmp_path / "garden.jpg", tmp_path / "plan.txt", text="look at the beans")
    for seat in (bob, alice):
        sees(seat, "garden.jpg")
    assert downloaded(bob, "plan.txt") == TEXT.encode()


@pytest.mark.skipif(not (samples.FFMPEG and samples.makes("libx265")), reason="no ffmpeg here makes HEVC")
def test_every_sort_of_file_is_seen_as_what_it_is(stored: World, tmp_path: Path) -> None:
    chat = stored.group("alice", "Sorts", "bob")
    files = {
        "place.jpg": samples.photo(1200, 900),
        "phone.heic": samples.heic(),
        "leaf.avif": samples.photo(format="AVIF"),
        "cat.gif": samples.moving(),
        "tail.png": samples.photo(format="PNG") + SCRIPT,
        "plan.pdf": samples.pdf(),
        "letter.docx": samples.docx(),
    }
    more = {
        "invoice.com": samples.EICAR,
        "page.pdf": b"<html>" + SCRIPT + samples.pdf(),
        "zipped.jpg": samples.photo(300, 200) + samples.docx(),
    }
    for name, data in {**files, **more, **{name: data for name, (data, _) in REFUSED.items()}}.items():
        (tmp_path / name).write_bytes(data)
    samples.film(tmp_path, "film.mp4")
    samples.film(tmp_path, "phone.mov", *samples.HEVC)
    samples.sound(tmp_path, "note.webm")
    alice, bob = stored.seat("alice").open(chat), stored.seat("bob").open(chat)
    alice.page.set_input_files("#file", [tmp_path / name for name in REFUSED])
    for name, (_, words) in REFUSED.items():
        row = alice.page.locator('#uploads .upload[data-state="failed"]').filter(has_text=name)
        expect(row).to_contain_text(words, timeout=READY_MS)
        alice.page.get_by_role("button", name=f"Remove: {name}").click()
    send(
        alice, *(tmp_path / name for name in (*files, "film.mp4", "phone.mov", "note.webm")), text="all of it"
    )
    send(alice, *(tmp_path / name for name in more), text="and what is two things")
    page = bob.page
    for name in ("place.jpg", "phone.heic", "leaf.avif", "cat.gif", "tail.png", "zipped.jpg"):
        sees(bob, name)
    expect(page.locator("#timeline .player .wave.heard")).to_have_count(1, timeout=READY_MS)
    expect(page.locator("#timeline video")).to_have_count(2, timeout=READY_MS)
    copy = page.locator('#timeline video[aria-label="phone.mov"][src$="rendition=play"]')
    expect(copy).to_have_count(1, timeout=2 * READY_MS)
    for film in page.locator("#timeline video").all():
        film.evaluate("film => { film.muted = true; return film.play(); }")
        page.wait_for_function("film => film.currentTime > 0.2", arg=film.element_handle())
    rows = page.locator("#timeline a.file")
    for name, words in (("plan.pdf", "PDF · "), ("letter.docx", "Word document"), ("page.pdf", "PDF · ")):
        expect(rows.filter(has_text=name)).to_contain_text(words)
    expect(rows.filter(has_text="plan.pdf").locator("img")).to_have_count(1)
    for name in ("page.pdf", "invoice.com", "letter.docx"):
        told = page.request.get(
            stored.server.url + str(rows.filter(has_text=name).get_attribute("href"))
        ).headers
        assert told["content-type"] == "application/octet-stream"
        assert told["content-disposition"].startswith("attachment")
    assert b"SECRETCAM" not in original(bob, "place.jpg")
    assert b"window.__x" not in original(bob, "tail.png")
    assert b"word/document.xml" not in original(bob, "zipped.jpg")
    assert page.evaluate("() => window.__x") is None
    shoot(bob, "files")


def original(seat: Seat, name: str) -> bytes:
    """The picture of this name as it is downloaded."""
    picture: Locator = seat.page.locator("#timeline a.picture").filter(has=seat.page.get_by_alt_text(name))
    return seat.page.request.get(
        f"{seat.world.server.url}/attachments/{picture.get_attribute('data-file')}/"
    ).body()


def downloaded(seat: Seat, name: str) -> bytes:
    """What the browser saves under this name."""
    with seat.page.expect_download() as saving:
        seat.page.locator("#timeline a.file").filter(has_text=name).click()
    assert saving.value.suggested_filename == name
    return Path(saving.value.path()).read_bytes()
