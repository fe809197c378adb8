"""A bare socket for tests that misbehave: nothing is retried, answered or remembered by itself."""

import asyncio
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.load.contract import SUBPROTOCOL
from tests.load.door import check_loopback

Frame = dict[str, Any]


def bare(
    url: str,
    *,
    token: str | None = None,
    cookie: str | None = None,
    origin: str | None = None,
    path: str = "/ws/",
    **options: Any,
) -> connect:
    """A connection to `await` or enter; `url` is the server's http URL."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if cookie:
        headers["Cookie"] = cookie
    return connect(
        check_loopback(url).replace("http", "ws", 1) + path,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=headers,
        origin=Origin(origin) if origin else None,
        proxy=None,
        **{"compression": None, "ping_interval": None, "close_timeout": 2, "max_size": 2**22, **options},
    )


async def say(socket: ClientConnection, kind: str, **fields: Any) -> None:
    """Send one command."""
    await socket.send(json.dumps({"type": kind, **fields}))


async def hello(socket: ClientConnection, cursors: dict[str, Any] | None = None, **fields: Any) -> Frame:
    """Greet and wait for `ready`."""
    told = {"epoch": None, "conversations": cursors or {}, "format": "json", "language": "en", **fields}
    await say(socket, "hello", **told)
    return await until(socket, "ready")


async def until(socket: ClientConnection, *kinds: str, timeout: float = 5.0) -> Frame:
    """The next frame of one of these types; others are passed over. TimeoutError, ConnectionClosed."""
    async with asyncio.timeout(timeout):
        while True:
            frame: Frame = json.loads(await socket.recv())
            if frame["type"] in kinds:
                return frame


async def closed(socket: ClientConnection, timeout: float = 8.0) -> int:
    """Read until the server closes; its code (1006 when the connection just broke)."""
    async with asyncio.timeout(timeout):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


async def answer(socket: ClientConnection, timeout: float = 5.0) -> Frame | int:
    """The next `error` or `ack`, or the code of a close, whichever comes first."""
    try:
        return await until(socket, "error", "ack", timeout=timeout)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 1006
