"""Where a socket's frames leave: straight into our server's transport, or by ASGI under any other server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from messaging.realtime.frames import Frame

EXTENSION = "chatify.transport"
ABORT_AFTER = 1.0

Send = Callable[[dict[str, Any]], Awaitable[None]]
Hear = Callable[[str | None], object]


class Slow(Exception):
    """No byte has left for too long."""


class Gone(Exception):
    """The connection is over."""


class Connection(Protocol):
    """What our server's protocol offers in `scope["extensions"]["chatify.transport"]`."""

    free: bool
    """Whether it is open and the peer keeps up: the write buffer is below the transport's high-water mark."""
    write: Callable[[bytes], None]
    """Hand over ready-made frames, never waiting."""

    @property
    def open(self) -> bool: ...
    @property
    def waiting(self) -> int:
        """Bytes that have not left for the kernel."""

    async def until_writable(self, seconds: float) -> bool:
        """False when the buffer did not go down within `seconds`."""

    def listen(self, hear: Hear) -> None:
        """From now on call `hear(text)` for each text frame, `hear(None)` for a binary one, without ASGI's queue."""

    def pause(self) -> None:
        """Read nothing more from the peer."""

    def resume(self) -> None:
        """Read on."""

    def end(self, code: int, *, grace: float = ...) -> None: ...


class Outlet(Protocol):
    @property
    def ready(self) -> bool:
        """Whether `write` may be called right now, without waiting."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Hand over frames, ready for the wire, at once; only when ready."""

    def listen(self, hear: Hear) -> None:
        """Take frames from the connection without ASGI in between, where the server can."""

    def pause(self) -> None:
        """Take no more frames, where the server can."""

    def resume(self) -> None:
        """Go on taking frames."""

    async def send(self, frame: Frame) -> None:
        """Hand over a frame when there is room. Raises Slow and Gone."""

    def close(self, code: int, last: Sequence[Frame] = (), *, at_once: bool = False) -> None:
        """End the socket with last words and a code; `at_once` cuts the line after a second."""


class DirectOutlet:
    """Ready-made frames into the transport of our own protocol."""

    def __init__(self, transport: Connection, patience: float) -> None:
        self._transport = transport
        self._patience = patience
        self.write = transport.write
        self.listen = transport.listen
        self.pause = transport.pause
        self.resume = transport.resume

    @property
    def ready(self) -> bool:
        return self._transport.free

    async def send(self, frame: Frame) -> None:
        while self._transport.open and not self._transport.free:
            waiting = self._transport.waiting
            moved = await self._transport.until_writable(self._patience)
            if not moved and self._transport.waiting >= waiting:
                raise Slow
        if not self._transport.open:
            raise Gone
        self._transport.write(frame.wire)

    def close(self, code: int, last: Sequence[Frame] = (), *, at_once: bool = False) -> None:
        for frame in last if self.ready else ():
            self.write(frame.wire)
        if at_once:
            self._transport.end(code, grace=ABORT_AFTER)
        else:
            self._transport.end(code)


class AsgiOutlet:
    """Ordinary ASGI sends: whatever server is in front does its own buffering."""

    ready = False

    def __init__(self, send: Send, patience: float) -> None:
        self._send = send
        self._patience = patience
        self._closing: asyncio.Task[None] | None = None

    def write(self, data: bytes) -> None:
        raise AssertionError("this outlet is never ready")

    def listen(self, hear: Hear) -> None:
        """Frames come by ASGI's queue here."""

    def pause(self) -> None:
        """This server has a flow control of its own."""

    def resume(self) -> None:
        """See `pause`."""

    async def send(self, frame: Frame) -> None:
        try:
            await asyncio.wait_for(self._send({"type": "websocket.send", "text": frame.text}), self._patience)
        except TimeoutError:
            raise Slow from None
        except (OSError, RuntimeError) as error:
            raise Gone from error

    def close(self, code: int, last: Sequence[Frame] = (), *, at_once: bool = False) -> None:
        self._closing = asyncio.get_running_loop().create_task(self._close(int(code), last))

    async def _close(self, code: int, last: Sequence[Frame]) -> None:
        try:
            for frame in last:
                await self.send(frame)
            await asyncio.wait_for(self._send({"type": "websocket.close", "code": code}), ABORT_AFTER)
        except (TimeoutError, OSError, RuntimeError, Slow, Gone):
            return


def outlet_for(scope: dict[str, Any], send: Send, patience: float) -> Outlet:
    """The best way out that this server offers."""
    transport = scope.get("extensions", {}).get(EXTENSION)
    return DirectOutlet(transport, patience) if transport else AsgiOutlet(send, patience)
