"""A small internet for tests: names with public addresses, served by one process, and a secret that nobody may ask."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chatify.lib import fetch

PUBLIC = "93.184.215.14"


@dataclass
class Page:
    """What a name answers."""

    body: bytes = b"<title>Hello</title>"
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    does: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Web:
    """`pages` by what is asked for (`http://name/path`), `names` by name; `asked` is what was really asked."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def page(self, url: str, body: str | bytes = b"", **told: object) -> str:
        """Put something at an address."""
        raw = body.encode() if isinstance(body, str) else body
        self.pages[url] = Page(**({"body": raw} if raw else {}), **told)  # type: ignore[arg-type]
        return url

    def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        return self.names.get(host, [PUBLIC])

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


@contextmanager
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """All names lead to one server of this process, whatever address they claim."""
    given = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://{self.headers['Host']}{self.path}"
            given.asked.append(url)
            given.heads.append({name.lower(): value for name, value in self.headers.items()})
            self._send(given.pages.get(url, Page(status=404)))

        do_POST = do_HEAD = do_GET

        def _send(self, page: Page) -> None:
            if page.does:
                return page.does(self)
            self.send_response(page.status)
            for name, value in {"Content-Type": page.type, **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            return self._body(page.body)

        def _body(self, body: bytes) -> None:
            try:
                self.wfile.write(body)
            except OSError:  # who asked had enough
                self.close_connection = True

        def log_message(self, *told: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    given.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setattr(fetch, "resolve", given.resolve)
    monkeypatch.setattr(fetch, "connect", given.connect)
    try:
        yield given
    finally:
        server.shutdown()
        server.server_close()
