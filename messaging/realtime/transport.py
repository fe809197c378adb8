"""uvicorn's websocket protocol with three doors more: write, the size of what waits, and a sure end.

Plain ASGI has none of them: `send` waits until the socket is writable, also for a close, so that a reader that
never reads would hold its frames and its socket for ever.
"""

import asyncio
import random
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State

from messaging.realtime import frames
from messaging.realtime.outlet import ABORT_AFTER, EXTENSION
from messaging.realtime.protocol import Close

CLOSE_GRACE = 5.0
BYE_WITHIN_MS = (500, 5000)


class SocketProtocol(WebSocketsSansIOProtocol):
    """Use as uvicorn's `ws`; legal only with `ws_per_message_deflate` off, since frames are written ready-made."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = Transport(self)

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
        """uvicorn logs bytes that are no text with a traceback, with which anybody could fill the log."""
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.end(CloseCode.INVALID_DATA)
            return
        super().send_receive_event_to_app()

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
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(grace, self.transport.abort)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Transport:
    """What a socket may do with its connection. Lives in `scope["extensions"]["chatify.transport"]`."""

    __slots__ = ("_protocol", "_written")

    def __init__(self, protocol: SocketProtocol) -> None:
        self._protocol = protocol
        self._written = 0

    @property
    def open(self) -> bool:
        protocol = self._protocol
        return not (protocol.disconnected or protocol.close_sent or protocol.transport.is_closing())

    @property
    def writable(self) -> bool:
        """Whether the peer keeps up: the write buffer is below the transport's high-water mark."""
        return self._protocol.writable.is_set()

    @property
    def gone_out(self) -> int:
        """Bytes that left for the kernel so far."""
        return self._written - self._protocol.transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Write one ready-made frame, never waiting."""
        self._written += len(data)
        self._protocol.transport.write(data)

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
