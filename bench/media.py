"""Files: how soon a photo of 20 megapixels is ready, photos a minute, and the memory of a large download."""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from bench import machine
from bench.report import Result
from media.tests import samples
from tests.doors.test_large_files import MB, Client, content, put
from tests.services.server import Server, run_python

LARGE = (5472, 3648)
FILE, QUICK_FILE = 300 * MB, 64 * MB
PHOTOS, QUICK_PHOTOS = 100, 20
PASSES = 5


def add_options(parser: argparse.ArgumentParser) -> None: ...


def measure(options: argparse.Namespace) -> Result:
    """One server on the data folder: it takes, prepares and hands out on the first core, asked from the last."""
    with Server() as server:
        client = Client(server)
        machine.split_cores([server.pid])
        try:
            figures = _figures(client, options.quick)
        finally:
            machine.free_cores()
    count = QUICK_PHOTOS if options.quick else PHOTOS
    return Result({**figures, "worker_of_one_core": _worker(count)}, notes=NOTES)


NOTES = (
    "Ready counts from the first request of an upload until the photo can be seen; it is noise, harder than any photo.",
    "A photo of the worker is everything made of one: thumbnail (640), preview (1600), placeholder, and the original "
    "without its metadata; from taking up the job until its row says ready. A minute of CPU counts the worker and its "
    "forks; a minute by the clock also waits for the disk and for whoever else uses the core.",
    "Of the download the highest RSS while it runs counts, above what it was before.",
)


def _worker(count: int) -> dict[str, Any]:
    """What a worker of its own makes of so many photos that wait for it."""
    with tempfile.TemporaryDirectory(prefix="chatify-bench-", dir="/tmp") as folder:
        server = Server(Path(folder))
        server.manage("migrate", "--verbosity", "0")
        told = run_python("-m", "bench.preparing", "--photos", str(count), env=server.env).stdout
        return dict(json.loads(told.splitlines()[-1]))


def _figures(client: Client, quick: bool) -> dict[str, Any]:
    _ready(client, _photos((400, 300), 1))  # the workshop is open
    passes = 2 if quick else PASSES
    large = [_ready(client, [photo]) for photo in _photos(LARGE, passes)]
    size = QUICK_FILE if quick else FILE
    return {
        "photo_20_mp_ready_s": round(median(large), 2),
        "photo_20_mp_worst_s": round(max(large), 2),
        "download_mb": size // MB,
        "download_growth_mib": round(_growth(client, size) / MB, 1),
    }


def _photos(size: tuple[int, int], count: int) -> list[bytes]:
    """Different ones: equal files of one owner are prepared once."""
    photo = samples.noise(*size)
    return [photo + f"{number:08}".encode() for number in range(count)]


def _ready(client: Client, photos: Sequence[bytes]) -> float:
    """Seconds until all of them can be seen."""
    began = time.monotonic()
    sent = [_sent(client, photo) for photo in photos]
    for id in sent:
        while client.api("GET", f"/uploads/{id}")["state"] != "ready":
            time.sleep(0.02)
    return time.monotonic() - began


def _sent(client: Client, data: bytes) -> str:
    begun = client.api("POST", "/uploads", {"name": "photo.jpg", "size": len(data), "type": "image/jpeg"})
    put({**begun, "url": _whole(client, begun)}, iter([data]), len(data))
    client.api("POST", f"/uploads/{begun['id']}/finish")
    return str(begun["id"])


def _whole(client: Client, begun: dict[str, Any]) -> str:
    url = str(begun["url"])
    return url if "://" in url else f"{client.server.url}{url}"


def _growth(client: Client, size: int) -> int:
    """Bytes that the server grows by while it hands out a file of this size."""
    id, before, highest = _kept(client, size), client.memory, 0
    chat = client.api("POST", "/conversations", {"kind": "direct", "members": [client.bob.id]})["id"]
    wish = {"client_id": id, "attachments": [id]}
    client.api("POST", f"/conversations/{chat}/messages", wish)
    address = f"{client.server.url}/api/v1/attachments/{id}"
    with urlopen(
        Request(address, headers={"Authorization": f"Bearer {client.token}"}), timeout=300
    ) as answer:
        while answer.read(4 * MB):
            highest = max(highest, client.memory)
    return max(0, highest - before)


def _kept(client: Client, size: int) -> str:
    """A file of this size, sent in parts."""
    begun = client.api("POST", "/uploads", {"name": "film.bin", "size": size})
    for number in range(1, begun["parts"] + 1):
        start = (number - 1) * begun["part_size"]
        length = min(begun["part_size"], size - start)
        put(client.api("POST", f"/uploads/{begun['id']}/parts/{number}"), content(start, length), length)
    client.api("POST", f"/uploads/{begun['id']}/finish")
    return str(begun["id"])
