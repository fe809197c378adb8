"""Serve Chatify: pages, API and sockets, and the jobs where no broker carries them."""

import argparse
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

from chatify import server, supervisor
from chatify.preparing import prepare

NEEDS_SERVICES = (
    "Several processes need PostgreSQL and Redis: set DATABASE_URL and REDIS_URL, or serve with one process."
)


class Command(BaseCommand):
    help = "Serve Chatify until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (PORT, else 8000)")
        parser.add_argument(
            "--processes",
            type=int,
            default=1,
            help="how many serve the port together (1); see docs/operating.md",
        )
        parser.add_argument(
            "--prepare", action="store_true", help="first make tables, static files and the demo world"
        )
        # How a supervisor starts its children.
        parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--line", type=int, help=argparse.SUPPRESS)

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        if options["listener"] is not None:
            line = supervisor.Line(options["line"])
            server.run(server.inherited(options["listener"]), ready=line.ready)
            return
        _check(processes)
        listener = _listen(host, port)
        if options["prepare"]:
            prepare(self._say)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listener.getsockname()[1]}"
        if processes > 1:
            connections.close_all()
            manage = str(settings.BASE_DIR / "manage.py")
            supervisor.become(listener, manage=manage, processes=processes, address=address)
        server.run(listener, ready=lambda: self._say(f"Chatify is ready at {address}"))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _check(processes: int) -> None:
    if processes < 1:
        raise CommandError("--processes is 1 or more.")
    if processes > 1 and (connection.vendor == "sqlite" or not settings.REDIS_URL):
        raise CommandError(NEEDS_SERVICES)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return server.listen(host, port)
    except (OSError, OverflowError) as error:
        raise CommandError(f"Cannot listen on {host}:{port}: {error}. Choose another with --port.") from error
