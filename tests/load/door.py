"""The JSON API as the load uses it: sign in, snapshots, sends by HTTP."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

T = TypeVar("T")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN_AGE_S = 200.0
TIMEOUT_S = 30.0
LONGEST_REST_S = 2.0
_pool = ThreadPoolExecutor(16, thread_name_prefix="door")
_local = threading.local()


class Refused(Exception):
    """The server answered, and not with success. `status` and `body` say how."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:200]}")
        self.status = status
        self.body = body


async def in_pool(work: Callable[..., T], *args: Any) -> T:
    """Await blocking `work` on the load's own threads."""
    return await asyncio.get_running_loop().run_in_executor(_pool, work, *args)


def check_loopback(url: str) -> str:
    """The URL without a trailing slash; ValueError when it leaves this machine."""
    if urlsplit(url).hostname not in LOOPBACK:
        raise ValueError(f"the load runs against this machine only, not {url}")
    return url.rstrip("/")


class Line:
    """This thread's connection to one server. The server closes one that rests for five seconds, perhaps in the moment
    of the next request, of which nobody then knows whether it was heard: so none that rested for long is used again."""

    def __init__(self) -> None:
        self._session: requests.Session | None = None
        self._used = 0.0

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        if self._session is None or time.monotonic() - self._used > LONGEST_REST_S:
            self._begin()
        assert self._session
        try:
            return self._session.request(method, url, timeout=TIMEOUT_S, **options)
        finally:
            self._used = time.monotonic()

    def _begin(self) -> None:
        if self._session:
            self._session.close()
        self._session = requests.Session()
        self._session.trust_env = False


def _line(url: str) -> Line:
    lines: dict[str, Line] = _local.__dict__.setdefault("lines", {})
    return lines.setdefault(urlsplit(url).netloc, Line())


def call(method: str, url: str, token: str | None = None, **options: Any) -> Any:
    """One request; its JSON answer. Raises Refused, or requests' ConnectionError and Timeout."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = _line(url).request(method, url, headers=headers, **options)
    if not answer.ok:
        raise Refused(answer.status_code, answer.text)
    return answer.json() if answer.content else None


@dataclass
class Account:
    """A person of the load's world, and a token that is renewed before it expires."""

    id: str
    email: str
    password: str
    _token: str | None = None
    _made: float = field(default=0.0)

    def token(self, url: str) -> str:
        """A bearer token good for some minutes, signing in when there is none."""
        if self._token is None or time.monotonic() - self._made > TOKEN_AGE_S:
            answer = call(
                "POST",
                f"{url}/api/auth/app/v1/auth/login",
                json={"email": self.email, "password": self.password},
            )
            self._token, self._made = answer["meta"]["access_token"], time.monotonic()
        return self._token

    def forget_token(self) -> None:
        """Sign in anew next time."""
        self._token = None


class Api:
    """What one person can ask of one server."""

    def __init__(self, url: str, account: Account) -> None:
        self.url = check_loopback(url)
        self.account = account

    def get(self, path: str, **params: Any) -> Any:
        """GET below `/api/v1`."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST below `/api/v1`."""
        return self._call("POST", path, json=body)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """PUT below `/api/v1`."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """PATCH below `/api/v1`."""
        return self._call("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        """DELETE below `/api/v1`."""
        return self._call("DELETE", path)

    def conversations(self) -> list[dict[str, Any]]:
        """Every conversation of mine, all pages."""
        return self._pages("/conversations")

    def send(self, conversation: str, body: str, client_id: str) -> dict[str, Any]:
        """Send one message by HTTP; the stored message with `duplicate`."""
        return self.post(f"/conversations/{conversation}/messages", {"client_id": client_id, "body": body})

    def snapshot(self, conversation: str) -> dict[str, Any]:
        """The conversation as a fresh client loads it: position first, then every message."""
        shown = self.get(f"/conversations/{conversation}")
        return {"conversation": shown, "messages": self._all_messages(conversation)}

    def _all_messages(self, conversation: str) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        after = 0
        while True:
            page = self.get(f"/conversations/{conversation}/messages", after=after, limit=100)["items"]
            found.update((message["number"], message) for message in page)
            newest = max(found, default=0)
            if not page or newest == after:
                return [found[number] for number in sorted(found)]
            after = newest

    def _pages(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=100, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items

    def _call(self, method: str, path: str, **options: Any) -> Any:
        token = self.account.token(self.url)
        return call(method, f"{self.url}/api/v1{path}", token, **options)
