"""Asking other servers for somebody: only where `guard` lets us, with limits on everything.

A name is resolved once and the connection goes to that very address, so that a name cannot change its mind between the
look and the visit. No cookie, no Referer, no proxy of the environment; each redirect is looked at anew.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urljoin

from chatify.lib import guard
from chatify.lib.guard import Target

AGENT = "Chatify/1.0"
MOST_HOPS = 3
MOST_TRIED = 3
CONNECT_SECONDS = 4.0
PIECE = 65_536
_MOVED = (301, 302, 303, 307, 308)


class Failed(Exception):
    """The other side did not answer as it should; another time it may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is where it was found in the end; `whole` is False for a body that was cut."""

    url: str
    status: int
    type: str
    charset: str
    body: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, and how much of it. A body of none of the `types` (empty: any) is not read; one beyond `most`
    bytes is cut there where `cut` allows it, else Failed."""

    most: int
    method: str = "GET"
    types: Collection[str] = ()
    cut: bool = False
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hops: int = MOST_HOPS
    seconds: float = 10.0


def fetch(url: str, wish: Wish) -> Answer:
    """Ask for an address. Raises guard.Refused where we do not go, Failed where it does not answer well."""
    until = time.monotonic() + wish.seconds
    for _ in range(wish.hops + 1):
        answer, onward = _visit(guard.target(url), wish, until)
        if onward is None:
            return answer
        url = urljoin(url, onward)
    raise Failed("too many redirects")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, each once. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address, never to a name. Raises OSError."""
    return socket.create_connection((address, port), timeout=seconds)


def _visit(target: Target, wish: Wish, until: float) -> tuple[Answer, str | None]:
    """One answer, and where it sends us."""
    try:
        with closing(_connected(target, until)) as line:
            return _talk(target, wish, line, until)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Failed(type(error).__name__) from error


def _connected(target: Target, until: float) -> socket.socket:
    """A line to the first address of the host that takes it, all of them being public."""
    found = [ipaddress.ip_address(each) for each in _resolved(target, until)]
    trouble: OSError = OSError("no time left")
    for address in guard.check(target, found)[:MOST_TRIED]:
        try:
            line = connect(str(address), target.port, min(CONNECT_SECONDS, _left(until)))
        except OSError as error:
            trouble = error
            continue
        return _secured(line, target, until)
    raise trouble


def _resolved(target: Target, until: float) -> list[str]:
    """What the name stands for, within the time there is: the system's resolver may take half a minute."""
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(resolve(target.host, target.port))
        except (OSError, UnicodeError):
            return

    looking = threading.Thread(target=look, name="resolve", daemon=True)
    looking.start()
    looking.join(_left(until))
    if not found:
        raise OSError("no such host")
    return list(found)


def _secured(line: socket.socket, target: Target, until: float) -> socket.socket:
    if target.scheme == "http":
        return line
    line.settimeout(_left(until))
    try:
        return _trust().wrap_socket(line, server_hostname=target.host)
    except BaseException:
        line.close()
        raise


@lru_cache(1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _talk(target: Target, wish: Wish, line: socket.socket, until: float) -> tuple[Answer, str | None]:
    asking = http.client.HTTPConnection(target.host, target.port)
    asking.auto_open = 0
    asking.sock = _Line(line, until)
    asking.putrequest(wish.method, target.path, skip_host=True, skip_accept_encoding=True)
    given = {"Host": target.authority, "User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    given |= {"Connection": "close", **wish.headers}
    if wish.body or wish.method == "POST":
        given["Content-Length"] = str(len(wish.body))
    for name, value in given.items():
        asking.putheader(name, value)
    asking.endheaders(wish.body or None)
    with asking.getresponse() as response:
        if response.status in _MOVED and wish.hops:
            return Answer(target.url, response.status, "", "", b""), response.headers.get("Location") or ""
        return _answer(target, wish, response), None


def _answer(target: Target, wish: Wish, response: http.client.HTTPResponse) -> Answer:
    type = response.headers.get_content_type()
    charset = response.headers.get_content_charset() or ""
    if wish.types and type not in wish.types:
        return Answer(target.url, response.status, type, charset, b"", whole=False)
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Failed("it is packed, which we did not ask for")
    body = io.BytesIO()
    while body.tell() <= wish.most and (piece := response.read(min(PIECE, wish.most + 1 - body.tell()))):
        body.write(piece)
    whole = body.tell() <= wish.most
    if not whole and not wish.cut:
        raise Failed("it is too large")
    return Answer(target.url, response.status, type, charset, body.getvalue()[: wish.most], whole)


def _left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError when none are."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Drip(io.RawIOBase):
    """What arrives on a connection until its time is over, however slowly the other side sends."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._line.settimeout(_left(self._until))
        return self._line.recv_into(buffer)


@dataclass(frozen=True, slots=True)
class _Line:
    """As much of a socket as `http.client` uses, with an end in time. Who opened the socket closes it."""

    line: socket.socket
    until: float

    def sendall(self, data: bytes) -> None:
        self.line.settimeout(_left(self.until))
        self.line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Drip(self.line, self.until), PIECE)

    def close(self) -> None: ...
