"""A signed-in browser that asks for pages on time, whatever the server does."""

import asyncio
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT_S = 30.0
AT_ONCE = 32
ROUND = 100
"""So many conversations are asked for in turn."""


class Visitor:
    """Asks `rate` times a second, each in a thread with a connection of its own that stays open."""

    def __init__(self, url: str, *, rate: float) -> None:
        self.rate = rate
        self._url = url
        self._address = urlsplit(url)
        self.headers: dict[str, str] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="visitor")
        self._local = threading.local()

    def sign_in(self, email: str, password: str) -> None:
        """Keep the session's cookie."""
        browser = requests.Session()
        address = f"{self._url}/accounts/login/"
        page = browser.get(address, timeout=TIMEOUT_S).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": email, "password": password, "csrfmiddlewaretoken": token and token[1]}
        browser.post(address, data=form, timeout=TIMEOUT_S).raise_for_status()
        self.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}

    def journeys(self) -> dict[str, list[str]]:
        """What to ask for, by name: each a list of paths to be asked for in turn."""
        rows = self._json(f"/api/v1/conversations?limit={ROUND}")["items"]
        pages = [f"/c/{row['id']}/" for row in rows]
        resumes = [
            f"/api/v1/conversations/{row['id']}/events?since={max(0, row['head'] - 100)}" for row in rows
        ]
        return {
            "inbox": ["/inbox/"],
            "unread": ["/inbox/?filter=unread"],
            "conversation": pages,
            "API list": ["/api/v1/conversations"],
            "resume from 100 back": resumes,
            "unread count": ["/api/v1/me"],
        }

    async def ask(self, paths: list[str], seconds: float) -> list[float]:
        """Seconds from the intended moment to the last byte, a request."""
        loop, began = asyncio.get_running_loop(), time.monotonic() + 0.05
        asked = []
        for index, path in zip(range(int(seconds * self.rate)), itertools.cycle(paths), strict=False):
            intended = began + index / self.rate
            await asyncio.sleep(max(0.0, intended - time.monotonic()))
            asked.append(loop.run_in_executor(self._threads, self._get, path, intended))
        return list(await asyncio.gather(*asked))

    def _get(self, path: str, intended: float) -> float:
        try:
            answer = self._answer(path)
        except (RemoteDisconnected, ConnectionResetError):  # the server closes what was idle for a while
            del self._local.connection
            answer = self._answer(path)
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: nothing to measure")
        return time.monotonic() - intended

    def _answer(self, path: str) -> HTTPResponse:
        connection = self._connection()
        connection.request("GET", path, headers=self.headers)
        return connection.getresponse()

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._local, "connection"):
            host, port = self._address.hostname or "", self._address.port
            self._local.connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
        return self._local.connection

    def _json(self, path: str) -> Any:
        answer = requests.get(f"{self._url}{path}", headers=self.headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()
