"""Tabs as a server sees them: they greet with their positions, and come back by themselves when the line is cut."""

import asyncio
import json
import random
import time
from collections.abc import Iterable
from typing import Any

import picows

FIRST_S, LONGEST_S, SOONEST_S = 0.5, 8.0, 0.1
AT_ONCE = 50


class Tab(picows.WSListener):
    """One tab: `heads` is where it stands in each of its conversations, `level_at` when it had caught up with all
    that it named (monotonic, None before)."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.cookie = cookie
        self.epoch: str | None = None
        self.heads: dict[str, int] = {}
        self.level_at: float | None = None
        self.attempts = self.replayed = 0
        self.ended: list[int] = []
        self.level: asyncio.Event = asyncio.Event()
        self._missing: set[str] = set()
        self._transport: Any = None

    async def open(self) -> None:
        """Connect and greet. OSError or picows' errors when the server is not there."""
        self.level.clear()
        self.level_at = None
        self.attempts += 1
        headers = [
            ("Cookie", self.cookie),
            ("Origin", f"http://127.0.0.1:{self.port}"),
            ("Sec-WebSocket-Protocol", "chatify.v1"),
        ]
        await picows.ws_connect(lambda: self, f"ws://127.0.0.1:{self.port}/ws/", extra_headers=headers)

    async def come_back(self, chance: random.Random) -> None:
        """Try again as the page's script does (static/js/realtime/backoff.js), until level."""
        ceiling = FIRST_S
        while not self.level.is_set():
            await asyncio.sleep(max(SOONEST_S, chance.uniform(0, ceiling)))
            ceiling = min(LONGEST_S, 2 * ceiling)
            try:
                await self.open()
                await asyncio.wait_for(self.level.wait(), 20)
            except (OSError, TimeoutError, picows.WSError):
                self.cut()

    def cut(self) -> None:
        """The line is gone, without a word."""
        if self._transport is not None:
            self._transport.underlying_transport.abort()
            self._transport = None

    # picows

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._missing = set(self.heads)
        hello = {"type": "hello", "epoch": self.epoch, "conversations": self.heads, "format": "html"}
        transport.send(picows.WSMsgType.TEXT, json.dumps({**hello, "language": "en"}).encode())

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        if transport is self._transport:
            self.ended.append(1006)
            self._transport = None

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type is picows.WSMsgType.TEXT:
            self._hear(json.loads(frame.get_payload_as_bytes()))
        elif frame.msg_type is picows.WSMsgType.CLOSE:
            self.ended.append(int(frame.get_close_code()))
            self._transport = None
            transport.disconnect()

    def _hear(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "ready":
            self.epoch = frame["epoch"]
        elif kind in ("level", "reset", "replay"):
            self.replayed += len(frame.get("events", ()))
            self.heads[frame["conversation"]] = frame["head"]
            self._missing.discard(frame["conversation"])
        elif kind == "event":
            self.heads[frame["conversation"]] = frame["seq"]
        elif kind == "heartbeat":
            self.heads.update(frame["heads"])
        if kind != "heartbeat" and not self._missing and self.epoch and self.level_at is None:
            self.level_at = time.monotonic()
            self.level.set()


async def open_all(tabs: Iterable[Tab]) -> None:
    """Connect them in turn, a few at a time. Raises when one is not let in."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(tab: Tab) -> None:
        async with places:
            await tab.open()
            await asyncio.wait_for(tab.level.wait(), 30)

    await asyncio.gather(*(one(tab) for tab in tabs))
