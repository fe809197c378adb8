"""A client for protocol v1 that keeps the browser's contract and writes down all it sees."""

import asyncio
import contextlib
import json
import random
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.load import contract
from tests.load.cursor import Cursor
from tests.load.door import Account, Api, Refused, check_loopback, in_pool
from tests.load.frames import Handlers
from tests.load.journal import Journal
from tests.load.outbox import Entry, Outbox

LOST = 1006
UNREACHABLE = (OSError, InvalidHandshake, TimeoutError, Refused, EOFError)


def narrow_plug(url: str) -> socket.socket:
    """A connection with a small receive buffer, for one who does not read: the kernel must not read in its place."""
    where = urlsplit(url)
    plug = socket.socket()
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    plug.connect((where.hostname, where.port))
    plug.setblocking(False)
    return plug


class Client(Handlers):
    """One person's open tab. `run()` until `stop()`; `send()` at any time, connected or not.

    `urls` are the server processes it may use; it starts with the first and moves on when one refuses.
    `heard` is called with (client, event, monotonic seconds) for every event applied.
    """

    def __init__(
        self,
        account: Account,
        *,
        urls: Sequence[str],
        logs: Path,
        name: str | None = None,
        seed: int = 0,
        observer: bool = False,
        heard: Callable[["Client", dict[str, Any], float], None] | None = None,
    ) -> None:
        self.account = account
        self.urls = [check_loopback(url) for url in urls]
        self.journal = Journal(logs, name or account.email.split("@")[0], account.id)
        self.rng = random.Random(f"{seed}:{name or account.id}")
        self.outbox = Outbox(self.rng)
        self.cursors: dict[str, Cursor] = {}
        self.epoch: str | None = None
        self.observer = observer
        self.heard = heard
        self.ready = asyncio.Event()
        self.closes: list[int] = []
        self.errors: list[dict[str, Any]] = []
        self.acks: dict[str, dict[str, Any]] = {}
        self.socket_number = 0
        self.bye_after_ms: int | None = None
        self.stopped = False
        self._socket: ClientConnection | None = None
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._background: set[asyncio.Task[None]] = set()
        self._turn = 0
        self._was_ready = False
        self._protocol_errors = 0

    # Lifecycle

    @property
    def url(self) -> str:
        """The server this client would talk to now."""
        return self.urls[self._turn % len(self.urls)]

    @property
    def api(self) -> Api:
        """The same person's JSON API on the same server."""
        return Api(self.url, self.account)

    def start_from(self, heads: dict[str, int], epoch: str | None = None) -> None:
        """Where to begin, by conversation: what a page or a snapshot said before the socket opened."""
        self.epoch = epoch or self.epoch
        for conversation, head in heads.items():
            self.cursors[conversation] = Cursor(head)
            self.journal.write("start", conv=conversation, head=head)

    async def run(self) -> None:
        """Connect, follow, and come back as the close codes ask, until stopped or told to stay away."""
        attempt = 0
        while not self.stopped:
            self.bye_after_ms = None
            code = await self._one_socket()
            attempt = 0 if self._was_ready else attempt + 1
            self._note_close(code)
            wait = contract.reconnect_wait(
                contract.Goodbye(code, self.bye_after_ms), attempt, self._protocol_errors, self.rng
            )
            if wait is None:
                break
            await self._pause(wait)
        self.ready.clear()

    async def stop(self) -> None:
        """Close the socket and the log. Unsent entries stay unsent."""
        self.stopped = True
        if self._socket is not None:
            await self._socket.close()
        for task in list(self._background):
            task.cancel()
        self.journal.close()

    def drop(self) -> None:
        """Lose the connection without a word, as a network does."""
        if self._socket is not None:
            self._socket.transport.abort()

    # Actions

    def send(
        self, conversation: str, body: str, *, client_id: str | None = None, ordered: bool = True
    ) -> Entry:
        """Put a message into the outbox; it leaves when it can. `entry.done` becomes the ack or the error."""
        entry = self.outbox.put(conversation, body, client_id, time.monotonic())
        self.journal.write("send", id=entry.client_id, conv=conversation, body=body, ordered=ordered)
        self._flush()
        return entry

    def say(self, kind: str, **fields: Any) -> None:
        """Any other command; lost when the socket is not open, as in a browser."""
        if self.ready.is_set():
            self.post({"type": kind, **fields})

    def post(self, frame: dict[str, Any]) -> None:
        """Queue a frame for the open socket."""
        self._out.put_nowait(json.dumps(frame))

    async def raw(self, data: str | bytes) -> None:
        """Write anything at all on the open socket."""
        assert self._socket is not None
        await self._socket.send(data)

    def in_background(self, work: Any) -> None:
        """Run a coroutine beside the reader, and cancel it at the end."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # Internals

    async def _one_socket(self) -> int:
        self._was_ready = False
        self.socket_number += 1
        try:
            token = await in_pool(self.account.token, self.url)
            async with self._connect(token) as socket:
                return LOST if self.stopped else await self._follow(socket)
        except UNREACHABLE as error:
            self._blame(error)
            return LOST
        finally:
            self._socket = None
            self.ready.clear()
            self.outbox.disconnected()

    def _connect(self, token: str) -> connect:
        return connect(
            self.url.replace("http", "ws", 1) + "/ws/",
            subprotocols=[contract.SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            ping_interval=None,
            close_timeout=2,
            open_timeout=10,
            max_size=2**22,
            proxy=None,
            **self.options(),
        )

    def options(self) -> dict[str, Any]:
        """More options for the connection; for clients that misbehave on purpose."""
        return {}

    async def next_frame(self, socket: ClientConnection) -> str | bytes:
        """The server's next frame. TimeoutError after twenty seconds of silence."""
        async with asyncio.timeout(contract.SILENCE_S):
            return await socket.recv()

    def _blame(self, error: BaseException) -> None:
        status = getattr(getattr(error, "response", None), "status_code", getattr(error, "status", None))
        self.journal.write("unreachable", why=f"{type(error).__name__}: {error}"[:200], status=status)
        if status in (401, 403):
            self.account.forget_token()
        self._turn += 1

    async def _follow(self, socket: ClientConnection) -> int:
        self._socket, self._out = socket, asyncio.Queue()
        self._say_hello()
        helpers = [asyncio.ensure_future(self._write(socket)), asyncio.ensure_future(self._tick())]
        try:
            while True:
                self.handle(json.loads(await self.next_frame(socket)))
        except TimeoutError:
            socket.transport.abort()
            return LOST
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else LOST
        finally:
            for helper in helpers:
                helper.cancel()

    def _say_hello(self) -> None:
        known = {
            conversation: cursor.seq
            for conversation, cursor in self.cursors.items()
            if cursor.seq is not None
        }
        self.journal.write("hello", socket=self.socket_number, cursors=known)
        self.post(
            {"type": "hello", "epoch": self.epoch, "conversations": known, "format": "json", "language": "en"}
        )

    async def _write(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await self._out.get())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            now = time.monotonic()
            for entry in self.outbox.time_out(now):
                self.journal.write("late", id=entry.client_id)
            self._flush()
            self.chase(now)

    def _flush(self) -> None:
        if not self.ready.is_set():
            return
        now = time.monotonic()
        for entry in self.outbox.ready(now):
            self.outbox.left(entry, now)
            command = {"conversation": entry.conversation, "client_id": entry.client_id, "body": entry.body}
            self.post({"type": "send", **command, **entry.extra})

    def _note_close(self, code: int) -> None:
        self.closes.append(code)
        self.journal.write("close", socket=self.socket_number, code=code)
        if code in contract.PROTOCOL_ERRORS:
            self._protocol_errors += 1
        if code == contract.BAD_CURSOR:
            for conversation in self.cursors:
                self.start_over(conversation)

    async def _pause(self, wait: float) -> None:
        deadline = time.monotonic() + wait
        while not self.stopped and time.monotonic() < deadline:
            await asyncio.sleep(min(0.1, wait))
