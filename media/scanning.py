"""An optional look by ClamAV at everything that comes in. Off unless CHATIFY_CLAMAV names its daemon.

It speaks the daemon's INSTREAM (clamd.conf, StreamMaxLength): a length and so many bytes, until a length of zero.
"""

import socket
import struct
from collections.abc import Iterable

from django.conf import settings

SECONDS = 120.0
LONGEST_ANSWER = 4096


class NotScanned(Exception):
    """The daemon did not answer, or refused to look: the file waits, and is looked at again later."""


def is_on() -> bool:
    return bool(settings.CHATIFY_CLAMAV)


def finding(chunks: Iterable[bytes]) -> str | None:
    """The name of what was found, None for nothing. Raises NotScanned."""
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as error:
        raise NotScanned(f"ClamAV did not answer ({type(error).__name__}).") from None
    if answer.endswith("FOUND"):
        return answer.removeprefix("stream:").removesuffix("FOUND").strip()[:80]
    if not answer.endswith("OK"):
        raise NotScanned(f"ClamAV did not look: {answer[:80]}")
    return None


def _connected() -> socket.socket:
    """`host:port`, or the path of a socket."""
    place = settings.CHATIFY_CLAMAV
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(place)
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < LONGEST_ANSWER and (data := line.recv(LONGEST_ANSWER)):
        told += data
    return told.rstrip(b"\0\n").decode("utf-8", "replace").strip()
