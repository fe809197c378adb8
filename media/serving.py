"""Handing out files to people who may have them: by a link of the bucket, by the server in front, or piece by piece.

Who may is asked before, by the app above; here nobody is asked, and nothing tells where bytes live but the link itself.
"""

import hashlib
import re
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chatify.lib import files
from chatify.lib.errors import Conflict, NotFound
from media import naming, policy, queries, storage
from media.models import Kind, State, Upload
from media.storage import local

GONE = "There is no such file."
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
HEADERS = {
    # Asked again each time: who leaves sees nothing more.
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def answer(request: HttpRequest, upload: Upload, rendition: str = "") -> HttpResponseBase:
    """A file, or something that was made of it. Raises NotFound, or Conflict while it is being prepared."""
    if upload.state not in queries.FINISHED:
        raise NotFound(GONE)
    if rendition:
        made = queries.rendition(upload, rendition)
        return _bytes(request, made.key, made.type, naming.disposition(upload.name, inline=True))
    if upload.state == State.PROCESSING:
        raise Conflict("This file is still being prepared. Try again in a moment.")
    played = upload.checked and upload.kind in (Kind.VIDEO, Kind.AUDIO)
    type = upload.type if upload.checked else policy.ANY
    return _bytes(request, upload.key, type, naming.disposition(upload.name, inline=played))


def picture(request: HttpRequest, key: str, type: str) -> HttpResponseBase:
    """A picture that we made and that belongs to no file. Raises NotFound."""
    return _bytes(request, key, type, "inline")


def _bytes(request: HttpRequest, key: str, type: str, disposition: str) -> HttpResponseBase:
    if link := storage.current().link(key, type=type, disposition=disposition):
        return HttpResponse(
            status=302,
            headers={
                "Location": link,
                "Cache-Control": "private, no-store",
                "Referrer-Policy": "no-referrer",
            },
        )
    headers = {**HEADERS, "Content-Type": type, "Content-Disposition": disposition, "ETag": _tag(key)}
    if headers["ETag"] in request.headers.get("If-None-Match", "")[:1000]:
        return HttpResponseNotModified(headers={**HEADERS, "ETag": headers["ETag"]})
    if settings.CHATIFY_ACCEL_PREFIX:
        inside = f"{settings.CHATIFY_ACCEL_PREFIX.rstrip('/')}/{local.relative(key)}"
        return HttpResponse(headers={**headers, "X-Accel-Redirect": inside})
    return _pieces(request, key, headers)


def _tag(key: str) -> str:
    """Another one for other bytes; it does not tell the key."""
    return f'"{hashlib.sha256(key.encode()).hexdigest()[:24]}"'


def _pieces(request: HttpRequest, key: str, headers: dict[str, str]) -> HttpResponseBase:
    path = local.kept(key)
    try:
        size = path.stat().st_size
    except OSError:
        raise NotFound(GONE) from None
    headers["Accept-Ranges"] = "bytes"
    wanted = _wanted(request.headers, size, headers["ETag"])
    if wanted is None:
        return HttpResponse(status=416, headers={**HEADERS, "Content-Range": f"bytes */{size}"})
    start, length = wanted
    headers["Content-Length"] = str(length)
    whole = length == size
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    status = 200 if whole else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(files.pieces(path, start, length), status=status, headers=headers)


def _wanted(asked: Mapping[str, str], size: int, tag: str) -> tuple[int, int] | None:
    """From where on, and how many bytes; None for what lies behind the end. Several ranges at once are all of it."""
    found = _RANGE.fullmatch(asked.get("Range", "").strip())
    if not found or not any(found.groups()) or asked.get("If-Range", tag) != tag:
        return 0, size
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size:
        return None
    return (start, end - start + 1) if end >= start else (0, size)
