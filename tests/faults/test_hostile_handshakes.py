"""Handshakes and greetings that no honest client makes are refused before they cost anything."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import requests
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from tests.faults.scene import Scene
from tests.faults.stage import Stage
from tests.load import sockets
from tests.load.browser import Browser
from tests.load.door import in_pool

pytestmark = pytest.mark.process

Fields = dict[str, Any]

HELLOS: dict[str, tuple[Callable[[Scene], Fields], set[int]]] = {
    "a cursor below zero": (lambda scene: {"conversations": {scene.room: -1}}, {4007}),
    "a cursor that is a text": (lambda scene: {"conversations": {scene.room: "1"}}, {4007}),
    "a cursor beyond 64 bits": (lambda scene: {"conversations": {scene.room: 2**64}}, {4007}),
    "two hundred and one cursors": (lambda scene: {"conversations": _many(201)}, {4001, 4007}),
    "cursors in an array": (lambda scene: {"conversations": [1]}, {4001, 4007}),
    "another first command": (lambda scene: {"type": "sync", "conversation": scene.room, "since": 0}, {4001}),
}


def _many(count: int) -> dict[str, int]:
    return {str(uuid.uuid4()): 0 for _ in range(count)}


@pytest.mark.parametrize("name", HELLOS)
async def test_a_hostile_hello_ends_the_socket(scene: Scene, stage: Stage, name: str) -> None:
    make, expected = HELLOS[name]
    fields = make(scene)
    before = scene.stored()
    async with _ungreeted(scene) as socket:
        await socket.send(
            json.dumps({"type": "hello", "epoch": None, "format": "json", "language": "en", **fields})
        )
        assert await sockets.closed(socket) in expected
    await scene.goes_on(before)


@asynccontextmanager
async def _ungreeted(scene: Scene) -> AsyncIterator[ClientConnection]:
    token = await in_pool(scene.alice.token, scene.stage.urls[0])
    async with sockets.bare(scene.stage.urls[0], token=token) as socket:
        yield socket


async def test_a_socket_without_hello_ends_after_five_seconds(scene: Scene, stage: Stage) -> None:
    async with _ungreeted(scene) as socket:
        assert await sockets.closed(socket, timeout=7) == 4000


async def test_a_hello_naming_foreign_conversations_learns_nothing(scene: Scene, stage: Stage) -> None:
    async with _ungreeted(scene) as socket:
        await sockets.hello(socket, {scene.foreign: 0, str(uuid.uuid4()): 0})
        try:
            while True:
                frame = await sockets.until(socket, "level", "replay", "reset", "event", "error", timeout=1)
                assert frame["type"] == "error", frame
        except TimeoutError:
            pass


async def test_a_cursor_beyond_the_head_is_reset(scene: Scene, stage: Stage) -> None:
    async with _ungreeted(scene) as socket:
        await sockets.hello(socket, {scene.room: 10**9})
        assert (await sockets.until(socket, "level", "replay", "reset"))["type"] == "reset"


ORIGINS = {
    "none": None,
    "null": "null",
    "another site": "https://evil.example",
    "ours with another end": "http://127.0.0.1.evil.example",
    "another scheme": "https://127.0.0.1:{port}",
    "another port": "http://127.0.0.1:1",
    "another spelling": "http://127.0.0.1:{port}/",
}


@pytest.fixture(scope="session")
def browser(scene: Scene) -> Browser:
    return Browser(scene.stage.urls[0], scene.alice)


@pytest.mark.parametrize("name", ORIGINS)
async def test_a_foreign_origin_is_refused_before_the_socket_opens(
    scene: Scene, stage: Stage, browser: Browser, name: str
) -> None:
    origin = (ORIGINS[name] or "").format(port=stage.servers[0].port) or None
    with pytest.raises(InvalidStatus) as refused:
        async with sockets.bare(browser.url, cookie=browser.cookies, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_the_right_origin_is_served(scene: Scene, stage: Stage, browser: Browser) -> None:
    async with sockets.bare(browser.url, cookie=browser.cookies, origin=browser.url) as socket:
        assert (await sockets.hello(socket))["user"] == scene.alice.id


async def test_credentials_in_the_address_count_for_nothing(scene: Scene, stage: Stage) -> None:
    url, token = stage.urls[0], await in_pool(scene.alice.token, stage.urls[0])
    with pytest.raises(InvalidStatus) as refused:
        async with sockets.bare(url, origin=url, path=f"/ws/?token={token}&access_token={token}"):
            pass
    assert refused.value.response.status_code == 403
    assert token not in stage.servers[0].log


async def test_without_credentials_the_socket_opens_to_say_why_it_closes(stage: Stage) -> None:
    async with sockets.bare(stage.urls[0], origin=stage.urls[0]) as socket:
        assert await sockets.closed(socket) == 4003


async def test_a_made_up_token_is_told_apart_from_an_error(scene: Scene, stage: Stage) -> None:
    for token in ("x", "a.b.c", "é" * 10):
        try:
            async with sockets.bare(stage.urls[0], token=token) as socket:
                assert await sockets.closed(socket) == 4003
        except InvalidStatus as refused:
            assert refused.response.status_code in (400, 401, 403)
        except UnicodeEncodeError:
            continue
    assert not stage.complaints()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_the_server_is_well_after_all_this(stage: Stage, path: str) -> None:
    for url in stage.urls:
        answer = await asyncio.to_thread(requests.get, url + path, timeout=5)
        assert answer.status_code == 200
