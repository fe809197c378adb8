"""Serve Chatify: pages, API and sockets, and the jobs where no broker carries them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatify import server
from chatify.preparing import prepare


class Command(BaseCommand):
    help = "Serve Chatify until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (PORT, else 8000)")
        parser.add_argument(
            "--prepare", action="store_true", help="first make tables, static files and the demo world"
        )

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        try:
            listener = server.listen(host, port)
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Cannot listen on {host}:{port}: {error}. Choose another with --port."
            ) from error
        if options["prepare"]:
            prepare(self._say)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listener.getsockname()[1]}"
        server.run(listener, ready=lambda: self._say(f"Chatify is ready at {address}"))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
