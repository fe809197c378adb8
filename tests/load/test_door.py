"""The load's requests: none is sent on a connection that its server may be closing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.load import door


class Asked(BaseHTTPRequestHandler):
    """Answers, and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.ports.append(self.client_address[1])  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.ports = []  # type: ignore[attr-defined]
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("longest", "connections"), [(60.0, 1), (-1.0, 3)])
def test_a_connection_is_used_again_unless_it_rested(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, longest: float, connections: int
) -> None:
    monkeypatch.setattr(door, "LONGEST_REST_S", longest)
    for _ in range(3):
        assert door.call("POST", f"http://127.0.0.1:{server.server_port}/", json={}) is None
    assert len(set(server.ports)) == connections  # type: ignore[attr-defined]
