"""A push service on this machine, and what a browser keeps to open what it is called with."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """What a browser keeps: a key of its own and a secret."""

    def __init__(self, endpoint: str = "https://push.example.com/1") -> None:
        self.endpoint = endpoint
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    @property
    def given(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": text(point), "auth": text(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def opened(self, body: bytes) -> Any:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@dataclass
class PushService:
    """A push service on this machine that says what it is told to."""

    url: str
    status: int = 201
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def push_service(settings: Any) -> Iterator[PushService]:
    """It listens on this machine, and this server may go there."""
    settings.CHATIFY_FETCH_NETWORKS = ["127.0.0.0/8"]
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CHATIFY_ORIGINS = ["http://testserver"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.calls.append((dict(self.headers), body))
            self.send_response(told.status)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told = PushService(f"http://127.0.0.1:{server.server_port}/send/1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
