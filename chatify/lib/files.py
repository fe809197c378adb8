"""Files that are answered piece by piece, whatever their size."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.http import StreamingHttpResponse

PIECE = 256 * 1024


def download(path: Path, *, name: str, content_type: str) -> StreamingHttpResponse:
    """A file to keep, for its asker alone. Raises OSError where there is none."""
    size = path.stat().st_size
    return StreamingHttpResponse(
        pieces(path),
        content_type=content_type,
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def pieces(path: Path, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
    """A file from a place on, to its end or so many bytes."""
    file: BinaryIO = await asyncio.to_thread(lambda: path.open("rb"))
    with file:
        await asyncio.to_thread(file.seek, start)
        while piece := await asyncio.to_thread(file.read, PIECE if length is None else min(PIECE, length)):
            yield piece
            length = None if length is None else length - len(piece)
