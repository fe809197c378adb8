"""Static files are answered before Django, and keep what WhiteNoise and Django's headers promise."""

import asyncio
from pathlib import Path
from typing import Any

import brotli
import pytest

from chatify.lib.static_door import StaticDoor

TEXT = b"p { margin: 0 }\n" * 40
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def door(tmp_path: Path, settings: Any) -> StaticDoor:
    (tmp_path / "all.css").write_bytes(TEXT)
    (tmp_path / "all.css.br").write_bytes(brotli.compress(TEXT))
    (tmp_path.parent / "secret.txt").write_bytes(b"secret")
    settings.STATIC_ROOT = tmp_path

    async def pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    return StaticDoor(pages)


def ask(door: StaticDoor, path: str, method: str = "GET", **headers: str) -> Answer:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    asyncio.run(door(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"]


def test_a_file_is_given_with_the_headers_of_pages(door: StaticDoor) -> None:
    status, headers, body = ask(door, "/static/all.css")
    assert (status, body) == (200, TEXT)
    assert headers["content-type"].startswith("text/css")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == headers["cross-origin-opener-policy"] == "same-origin"


def test_transport_security_is_told_in_production(door: StaticDoor, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 100
    _, headers, _ = ask(StaticDoor(door), "/static/all.css")
    assert headers["strict-transport-security"] == "max-age=100; includeSubDomains; preload"


def test_a_browser_gets_it_compressed(door: StaticDoor) -> None:
    _, headers, body = ask(door, "/static/all.css", accept_encoding="gzip, br")
    assert headers["content-encoding"] == "br"
    assert brotli.decompress(body) == TEXT


def test_what_a_browser_has_is_not_sent_again(door: StaticDoor) -> None:
    _, headers, _ = ask(door, "/static/all.css")
    status, _, body = ask(door, "/static/all.css", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")


def test_a_part_is_given(door: StaticDoor) -> None:
    status, headers, body = ask(door, "/static/all.css", range="bytes=0-3")
    assert (status, headers["content-range"], body) == (206, f"bytes 0-3/{len(TEXT)}", TEXT[:4])


def test_only_reading_is_answered(door: StaticDoor) -> None:
    assert ask(door, "/static/all.css", "HEAD")[2] == b""
    assert ask(door, "/static/all.css", "POST")[0] == 405


@pytest.mark.parametrize(
    "path",
    ["/inbox/", "/static/none.css", "/static/../secret.txt", "/static/", "/static/all.css/", "/static/\0"],
)
def test_all_else_is_for_the_pages(door: StaticDoor, path: str) -> None:
    assert ask(door, path) == (299, {}, path.encode())
