"""Signed out means out, everywhere and at once."""

from collections.abc import Iterable
from types import SimpleNamespace
from uuid import UUID

import pytest

from messaging.realtime import hints, sessions
from messaging.realtime.hints import Hints
from messaging.realtime.hub import Hub
from messaging.realtime.names import digest_of
from messaging.realtime.protocol import Close
from messaging.realtime.sessions import Sessions
from messaging.realtime.sockets import Socket

from .fakes import FakeOutlet, new_user, outlet, until


def enter(hub: Hub, house: Sessions, user: str, key: str = "k" * 32) -> Socket:
    identity = SimpleNamespace(user=SimpleNamespace(id=UUID(user)), session_key=key)
    socket = Socket(hub, identity, FakeOutlet(), ended=lambda one, _: house.exit(one))  # type: ignore[arg-type]
    house.enter(socket)
    return socket


async def test_the_oldest_of_eleven_sockets_gives_way(hub: Hub) -> None:
    house, alice = Sessions(), new_user()
    sockets = [enter(hub, house, alice) for _ in range(11)]
    enter(hub, house, new_user())
    assert [outlet(socket).closed for socket in sockets] == [[Close.SOCKETS]] + [[]] * 10
    assert house.count == 11


async def test_a_session_that_ended_closes_its_own_sockets_only(hub: Hub) -> None:
    house, alice = Sessions(), new_user()
    here, there = enter(hub, house, alice, "a" * 32), enter(hub, house, alice, "b" * 32)
    await house.revoke(alice, digest_of("a" * 32))
    assert outlet(here).closed == [Close.NO_SESSION]
    assert outlet(there).closed == []


async def test_whoever_may_be_out_is_looked_up_in_one_question(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, alice, bob = Sessions(), new_user(), new_user()
    hers, his = enter(hub, house, alice), enter(hub, house, bob)
    asked: list[set[tuple[str, str]]] = []

    def dead(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        asked.append(set(pairs))
        return {(alice, "k" * 32)}

    monkeypatch.setattr(sessions.queries, "sessions_alive", dead)
    await house.check(house.all())
    assert len(asked) == 1
    assert outlet(hers).closed == [Close.NO_SESSION]
    assert outlet(his).closed == []
    assert house.all() == [his]


async def test_hints_are_given_at_once_and_then_once_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "PAUSE", 0.05)
    told: list[str] = []
    some = Hints(lambda user, conversation: told.append(conversation))
    for _ in range(5):
        some.give("alice", "c")
    some.give("alice", "d")
    assert told == ["c", "d"]
    await until(lambda: len(told) == 3)
    assert told == ["c", "d", "c"]
    some.stop()
