"""Who is signed in: at the handshake, and again and again while the socket is open."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import parse_cookie

from accounts import queries
from accounts.queries import SocketIdentity
from chatify.lib import db, ratelimit
from chatify.lib.network import network
from messaging.realtime.heartbeat import pages
from messaging.realtime.protocol import Close
from messaging.realtime.sockets import Socket

log = logging.getLogger(__name__)
MOST_SOCKETS = 10
PAGE = 500


class Sessions:
    """Every open socket of this process by person, from before its hello on."""

    def __init__(self) -> None:
        self._people: defaultdict[str, list[Socket]] = defaultdict(list)
        self.count = 0

    def enter(self, socket: Socket) -> None:
        """A person has at most ten sockets here; the oldest gives way."""
        mine = self._people[socket.user_id]
        mine.append(socket)
        self.count += 1
        for oldest in mine[:-MOST_SOCKETS]:
            oldest.close(Close.SOCKETS)

    def exit(self, socket: Socket) -> None:
        mine = self._people.get(socket.user_id, [])
        if socket in mine:
            mine.remove(socket)
            self.count -= 1
        if not mine:
            self._people.pop(socket.user_id, None)

    def all(self) -> list[Socket]:
        return [socket for mine in self._people.values() for socket in mine]

    async def revoke(self, user: str, session: str | None) -> None:
        """Close the sockets of a session that ended; without one, ask which of this person's still live."""
        mine = list(self._people.get(user, ()))
        if session is None:
            await self.check(mine)
            return
        for socket in mine:
            if socket.session == session:
                socket.close(Close.NO_SESSION)

    async def check(self, sockets: Iterable[Socket]) -> None:
        """Close the sockets whose session or account is over; a page of them per query."""
        for page in pages(list(sockets), PAGE):
            pairs = {(socket.user_id, socket.identity.session_key) for socket in page}
            dead = await db.in_thread(db.READS, queries.sessions_alive, pairs)
            for socket in page:
                if (socket.user_id, socket.identity.session_key) in dead:
                    socket.close(Close.NO_SESSION)
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a handshake is from, None for nobody; and whether this session or address makes too many of them."""

    identity: SocketIdentity | None
    too_often: bool = False


def look(scopes: Sequence[dict[str, Any]]) -> list[Visitor]:
    """Who these handshakes are from, by bearer token or session cookie. Two queries in all. Runs in a thread."""
    identities = queries.authenticate([_credential(scope["headers"]) for scope in scopes])
    return [
        Visitor(identity, identity is not None and _too_often(identity, client_address(scope)))
        for identity, scope in zip(identities, scopes, strict=True)
    ]


def _credential(headers: list[tuple[bytes, bytes]]) -> queries.Credential | None:
    bearer = bearer_of(headers)
    if bearer is not None:
        return queries.credential_of_bearer(bearer)
    cookies = parse_cookie("; ".join(_values(headers, b"cookie")))
    return queries.credential_of_cookie(cookies.get(settings.SESSION_COOKIE_NAME))


def _too_often(identity: SocketIdentity, address: str) -> bool:
    try:
        ratelimit.hit("socket.handshake", identity.session_key)
        ratelimit.hit("socket.handshake.address", network(address))
    except ratelimit.TooMany:
        return True
    except Exception as error:  # the counter's cache is down: the door stays open
        log.warning("handshakes are not counted (%s)", type(error).__name__)
    return False


def bearer_of(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The token of a single `Authorization: Bearer` header, or None."""
    values = _values(headers, b"authorization")
    if len(values) != 1 or values[0][:7].lower() != "bearer ":
        return None
    return values[0][7:].strip()


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def client_address(scope: dict[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "local"
