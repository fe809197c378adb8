"""Which pages and programs may open a socket."""

from typing import Any

import pytest

from messaging.realtime import handshake


def scope(
    *headers: tuple[str, str],
    path: str = "/ws/",
    query: str = "",
    subprotocols: tuple[str, ...] = ("chatify.v1",),
) -> dict[str, Any]:
    return {
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "subprotocols": list(subprotocols),
        "server": ("127.0.0.1", 8123),
    }


@pytest.fixture(autouse=True)
def _origins(settings: Any) -> None:
    settings.CHATIFY_ORIGINS = ["https://chatify.example"]
    settings.PRODUCTION = True


def test_a_page_of_ours_may_open_a_socket() -> None:
    assert not handshake.refused(scope(("origin", "https://chatify.example")))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://chatify.example",
        "https://chatify.example:8443",
        "https://chatify.example.evil.example",
        "https://sub.chatify.example",
        "https://chatify.example/",
        "https://CHATIFY.example",
        "http://127.0.0.1:8123",
    ],
)
def test_any_other_origin_is_refused(origin: str) -> None:
    assert handshake.refused(scope(("origin", origin)))
    assert handshake.refused(scope(("origin", origin), ("authorization", "Bearer x")))


def test_two_origins_are_refused_even_when_both_are_ours() -> None:
    ours = ("origin", "https://chatify.example")
    assert handshake.refused(scope(ours, ours))


def test_without_an_origin_only_a_bearer_may_enter() -> None:
    assert handshake.refused(scope())
    assert handshake.refused(scope(("cookie", "sid=x")))
    assert not handshake.refused(scope(("authorization", "Bearer x")))
    assert handshake.refused(scope(("authorization", "Basic x")))
    assert handshake.refused(scope(("authorization", "Bearer x"), ("authorization", "Bearer y")))


def test_nothing_belongs_into_the_query() -> None:
    assert handshake.refused(scope(("origin", "https://chatify.example"), query="token=secret"))


def test_another_path_or_another_subprotocol_is_refused() -> None:
    ours = ("origin", "https://chatify.example")
    assert handshake.refused(scope(ours, path="/ws/other/"))
    assert handshake.refused(scope(ours, subprotocols=("graphql-ws",)))
    assert not handshake.refused(scope(ours, subprotocols=("graphql-ws", "chatify.v1")))


def test_an_embedded_server_lets_its_own_pages_in(settings: Any) -> None:
    settings.PRODUCTION = False
    assert not handshake.refused(scope(("origin", "http://127.0.0.1:8123")))
    assert not handshake.refused(scope(("origin", "http://localhost:8123")))
    assert handshake.refused(scope(("origin", "http://127.0.0.1:8124")))
