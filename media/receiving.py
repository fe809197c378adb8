"""The door of the local store: bytes go from the socket to the disk, never through Django's copy of a request.

The link is the permission; it was given to the file's owner and takes exactly one file of one size and type.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from media.storage import links
from media.storage.local import Arriving

log = logging.getLogger(__name__)
PREFIX = "/uploads/"
# What is gathered before a thread writes it: the loop never waits for the disk.
GATHERED = 2**20
SILENCE_SECONDS = 60.0

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Refused(Exception):
    """What came is not what the link promises."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


async def receive_upload(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """PUT /uploads/<key>/?size=&type=&part=&until=&signature=: 204 once the bytes are on the disk."""
    try:
        promise = _promised(scope)
        await _take(promise, receive)
    except Refused as refused:
        await _answer(send, refused.status, refused.detail)
    except links.BadLink:
        await _answer(send, 409, "This file was finished or given up meanwhile.")
    except OSError as error:
        log.warning("an upload could not be written (%s)", type(error).__name__)
        await _answer(send, 507, "There is no room for this file at the moment. Try again later.")
    else:
        await send(
            {"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]}
        )
        await send({"type": "http.response.body", "body": b""})


def _promised(scope: dict[str, Any]) -> links.Promise:
    if scope["method"] != "PUT":
        raise Refused(405, "Send the file with PUT.")
    try:
        promise = links.read(scope["path"], scope["query_string"].decode("ascii"))
    except (links.BadLink, UnicodeDecodeError):
        raise Refused(
            403, "This link is not valid, or its five minutes are over. Ask for a new one."
        ) from None
    headers = {name.lower(): value for name, value in scope["headers"]}
    if headers.get(b"content-type", b"").decode("latin-1") != promise.type:
        raise Refused(415, f"This link takes {promise.type}.")
    length = headers.get(b"content-length")
    if length is None:
        raise Refused(411, "Say how long the file is (Content-Length).")
    if length != str(promise.size).encode():
        raise Refused(413, f"This link takes exactly {promise.size} bytes.")
    return promise


async def _take(promise: links.Promise, receive: Receive) -> None:
    arriving = await asyncio.to_thread(Arriving, promise)
    try:
        taken = await _copy(promise.size, receive, arriving)
        if taken != promise.size:
            raise Refused(400, f"Of {promise.size} bytes {taken} came.")
    except BaseException:
        await asyncio.shield(asyncio.to_thread(arriving.give_up))
        raise
    await asyncio.to_thread(arriving.complete)


async def _copy(size: int, receive: Receive, arriving: Arriving) -> int:
    """Everything that comes, at most one byte too many's worth; returns how many bytes."""
    taken, gathered, more = 0, bytearray(), True
    while more and taken <= size:
        message = await _next(receive)
        if message["type"] == "http.disconnect":
            break
        gathered += message.get("body", b"")
        taken += len(message.get("body", b""))
        more = message.get("more_body", False)
        if len(gathered) >= GATHERED or not more:
            await asyncio.to_thread(arriving.write, bytes(gathered))
            gathered.clear()
    return taken


async def _next(receive: Receive) -> Message:
    try:
        return await asyncio.wait_for(receive(), SILENCE_SECONDS)
    except TimeoutError:
        raise Refused(408, "Nothing came for a minute.") from None


async def _answer(send: Send, status: int, detail: str) -> None:
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
