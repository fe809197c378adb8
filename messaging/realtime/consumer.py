"""The socket's door: one consumer per connection, from the handshake to the last frame."""

import asyncio
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.db import DatabaseError

from accounts.queries import SocketIdentity
from chatify.lib import strain
from messaging.realtime import handshake, process, protocol, resume, sessions
from messaging.realtime.batcher import Overloaded
from messaging.realtime.commands import Commands
from messaging.realtime.outlet import Outlet, outlet_for
from messaging.realtime.protocol import Close
from messaging.realtime.sockets import Socket

log = logging.getLogger(__name__)
HELLO_SECONDS = 5.0


class SocketConsumer(AsyncConsumer):
    """`dispatch` is ours: Channels' own closes database connections in a thread at every frame, half of the cost of
    a socket, and finds handlers by the name in the message. The hub, not the socket, is in the channel layer."""

    channel_layer_alias = "none"

    socket: Socket | None = None
    outlet: Outlet
    commands: Commands
    greeted = False
    _timer: asyncio.TimerHandle | None = None

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.receive":
            self.take(message.get("text"))
        elif kind == "websocket.connect":
            await self.connect()
        elif kind == "websocket.disconnect":
            self.disconnect()
            raise StopConsumer

    async def connect(self) -> None:
        """Refuse foreign pages before anything is accepted; accept the rest, so that a browser sees the reason."""
        if handshake.refused(self.scope):
            log.info("a handshake from %s was refused", sessions.client_address(self.scope))
            await self.send({"type": "websocket.close"})
            return
        visitor, code = await self._look()
        await self.send({"type": "websocket.accept", "subprotocol": handshake.chosen_subprotocol(self.scope)})
        self.outlet = outlet_for(self.scope, self.send, settings.CHATIFY_SLOW_SECONDS)
        if code is not None:
            self.outlet.close(code)
        elif visitor is not None:
            self._enter(visitor)

    async def _look(self) -> tuple[SocketIdentity | None, Close | None]:
        """Who this is, and why they may not come in."""
        serving = process.current()
        if strain.sheds("socket"):
            return None, Close.OVERLOAD
        try:
            visitor = await serving.arrivals.read(sessions.look, self.scope)
        except Overloaded:
            return None, Close.OVERLOAD
        except DatabaseError as error:
            log.warning("a handshake could not be checked (%s)", type(error).__name__)
            return None, Close.SERVER
        if visitor.identity is None:
            return None, Close.NO_SESSION
        if serving.stopping:
            return None, Close.RESTART
        if serving.sessions.count >= settings.CHATIFY_MOST_SOCKETS:
            return None, Close.OVERLOAD
        return visitor.identity, Close.RATE if visitor.too_often else None

    def _enter(self, identity: SocketIdentity) -> None:
        serving = process.current()
        self.socket = Socket(serving.hub, identity, self.outlet, ended=serving.ended)
        self.commands = Commands(serving, self.socket)
        serving.sessions.enter(self.socket)
        self._timer = serving.loop.call_later(HELLO_SECONDS, self.socket.close, Close.SERVER)
        self.outlet.listen(self.take)

    def take(self, text: str | None) -> None:
        """Take one frame (None: a binary one), from ASGI or straight from the connection; nothing here waits."""
        socket = self.socket
        if socket is None or socket.writer.closed is not None:
            return
        if text is None:
            socket.close(Close.PROTOCOL)
        elif len(text) > protocol.LARGEST_FRAME:
            socket.close(Close.TOO_BIG)
        elif self.greeted:
            self.commands.hear(text)
        else:
            self._greet(socket, text)

    def _greet(self, socket: Socket, text: str) -> None:
        try:
            fields = protocol.parse(text)
        except protocol.BadFrame as error:
            self.commands.nonsense(str(error))
            return
        if fields["type"] != "hello":
            socket.close(Close.PROTOCOL)
            return
        try:
            hello = protocol.hello(fields)
        except protocol.BadCursor:
            socket.close(Close.CURSOR)
        except protocol.InvalidCommand:
            socket.close(Close.PROTOCOL)
        else:
            self.greeted = True
            self._disarm()
            socket.run(self._begin(socket, hello))

    async def _begin(self, socket: Socket, hello: protocol.Hello) -> None:
        serving = process.current()
        socket.speak(hello.format, hello.language)
        serving.hub.greet(socket)
        await serving.notices.introduce(socket)
        epoch = await serving.hub.reliably(serving.hub.store.epoch)
        await resume.begin(
            serving.hub, socket, hello, epoch=epoch, heartbeat_ms=int(serving.heartbeat_seconds * 1000)
        )
        serving.notices.presence.arrived(socket)

    def disconnect(self) -> None:
        self._disarm()
        if self.socket is not None:
            self.socket.end()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
