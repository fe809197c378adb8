"""The steps of a send one by one, in a process with a server's environment: µs of CPU for each, as one line of JSON.

`python -m bench.steps SIZE BATCH ROUNDS` takes bodies of SIZE bytes, BATCH sends a batch, and the median of ROUNDS.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# The steps run one after the other in one thread, which also has the hub's loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from tests.load import world  # sets Django up

# isort: split

from accounts.models import User
from bench.client.adapters import Chatify, body_of
from chatify.lib import events
from messaging.events import LogAppended, PublishedEvent
from messaging.operations import log, settle
from messaging.operations.records import Sent
from messaging.realtime import frames, outside, protocol, publish, render, sending
from messaging.realtime.frames import Format, Packet
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Send
from messaging.realtime.sending import Posting
from messaging.tests.realtime.fakes import CONVERSATION, FakeOutlet, FakeStore, open_socket

SENDERS, ROOMS, LISTENERS = 50, 25, 10
JSON = Format("json", "")


@dataclass
class Clock:
    """CPU seconds by step, one value a round."""

    spent: dict[str, list[float]] = field(default_factory=dict)

    def time(self, step: str, work: Callable[[], Any]) -> Any:
        """What `work()` returns; its time counts for the step."""
        began = time.process_time()
        done = work()
        self.add(step, time.process_time() - began)
        return done

    def add(self, step: str, seconds: float) -> None:
        self.spent.setdefault(step, []).append(seconds)

    def medians(self, per: int) -> dict[str, float]:
        """µs a send."""
        return {step: round(statistics.median(values) / per * 1e6, 1) for step, values in self.spent.items()}


class Sink(FakeOutlet):
    """A peer that takes everything and keeps nothing."""

    def write(self, data: Any) -> None:
        """Gone."""


class NobodyElse:
    """A shared layer that takes messages and carries them nowhere."""

    async def group_send(self, group: str, message: Any) -> None:
        """Gone."""


class Rig:
    """What the steps need, made once: people, a hub with ten listeners, a layer."""

    def __init__(self, size: int) -> None:
        made = world.make("profile", SENDERS, ROOMS, SENDERS // ROOMS)
        people = {str(user.pk): user for user in User.objects.all()}
        self._seats = [(people[name], one["id"]) for one in made["conversations"] for name in one["members"]]
        self._size = size
        self._count = 0
        self._heard = 0
        self.published: list[PublishedEvent] = []
        self.batches: list[UUID] = []
        # Appending hands over and goes on, as in a serving process: publishing and settling are steps of their own.
        publish.batch = lambda rows, taken: None  # type: ignore[assignment]
        events.subscribe(LogAppended, self._appended)
        store = FakeStore()
        names = [str(UUID(int=number)) for number in range(LISTENERS)]
        store.member(*names)
        self.hub = Hub(store)
        for name in names:
            open_socket(self.hub, name).writer.outlet = Sink()
        outside.get_channel_layer = NobodyElse  # type: ignore[assignment]

    def _appended(self, told: LogAppended) -> None:
        self.published += told.rows
        self.batches.append(told.batch)

    def texts(self, count: int) -> list[tuple[User, str]]:
        """The frames of the next sends, with who sends them."""
        adapter = Chatify()
        chosen = []
        for _ in range(count):
            user, conversation = self._seats[self._count % len(self._seats)]
            body = body_of(self._count, self._size)
            chosen.append((user, adapter.send(conversation, self._count, body).decode()))
            self._count += 1
        return chosen

    def packets(self, rows: Sequence[PublishedEvent]) -> list[Packet]:
        """The events as if all of them came from the listeners' conversation."""
        packets = []
        for row in rows:
            self._heard += 1
            event = {**row.event, "conversation": CONVERSATION, "seq": self._heard}
            packets.append(Packet(CONVERSATION, self._heard, 1, event))
        return packets


async def run(rig: Rig, clock: Clock, batch: int) -> None:
    """One batch through every step, as the server takes it."""
    texts = rig.texts(batch)
    fields = clock.time("parse", lambda: [protocol.parse(text) for _, text in texts])
    sends: list[Send] = clock.time("validate", lambda: [protocol.send(one) for one in fields])
    postings = [Posting(user, send) for (user, _), send in zip(texts, sends, strict=True)]
    drafts = clock.time("prepare (clean, markup)", lambda: [sending._draft(one) for one in postings])
    rig.published.clear()
    outcomes: list[Sent] = clock.time(
        "append (lock, place, digest, write, present)", lambda: log.append(drafts)
    )
    rows = list(rig.published)
    clock.time("ack", lambda: [frames.ack(one) for one in outcomes])
    packets = clock.time("encode", lambda: rig.packets(rows))
    clock.time("frame", lambda: [packet.frame(JSON) for packet in packets])
    began = time.process_time()
    rig.hub.hear(packets)
    await asyncio.sleep(0)  # what is written at the end of a turn belongs to it
    clock.add(f"hear, deliver to {LISTENERS}", time.process_time() - began)
    clock.time("publish", lambda: outside.log(rows))
    clock.time("settle", lambda: settle.settle(rig.batches))
    rig.batches.clear()
    clock.time("render html, once a language", lambda: [render.event(row.event, "en") for row in rows])


async def medians(size: int, batch: int, rounds: int) -> dict[str, float]:
    """µs a send by step; the first rounds only warm."""
    rig, clock = Rig(size), Clock()
    for _ in range(max(3, rounds // 5)):
        await run(rig, Clock(), batch)
    for _ in range(rounds):
        await run(rig, clock, batch)
    return clock.medians(batch)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(medians(*map(int, sys.argv[1:])))))
