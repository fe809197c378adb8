"""A TCP proxy that breaks the lines it carries, switchable while it runs; loopback only.

It runs in a thread of its own, so that neither a blocking test nor a busy loop holds it up.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

CHUNK = 16 * 1024
CHUNKS_UNDER_WAY = 64
STARTED_WITHIN_S = 10
RST_AT_CLOSE = struct.pack("ii", 1, 0)


class Way(Enum):
    """A direction: `UP` from whoever connected, `DOWN` back to them."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Rule:
    """What one direction does to bytes. `delay` and `jitter` in seconds; `rate` in bytes a second, 0 for any."""

    reads: bool = True
    keeps: bool = True
    delay: float = 0.0
    jitter: float = 0.0
    rate: int = 0


PASS = Rule()


class Proxy:
    """Listens on a free port of 127.0.0.1 and carries every connection to `port` there. Use as a context manager."""

    def __init__(self, port: int, *, seed: int = 1) -> None:
        self.target = port
        self.port = 0
        self.rng = random.Random(seed)
        self.rules = dict.fromkeys(Way, PASS)
        self.resets = False
        self.links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """As a server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Listen; the first time on a free port, later on the same."""
        if not self._thread.is_alive():
            self._thread.start()
        self._do(self._listen())
        return self

    def stop(self) -> None:
        """Cut everything and end the thread."""
        self.refuse()
        self.cut()
        self._do(self._empty())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STARTED_WITHIN_S)
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Modes. Each replaces the one before, in the directions it names.

    def pass_on(self) -> None:
        """Carry everything again. A link that swallowed bytes has a hole and is reset, as a router would."""
        self.resets = False
        self._set(PASS, *Way)
        self._do(self._mend())

    def latency(self, ms: float, jitter_ms: float = 0.0, *ways: Way) -> None:
        """Hold every chunk back for `ms`, give or take the jitter; the order is kept."""
        self._set(Rule(delay=ms / 1000, jitter=jitter_ms / 1000), *ways)

    def rate(self, bytes_per_second: int, *ways: Way) -> None:
        """Let no more than this through."""
        self._set(Rule(rate=bytes_per_second), *ways)

    def blackhole(self, *ways: Way) -> None:
        """Accept and swallow, without a FIN: what a dead router or a sleeping laptop looks like."""
        self._set(Rule(keeps=False), *ways)

    def stall(self, *ways: Way) -> None:
        """Stop reading, so that the sender's buffers fill. Nothing is lost."""
        self._set(Rule(reads=False), *ways)

    def refuse(self) -> None:
        """Stop listening: new connections are refused, those that are open stay."""
        self._do(self._deafen())

    def reset(self) -> None:
        """RST to every link, and to each new one until `pass_on`."""
        self.resets = True
        self._do(self._end_all(rst=True))

    def cut(self) -> int:
        """End all links at once, once; how many there were."""
        return self._do(self._end_all(rst=False))

    # Internals: everything below runs on the proxy's own loop.

    def _set(self, rule: Rule, *ways: Way) -> None:
        async def change() -> None:
            self.rules.update(dict.fromkeys(ways or Way, rule))
            for link in self.links:
                link.look_again()

        self._do(change())

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STARTED_WITHIN_S)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port, limit=CHUNK)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _mend(self) -> None:
        for link in [link for link in self.links if link.has_hole]:
            link.end(rst=True)
        await self._listen()

    async def _deafen(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _end_all(self, *, rst: bool) -> int:
        links = list(self.links)
        for link in links:
            link.end(rst=rst)
        return len(links)

    async def _empty(self) -> None:
        while self.links:
            await asyncio.sleep(0.001)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.resets:
            _end(writer, rst=True)
            return
        link = _Link(self, writer)
        self.links.add(link)
        try:
            await link.run(reader)
        finally:
            self.links.discard(link)


class _Link:
    """One connection and its continuation."""

    def __init__(self, proxy: Proxy, near: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._ends = [near]
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.has_hole = False

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Carry until both directions are at their end, or the link is ended."""
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._proxy.target, limit=CHUNK)
        except OSError:
            self.end(rst=True)
            return
        near = self._ends[0]
        self._ends.append(far)
        self._tasks = [
            asyncio.ensure_future(work)
            for way, source, sink in ((Way.UP, reader, far), (Way.DOWN, far_reader, near))
            for work in self._direction(way, source, sink)
        ]
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.end(rst=False)

    def look_again(self) -> None:
        """A rule changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    def end(self, *, rst: bool) -> None:
        """Close both ends at once, dropping what is under way."""
        for task in self._tasks:
            task.cancel()
        for writer in self._ends:
            _end(writer, rst=rst)

    def _direction(
        self, way: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> tuple[Coroutine[Any, Any, None], Coroutine[Any, Any, None]]:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_UNDER_WAY)
        return self._take(way, source, under_way), self._give(way, sink, under_way)

    async def _take(
        self, way: Way, source: asyncio.StreamReader, under_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop, due = asyncio.get_running_loop(), 0.0
        while True:
            await self._until(lambda: self._proxy.rules[way].reads)
            chunk = await _read(source)
            rule = self._proxy.rules[way]
            wait = max(0.0, rule.delay + self._proxy.rng.uniform(-rule.jitter, rule.jitter))
            due = max(due, loop.time() + wait) + (len(chunk) / rule.rate if rule.rate else 0.0)
            await under_way.put((due, chunk))
            if not chunk:
                return

    async def _give(
        self, way: Way, sink: asyncio.StreamWriter, under_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, chunk = await under_way.get()
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            await self._until(lambda: self._proxy.rules[way].reads)
            if self.has_hole or not self._proxy.rules[way].keeps:
                self.has_hole = True  # even an end is swallowed: nobody hears of it
            elif not chunk:
                with contextlib.suppress(OSError):
                    sink.write_eof()
                return
            else:
                sink.write(chunk)
                await sink.drain()
            if not chunk:
                await asyncio.Event().wait()

    async def _until(self, free: Callable[[], bool]) -> None:
        while not free():
            await self._changed.wait()


async def _read(source: asyncio.StreamReader) -> bytes:
    """The next bytes; none at the end, however it came."""
    try:
        return await source.read(CHUNK)
    except OSError:
        return b""


def _end(writer: asyncio.StreamWriter, *, rst: bool) -> None:
    plug = writer.get_extra_info("socket")
    if rst and plug is not None:
        with contextlib.suppress(OSError):
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_AT_CLOSE)
    writer.transport.abort()
