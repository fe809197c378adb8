"""A provider of OpenID Connect on this machine: it signs in whoever a test names, and checks what we send."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4


class Provider:
    """`codes` are good once; `claims` is what it tells of each person."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.here: dict[str, Any] = {}

    def agree(self, asked: str, **claims: Any) -> str:
        """Somebody signs in there; returns the query they come back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        assert asked.startswith(f"{self.url}/authorize") and query["response_type"] == "code"
        code = uuid4().hex
        self.codes[code] = {"challenge": query["code_challenge"], "claims": claims}
        return f"code={code}&state={query['state']}"

    def redirect(self, asked: str) -> str:
        """Where a browser is sent that came to be signed in, as the person in `here`."""
        back = parse_qs(urlsplit(asked).query)["redirect_uri"][0]
        return f"{back}?{self.agree(asked, **self.here)}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        known = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if known is None or proof != known["challenge"] or form.get("client_secret") != "s3cret":
            return None
        token = uuid4().hex
        self.tokens[token] = known["claims"]
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


@contextmanager
def running() -> Iterator[Provider]:
    """One that answers on a free port until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = Provider(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        if self.path.startswith("/.well-known/"):
            return self._answer(provider.discovery())
        if self.path.startswith("/authorize"):
            self.send_response(302)
            self.send_header("Location", provider.redirect(f"{provider.url}{self.path}"))
            return self.end_headers()
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return self._answer(provider.tokens.get(bearer) if self.path == "/userinfo" else None)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
        self._answer(self.server.provider.token(form))  # type: ignore[attr-defined]

    def _answer(self, body: dict[str, Any] | None) -> None:
        sent = json.dumps(body or {"error": "invalid_grant"}).encode()
        self.send_response(200 if body else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests have enough to say."""
