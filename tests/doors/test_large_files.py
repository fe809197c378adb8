"""A file of any size goes in and comes out through a real server at flat memory, and goes on after a broken line."""

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psutil
import pytest

from tests.services import people
from tests.services.server import Server

MB = 2**20
SIZE = 64 * MB
MOST_GROWTH = 30 * MB


def content(start: int, length: int) -> Iterator[bytes]:
    """Bytes that differ from megabyte to megabyte, without holding them all."""
    for place in range(start // MB, -(-(start + length) // MB)):
        piece = hashlib.sha256(str(place).encode()).digest() * (MB // 32)
        yield piece[max(0, start - place * MB) : start + length - place * MB]


class Client:
    """A program with a token."""

    def __init__(self, server: Server) -> None:
        (alice, bob) = people.create(server, ["alice", "bob"])
        self.server, self.bob = server, bob
        self.token = people.token(server, alice)
        self.process = psutil.Process(server.pid)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1{path}",
            json.dumps(body or {}).encode() if method == "POST" else None,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    @property
    def memory(self) -> int:
        return int(self.process.memory_info().rss)


def put(slot: dict[str, Any], pieces: Iterator[bytes], length: int) -> int:
    headers = {**slot["headers"], "Content-Length": str(length)}
    request = urllib.request.Request(slot["url"], pieces, headers, method="PUT")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return int(answer.status)


def broken() -> Iterator[bytes]:
    """The line goes in the middle of a part; a line that only falls silent would be waited for."""
    yield b"x" * 1000
    raise ConnectionResetError


def whole_sum() -> str:
    digest = hashlib.sha256()
    for piece in content(0, SIZE):
        digest.update(piece)
    return digest.hexdigest()


def test_a_large_file_is_resumed_kept_and_handed_out_at_flat_memory(serve: Callable[..., Server]) -> None:
    client = Client(serve())
    begun = client.api("POST", "/uploads", {"name": "film.bin", "size": SIZE})
    before, highest = client.memory, 0
    size, count = begun["part_size"], begun["parts"]

    def send(number: int) -> None:
        nonlocal highest
        start = (number - 1) * size
        slot = client.api("POST", f"/uploads/{begun['id']}/parts/{number}")
        assert put(slot, content(start, min(size, SIZE - start)), min(size, SIZE - start)) == 204
        highest = max(highest, client.memory)

    for number in range(1, round(count * 0.6) + 1):
        send(number)
    half = client.api("POST", f"/uploads/{begun['id']}/parts/{count}")
    with pytest.raises((OSError, urllib.error.URLError, ValueError)):  # the line breaks
        put(half, broken(), min(size, SIZE - (count - 1) * size))
    client.server.kill()
    client.server.restart()
    client.process = psutil.Process(client.server.pid)
    arrived = client.api("GET", f"/uploads/{begun['id']}")["arrived"]
    assert arrived == list(range(1, round(count * 0.6) + 1))
    before = max(before, client.memory)
    for number in sorted(set(range(1, count + 1)) - set(arrived)):
        send(number)
    sha256 = whole_sum()
    assert client.api("POST", f"/uploads/{begun['id']}/finish", {"sha256": sha256})["sha256"] == sha256
    chat = client.api("POST", "/conversations", {"kind": "direct", "members": [client.bob.id]})["id"]
    wish = {"client_id": str(uuid4()), "attachments": [begun["id"]]}
    client.api("POST", f"/conversations/{chat}/messages", wish)
    assert download(client, begun["id"]) == sha256
    assert highest - before < MOST_GROWTH and client.memory - before < MOST_GROWTH


def download(client: Client, id: str) -> str:
    """The checksum of what comes, read slower than it could be sent."""
    request = urllib.request.Request(
        f"{client.server.url}/api/v1/attachments/{id}", headers={"Authorization": f"Bearer {client.token}"}
    )
    digest, begun = hashlib.sha256(), client.memory
    with urllib.request.urlopen(request, timeout=120) as answer:
        while piece := answer.read(8 * MB):
            digest.update(piece)
            assert client.memory - begun < MOST_GROWTH
    return digest.hexdigest()
