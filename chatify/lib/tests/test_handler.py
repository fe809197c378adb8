"""Pages take one turn of a thread that keeps its connection; streams are read outside it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from django.core import signals
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils import timezone

from chatify.lib.handler import ThreadedHandler

Message = dict[str, Any]
seen: dict[str, Any] = {}


def plain(request: HttpRequest) -> HttpResponse:
    seen.setdefault("threads", set()).add(threading.current_thread().name)
    return HttpResponse(
        request.body or request.GET.get("said", ""), headers={"X-Zone": str(timezone.get_current_timezone())}
    )


def zoned(request: HttpRequest) -> HttpResponse:
    timezone.activate("Asia/Tokyo")
    return plain(request)


def together(request: HttpRequest) -> HttpResponse:
    seen["barrier"].wait(5)
    return HttpResponse("met")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def endless(request: HttpRequest) -> HttpResponseBase:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"more"
                await asyncio.sleep(0)
        finally:
            seen["ended"] = True

    return StreamingHttpResponse(pieces())


def counted(request: HttpRequest) -> HttpResponseBase:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingHttpResponse(pieces())


urlpatterns = [path(f"{view.__name__}/", view) for view in (plain, zoned, together, broken, endless, counted)]


@pytest.fixture
def handler(settings: Any) -> Iterator[ThreadedHandler]:
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    seen.clear()
    yield ThreadedHandler(threads=2)


class Client:
    """One request, as an ASGI server brings it; `leaves` says after how many messages the client has gone."""

    def __init__(
        self, path: str, body: list[bytes] | None = None, query: bytes = b"", leaves: int | None = None
    ) -> None:
        method = "POST" if body else "GET"
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": [(b"host", b"testserver")],
        }
        self._coming = body or [b""]
        self._leaves = leaves
        self._left = asyncio.Event()
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self._coming:
            piece = self._coming.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._coming)}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if self._leaves is not None and len(self.sent) >= self._leaves:
            self._left.set()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def serve(handler: ThreadedHandler, *make: Callable[[], Client]) -> list[Client]:
    async def all_of_them() -> list[Client]:
        clients = [each() for each in make]
        await asyncio.gather(*(handler(client.scope, client.receive, client.send) for client in clients))
        return clients

    return asyncio.run(all_of_them())


def test_a_page_is_answered(handler: ThreadedHandler) -> None:
    (client,) = serve(handler, lambda: Client("/plain/", query=b"said=hello"))
    assert (client.status, client.body) == (200, b"hello")


def test_a_body_in_pieces_is_whole(handler: ThreadedHandler) -> None:
    (client,) = serve(handler, lambda: Client("/plain/", [b"a" * 70_000, b"b" * 70_000]))
    assert client.body == b"a" * 70_000 + b"b" * 70_000


def test_requests_run_side_by_side(handler: ThreadedHandler) -> None:
    seen["barrier"] = threading.Barrier(2)
    assert [client.body for client in serve(handler, *[lambda: Client("/together/")] * 2)] == [b"met", b"met"]


def test_threads_are_used_again(handler: ThreadedHandler) -> None:
    for _ in range(10):
        serve(handler, lambda: Client("/plain/"))
    assert seen["threads"] <= {"pages_0", "pages_1"}


def test_what_a_request_sets_ends_with_it(handler: ThreadedHandler) -> None:
    serve(handler, lambda: Client("/zoned/"))
    (client,) = serve(handler, lambda: Client("/plain/"))
    assert (b"X-Zone", b"UTC") in client.sent[0]["headers"]


def test_an_error_is_a_500(handler: ThreadedHandler) -> None:
    (client,) = serve(handler, lambda: Client("/broken/"))
    assert client.status == 500
    assert b"Server Error" in client.body


@pytest.mark.parametrize("address", ["/plain/", "/counted/"])
def test_a_request_begins_and_ends_once(handler: ThreadedHandler, address: str) -> None:
    heard: list[str] = []

    def started(**_: object) -> None:
        heard.append(f"started {threading.current_thread().name}")

    def finished(**_: object) -> None:
        heard.append(f"finished {threading.current_thread().name}")

    signals.request_started.connect(started)
    signals.request_finished.connect(finished)
    try:
        serve(handler, lambda: Client(address))
    finally:
        signals.request_started.disconnect(started)
        signals.request_finished.disconnect(finished)
    assert heard[:2] == ["started pages_0", "finished pages_0"], "the connection goes back where it was taken"


def test_a_stream_is_whole(handler: ThreadedHandler) -> None:
    (client,) = serve(handler, lambda: Client("/counted/"))
    assert (client.status, client.body) == (200, b"one two")


def test_a_stream_ends_when_its_reader_leaves(handler: ThreadedHandler) -> None:
    (client,) = serve(handler, lambda: Client("/endless/", leaves=10))
    assert seen["ended"]
    assert len(client.sent) < 1_000


def test_a_client_that_leaves_before_its_body_is_forgotten(handler: ThreadedHandler) -> None:
    async def leave() -> list[Message]:
        client = Client("/plain/")

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        await handler(client.scope, receive, client.send)
        return client.sent

    assert asyncio.run(leave()) == []
