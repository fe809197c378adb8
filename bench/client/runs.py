"""What the client can do with a crowd: send at a rate, send as fast as answers come, or just listen."""

import asyncio
import time
from itertools import cycle
from typing import Any

from bench.client import verdict
from bench.client.adapters import body_of
from bench.client.crowd import Crowd, Line
from bench.client.verdict import Heard

TICK_S = 0.001  # uvloop counts in whole milliseconds
START_S = 0.05


class Sender:
    """Numbers sends over the whole life of a crowd, in turn over rooms and over the people in each."""

    def __init__(self, crowd: Crowd, size: int) -> None:
        self._crowd = crowd
        self._size = size
        self._next = 0
        self._turns = cycle([(room, line) for room, line in _in_turn(crowd)])
        self.intended: dict[int, float] = {}
        self.sent: dict[str, list[int]] = {}

    def forget(self) -> None:
        """Start a new run; the numbering goes on."""
        self._crowd.forget()
        self.intended = {}
        self.sent = {}

    def send(self, intended: float) -> int:
        """Send the next one; returns its index."""
        index, (room, line) = self._next, next(self._turns)
        self._next += 1
        self.intended[index] = intended
        self.sent.setdefault(room, []).append(index)
        line.say(self._crowd.adapter.send(room, index, body_of(index, self._size)))
        return index


async def at_rate(
    crowd: Crowd, sender: Sender, *, rate: float, seconds: float, grace: float
) -> dict[str, Any]:
    """Open loop: the send number i leaves i/rate after the start, whatever the server does."""
    sender.forget()
    count, began = int(rate * seconds), time.monotonic() + START_S
    done = 0
    while done < count:
        due = min(count, int((time.monotonic() - began) * rate) + 1)
        while done < due:
            sender.send(began + done / rate)
            done += 1
        await asyncio.sleep(TICK_S)
    expected = sum(len(indexes) * len(crowd.rooms[room]) for room, indexes in sender.sent.items())
    await _until(lambda: len(crowd.acks) >= count and crowd.heard() >= expected, grace)
    return {"rate": rate, "refused": crowd.refused, "closed": crowd.closed, **_told(crowd, sender)}


async def closed_loop(crowd: Crowd, sender: Sender, *, seconds: float, window: int) -> dict[str, Any]:
    """`window` sends under way at any time: about what the server can do. `rate` is in acknowledgements a second."""
    sender.forget()
    began = time.monotonic()
    end = began + seconds
    crowd.on_ack = lambda _: sender.send(time.monotonic()) if time.monotonic() < end else None
    for _ in range(window):
        sender.send(began)
    await asyncio.sleep(seconds)
    rate = len(crowd.acks) / seconds
    crowd.on_ack = None
    await _until(lambda: len(crowd.acks) >= len(sender.intended), 10)
    return {"rate": rate}


async def listen(
    crowd: Crowd, *, first: int, count: int, rate: float, began: float, grace: float
) -> dict[str, Any]:
    """Hear `count` events that somebody else publishes from `began` on at `rate`; 0 means all at once."""
    crowd.forget()
    intended = {first + place: began + (place / rate if rate else 0) for place in range(count)}
    end = began + (count / rate if rate else 0) + grace
    await _until(lambda: crowd.heard() >= count * len(crowd.lines), end - time.monotonic())
    rooms = _heard(crowd)
    last = max((one.times[-1] for heard in rooms.values() for one in heard if one.times), default=began)
    sent = {room: list(intended) for room in crowd.rooms}
    told = verdict.figures(dict.fromkeys(intended, began), intended, rooms, sent)
    del told["ack"], told["unacked"]
    return {"seconds": last - began, "closed": crowd.closed, **told}


def _told(crowd: Crowd, sender: Sender) -> dict[str, Any]:
    return verdict.figures(crowd.acks, sender.intended, _heard(crowd), sender.sent)


def _heard(crowd: Crowd) -> dict[str, list[Heard]]:
    """By room; each socket is in one room, or what it heard of others would be counted twice."""
    return {
        room: [Heard([int(mark) for mark in line.marks], line.times) for line in lines]
        for room, lines in crowd.rooms.items()
    }


def _in_turn(crowd: Crowd) -> list[tuple[str, Line]]:
    most = max(len(lines) for lines in crowd.rooms.values())
    return [(room, lines[place % len(lines)]) for place in range(most) for room, lines in crowd.rooms.items()]


async def _until(true: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
