"""Every ten seconds the heads of the logs, so that even a lost last event is noticed; now and then the memberships."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from typing import TypeVar

from messaging.realtime import frames
from messaging.realtime.hub import Hub
from messaging.realtime.sockets import Socket

T = TypeVar("T")
PAGE = 500
MOST_HEADS = 200
SOCKETS_AT_ONCE = 50


async def beat(hub: Hub) -> None:
    """Compare the heads of all held conversations with what was delivered, fill what is behind, tell every socket."""
    heads: dict[str, int] = {}
    for page in pages(list(hub.rooms), PAGE):
        heads.update(await hub.store.heads(page))
    for conversation, head in heads.items():
        if room := hub.rooms.get(conversation):
            room.reach(head)
    for group in pages(hub.sockets(), SOCKETS_AT_ONCE):
        for socket in group:
            _tell(socket, heads)
        await asyncio.sleep(0)


async def complete(hub: Hub) -> None:
    """Notice that somebody joined something though its event was lost: heads tell only of what is already held."""
    for page in pages(list(hub.people), PAGE):
        counts = await hub.store.counts(page)
        for user in page:
            for socket in tuple(hub.people.get(user, ())):
                if socket.open and len(socket.sent) - len(socket.leaving) < counts.get(user, 0):
                    await hub.attach_missing(socket)


def _tell(socket: Socket, heads: Mapping[str, int]) -> None:
    if not socket.open:
        return
    if not socket.writer.lagging:
        socket.fill(socket.behind())
    socket.beat += 1
    told = {name: heads[name] for name in chosen(socket) if name in heads}
    socket.say(frames.heartbeat(told))


def chosen(socket: Socket) -> Sequence[str]:
    """All conversations of a socket, or of more than 200 the most active hundred and the next hundred of the rest."""
    names = [name for name in socket.sent if name not in socket.leaving]
    if len(names) <= MOST_HEADS:
        return names
    half = MOST_HEADS // 2
    active = set(nlargest(half, names, key=socket.hub.touched))
    rest = [name for name in names if name not in active]
    start = socket.beat * half % len(rest)
    return [*active, *(rest[start:] + rest[:start])[:half]]


def pages(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
