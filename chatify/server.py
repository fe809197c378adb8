"""The serving process: uvicorn with our sockets' protocol, a start that says so, and an end that loses nothing."""

import asyncio
import contextlib
import os
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatify.lib import collecting
from messaging.realtime import process
from messaging.realtime.protocol import LARGEST_FRAME
from messaging.realtime.transport import SocketProtocol

BACKLOG = 2048
TURN_SECONDS = 0.001
SPARE_CONNECTIONS = 1000
GOODBYE_SECONDS = 1.0
REQUESTS_SECONDS = 8
LAST_RESORT_SECONDS = 18.0


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises OSError when the port is taken or the address is not ours."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def inherited(fd: int) -> socket.socket:
    """The bound socket that a supervisor handed down."""
    return socket.socket(fileno=fd)


def run(listener: socket.socket, *, ready: Callable[[], object]) -> None:
    """Serve on a bound socket until a signal."""
    # The batcher's thread builds statements while the loop wants to hand out events: at Python's 5 ms a turn the loop
    # would wait that long whenever it looks for what came in.
    sys.setswitchinterval(TURN_SECONDS)
    _raise_open_files()
    Server(ready=ready).run([listener])


class HttpProtocol(HttpToolsProtocol):
    """uvicorn hands every upgrade on as HTTP/1.1, whatever it came as; a socket needs 1.1 (RFC 6455, 4.1)."""

    def handle_websocket_upgrade(self) -> None:
        if self.scope["http_version"] != "1.1":
            self.send_400_response("A socket opens over HTTP/1.1.")
            return
        super().handle_websocket_upgrade()


class Server(uvicorn.Server):
    """`ready` is called once it listens. SIGTERM and SIGINT end it with exit code 0 within 20 seconds: it accepts
    nothing more, answers what it promised, tells every socket when to come back, and lets requests finish."""

    def __init__(self, *, ready: Callable[[], object]) -> None:
        super().__init__(_config())
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        collecting.spare_what_stands()
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _end_for_certain()
        for listener in self.servers:
            listener.close()
        await process.current().farewell()
        await self._connections_gone(GOODBYE_SECONDS)
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            # uvicorn raises the signals again at its end, which would hide a graceful exit behind -15.
            self._captured_signals.clear()

    async def _connections_gone(self, seconds: float) -> None:
        steps = 10
        for _ in range(steps):
            if not self.server_state.connections:
                return
            await asyncio.sleep(seconds / steps)


def _config() -> uvicorn.Config:
    return uvicorn.Config(
        "chatify.asgi:application",
        http=HttpProtocol,
        ws=SocketProtocol,
        ws_max_size=LARGEST_FRAME,
        ws_max_queue=16,
        ws_ping_interval=10.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=settings.CHATIFY_MOST_SOCKETS + SPARE_CONNECTIONS,
        timeout_graceful_shutdown=REQUESTS_SECONDS,
        proxy_headers=bool(settings.CHATIFY_PROXIES),
        forwarded_allow_ips=settings.CHATIFY_PROXIES,
    )


def _raise_open_files() -> None:
    """Each socket is an open file, and many systems let a process have 1,024 unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _end_for_certain() -> None:
    """A thread that hangs in a database call would keep the interpreter for ever; nothing unacknowledged is lost."""
    timer = threading.Timer(LAST_RESORT_SECONDS, os._exit, args=(0,))
    timer.daemon = True
    timer.start()
