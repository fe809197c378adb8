"""Sending a file the way a client does: begin, bytes to the link, finish."""

import asyncio
import hashlib
import io
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from accounts.models import User
from chatify.asgi import application
from chatify.jobs import runner
from media import storage
from media.models import Purpose, Upload
from media.operations import uploads
from media.storage import Slot


async def put(
    url: str, body: Iterable[bytes], headers: dict[str, str], *, method: str = "PUT"
) -> tuple[int, bytes]:
    """The answer of the server's own ASGI application to one request."""
    parts = urlsplit(url)
    scope = {
        "type": "http",
        "method": method,
        "path": parts.path,
        "query_string": parts.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    coming = iter([*messages, {"type": "http.request", "body": b"", "more_body": False}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(coming, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def bring(slot: Slot, data: bytes) -> int:
    """Send bytes to a link; returns the status."""
    headers = {**slot.headers, "Content-Length": str(len(data))}
    pieces = [data[start : start + 65_536] for start in range(0, len(data), 65_536)]
    return asyncio.run(put(slot.url, pieces, headers))[0]


def begun(owner: User, data: bytes, *, name: str = "photo.jpg") -> Upload:
    """A file whose bytes are there, not finished yet."""
    made = uploads.begin(owner, name=name, size=len(data))
    assert bring(made.slot, data) == 204
    return made.upload


def arrive(
    owner: User, data: bytes, *, name: str = "photo.jpg", type: str = "", purpose: str = Purpose.ATTACHMENT
) -> Upload:
    """A finished file of somebody, not prepared yet."""
    begun = uploads.begin(owner, name=name, size=len(data), type=type, purpose=purpose)
    assert bring(begun.slot, data) == 204
    return uploads.finish(owner, begun.upload.pk, sha256=hashlib.sha256(data).hexdigest())


def upload(owner: User, data: bytes, **about: str) -> Upload:
    """A file of somebody, prepared."""
    row = arrive(owner, data, **about)
    runner.run_due()
    row.refresh_from_db()
    return row


def stored(key: str) -> bytes:
    """The kept bytes of this name."""
    return b"".join(storage.current().chunks(key))


def shown(row: Upload, name: str) -> Image.Image:
    """Something that was made of a file, as a browser opens it."""
    return Image.open(io.BytesIO(stored(row.renditions.get(name=name).key)))
