"""uvicorn's websocket protocol with four doors more: frames in, frames out, the size of what waits, and a sure end.

Plain ASGI has none of them: `send` waits until the socket is writable, also for a close, so so that a reader that
never reads would hold its frames and its socket for ever. And each frame that comes in costs it a queue, two tasks
and two changes of what the loop polls before anybody looks at it.
"""

import asyncio
import logging
import random
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State

from messaging.realtime import frames
from messaging.realtime.inbound import Frames
from messaging.realtime.outlet import ABORT_AFTER, EXTENSION, Hear
from messaging.realtime.protocol import Close

log = logging.getLogger(__name__)
CLOSE_GRACE = 5.0
BYE_WITHIN_MS = (500, 5000)


class SocketProtocol(WebSocketsSansIOProtocol):
    """Use as uvicorn's `ws`; legal only with `ws_per_message_deflate` off, since frames are written ready-made."""

    door: "Transport | None" = None
    hear: Hear | None = None
    incoming: Frames | None = None
    _early = False

    # Coming in

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self.door = Transport(self)

    def listen(self, hear: Hear) -> None:
        """Hand messages to `hear` from now on, not to ASGI's queue; unless somebody spoke before the handshake was
        over, of whose words the queue or the parser may hold a part."""
        if not self._early:
            self.hear = hear
            self.incoming = Frames(self.config.ws_max_size)

    def data_received(self, data: bytes) -> None:
        if self.incoming is None:
            self._early = self.door is not None
            super().data_received(data)
            return
        self.incoming.feed(data)
        self.read()

    def read(self) -> None:
        """Hand over what has come, as long as it is wanted."""
        if self.incoming is None:
            return
        for text, other in self.incoming.whole():
            if other is None:
                self._take(text)
            else:
                super().data_received(other)
                self.incoming.in_parts = self.conn.current_size is not None
            if self.read_paused or self.transport.is_closing():
                return

    def _take(self, data: bytes | None) -> None:
        """One message: the bytes of a text, or None for a binary one."""
        if self.close_sent or self.hear is None:
            return
        try:
            text = None if data is None else data.decode()
        except UnicodeDecodeError:
            self.end(CloseCode.INVALID_DATA)
            return
        try:
            self.hear(text)
        except Exception:
            log.exception("a frame could not be taken")
            self.end(Close.SERVER)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # transport.close() waits for the buffer to empty: a peer that answers no ping will not read it either.
        self.loop.call_later(ABORT_AFTER, self.transport.abort)

    def handle_ping(self) -> None:
        """Who sends pings and reads nothing gets no pongs, which would pile up here for ever."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)

    def send_receive_event_to_app(self) -> None:
        """A message of several frames, or a binary one. uvicorn logs bytes that are no text with a traceback, with
        which anybody could fill the log."""
        if self.hear is not None:
            data = b"".join(self.frames) if self.curr_msg_data_type == "text" else None
            self.frames = []
            self._take(data)
            return
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.end(CloseCode.INVALID_DATA)
            return
        super().send_receive_event_to_app()

    def pause(self) -> None:
        """Read nothing more: the peer says more than is done."""
        if not self.read_paused and not self.close_sent:
            self.read_paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on, first of all what has come already."""
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
            self.loop.call_soon(self.read)

    # Going out

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.door:
            self.door.free = False

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.door:
            self.door.free = self.door.open

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.door:
            self.door.free = False

    def shutdown(self) -> None:
        """Whoever is still here when the server stops is told when to come back."""
        if self.close_sent or not self.handshake_complete:
            super().shutdown()
            return
        self.stop_keepalive()
        self.transport.write(frames.bye(random.randint(*BYE_WITHIN_MS)).wire)
        self.end(Close.RESTART, grace=ABORT_AFTER)

    def end(self, code: int, *, grace: float = CLOSE_GRACE) -> None:
        """Send the close frame at once, whatever waits before it, and cut the line after `grace` seconds."""
        if self.close_sent or self.transport.is_closing() or self.conn.state is not State.OPEN:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.door:
            self.door.free = False
        self.resume()
        self.close_timer = self.loop.call_later(grace, self.transport.abort)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Transport:
    """What a socket may do with its connection. Lives in `scope["extensions"]["chatify.transport"]`.

    `free` tells whether it is open and the peer keeps up (the write buffer is below the transport's high-water mark);
    `write` takes ready-made frames and never waits. Both are plain attributes: every delivery asks for them.
    """

    __slots__ = ("_protocol", "free", "listen", "pause", "resume", "write")

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol
        self.free = True
        self.write = protocol.transport.write
        self.listen = protocol.listen
        self.pause = protocol.pause
        self.resume = protocol.resume

    @property
    def open(self) -> bool:
        protocol = self._protocol
        return not (protocol.disconnected or protocol.close_sent or protocol.transport.is_closing())

    @property
    def waiting(self) -> int:
        """Bytes that have not left for the kernel."""
        return int(self._protocol.transport.get_write_buffer_size())

    async def until_writable(self, seconds: float) -> bool:
        """Wait for the buffer to go down; False when it did not within `seconds`."""
        waiter: Any = self._protocol.writable.wait()
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return False
        return True

    def end(self, code: int, *, grace: float = CLOSE_GRACE) -> None:
        self._protocol.end(code, grace=grace)
