"""The same files from one person to the other, whichever store keeps them: the data folder, or a bucket."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser

from media.tests import samples

from .filing import sees, send
from .world import Seat, World

TEXT = "water\nweed\n" * 40


@pytest.fixture(params=["folder", "bucket"])
def stored(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[World]:
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
        assert world.leave() == []
    finally:
        world.close()


def test_files_are_sent_seen_live_and_downloaded(stored: World, tmp_path: Path) -> None:
    chat = stored.direct("alice", "bob")
    (tmp_path / "garden.jpg").write_bytes(samples.photo(1200, 900))
    (tmp_path / "plan.txt").write_text(TEXT)
    alice, bob = stored.seat("alice").open(chat), stored.seat("bob").open(chat)
    send(alice, tmp_path / "garden.jpg", tmp_path / "plan.txt", text="look at the beans")
    for seat in (bob, alice):
        sees(seat, "garden.jpg")
    assert downloaded(bob, "plan.txt") == TEXT.encode()


def downloaded(seat: Seat, name: str) -> bytes:
    """What the browser saves under this name."""
    with seat.page.expect_download() as saving:
        seat.page.locator("#timeline a.file").filter(has_text=name).click()
    assert saving.value.suggested_filename == name
    return Path(saving.value.path()).read_bytes()
