"""Who is here, told to those who share a conversation."""

from typing import Any

import pytest

from accounts.reach import OPEN, Reach
from messaging.realtime import presence
from messaging.realtime.hub import Hub
from messaging.realtime.presence import Presence
from messaging.realtime.sockets import Socket

from .fakes import CONVERSATION, FakeStore, new_user, open_socket, outlet, until

OTHER = "00000000-0000-7000-8000-00000000000d"


def shown(socket: Socket) -> list[tuple[str, bool]]:
    return [(frame["user"], frame["online"]) for frame in outlet(socket).of("presence")]


@pytest.fixture
def here(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Presence:
    monkeypatch.setattr(presence, "GRACE", 0.05)
    return Presence(hub, None)


def enter(hub: Hub, here: Presence, user: str, *conversations: str) -> Socket:
    socket = open_socket(hub, user, *conversations)
    here.arrived(socket)
    return socket


def go(here: Presence, socket: Socket) -> None:
    rooms = list(socket.sent)
    socket.end()
    here.left(socket, rooms)


async def test_people_who_share_a_conversation_see_each_other(hub: Hub, here: Presence) -> None:
    alice, bob, dave = new_user(), new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    strangers = enter(hub, here, dave, OTHER)
    assert shown(hers) == [(bob, True)]
    assert shown(his) == [(alice, True)]
    assert shown(strangers) == []


async def test_a_second_tab_is_no_news(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers = enter(hub, here, alice)
    enter(hub, here, bob)
    enter(hub, here, bob)
    assert shown(hers) == [(bob, True)]


async def test_going_is_told_after_a_while_with_the_time(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    go(here, his)
    assert shown(hers) == [(bob, True)]
    await until(lambda: shown(hers)[-1] == (bob, False))
    assert outlet(hers).of("presence")[-1]["last_seen"].endswith("Z")


async def test_a_reload_is_no_absence(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    go(here, his)
    enter(hub, here, bob)
    assert shown(hers) == [(bob, True)]
    assert not here._going


async def test_people_of_another_process_are_seen_and_forgotten_when_it_dies(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "GRACE", 0.0)
    told: list[tuple[str, dict[str, Any]]] = []
    here = Presence(hub, lambda kind, body: told.append((kind, body)))
    alice, bob = new_user(), new_user()
    hers = enter(hub, here, alice)
    assert told == [
        ("presence", {"user": alice, "rooms": [CONVERSATION], "online": True, "reach": OPEN.packed()})
    ]
    here.hear({"user": bob, "rooms": [CONVERSATION], "online": True, "reach": OPEN.packed()})
    presence.cache.set(f"presence:{bob}", 1, 30)
    await here.refresh()
    assert shown(hers) == [(bob, True)]
    presence.cache.delete(f"presence:{bob}")
    await here.refresh()
    assert shown(hers) == [(bob, True), (bob, False)]


async def test_who_was_heard_of_a_moment_ago_is_not_taken_for_gone(hub: Hub) -> None:
    """Their own process may not have written their key yet."""
    here = Presence(hub, lambda kind, body: None)
    alice, bob = new_user(), new_user()
    hers = enter(hub, here, alice)
    here.hear({"user": bob, "rooms": [CONVERSATION], "online": True, "reach": OPEN.packed()})
    await here.refresh()
    assert shown(hers) == [(bob, True)]


async def test_that_people_are_here_is_written_down_every_few_minutes_and_when_they_go(
    hub: Hub, here: Presence, noted: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = new_user(), new_user()
    enter(hub, here, alice)
    his = enter(hub, here, bob)
    await here.refresh()
    await here.refresh()
    assert noted == [{alice, bob}]
    monkeypatch.setattr(presence, "NOTED_SECONDS", 0.0)
    monkeypatch.setattr(presence, "MOST_NOTED", 1)
    await here.refresh()
    assert len(noted[-1]) == 1
    go(here, his)
    await until(lambda: noted[-1] == {bob})


async def test_who_is_still_here_says_so_when_another_process_says_they_left(hub: Hub) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    here = Presence(hub, lambda kind, body: told.append((kind, body)))
    alice = new_user()
    enter(hub, here, alice)
    told.clear()
    here.hear({"user": alice, "rooms": [CONVERSATION], "online": False, "reach": OPEN.packed()})
    assert told == [
        ("presence", {"user": alice, "rooms": [CONVERSATION], "online": True, "reach": OPEN.packed()})
    ]


async def test_who_hides_is_not_seen_and_sees_nobody(hub: Hub, here: Presence) -> None:
    alice, bob, carol = new_user(), new_user(), new_user()
    hers = enter(hub, here, alice)
    his = open_socket(hub, bob)
    his.reach = Reach(presence=False)
    here.arrived(his)
    third = enter(hub, here, carol)
    assert shown(hers) == [(carol, True)]
    assert shown(his) == []
    assert shown(third) == [(alice, True)]


async def test_only_contacts_see_who_shows_only_to_contacts(hub: Hub, here: Presence) -> None:
    alice, bob, carol = new_user(), new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    third = open_socket(hub, carol)
    third.reach = Reach(contacts=frozenset({alice}))
    here.arrived(third)
    assert (carol, True) in shown(hers)
    assert (carol, True) not in shown(his)


async def test_a_block_hides_both_from_each_other(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    for socket, other in ((hers, bob), (his, alice)):
        socket.reach = Reach(parted=frozenset({other}))
        here.reached(socket.user_id, OPEN)
    assert shown(hers) == [(bob, True), (bob, False)]
    assert shown(his) == [(alice, True), (alice, False)]
    for socket in (hers, his):
        before, socket.reach = socket.reach, OPEN
        here.reached(socket.user_id, before)
    assert shown(hers)[-1] == (bob, True)
    assert shown(his)[-1] == (alice, True)


async def test_switching_off_lets_one_vanish_and_see_nobody(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers, his = enter(hub, here, alice), enter(hub, here, bob)
    hers.reach = Reach(presence=False)
    here.reached(alice, OPEN)
    assert shown(his)[-1] == (alice, False)
    assert shown(hers)[-1] == (bob, False)
    assert outlet(his).of("presence")[-1]["last_seen"] is None


async def test_the_time_of_going_is_only_for_those_who_show_theirs(hub: Hub, here: Presence) -> None:
    alice, bob, carol = new_user(), new_user(), new_user()
    hers, his, third = enter(hub, here, alice), enter(hub, here, bob), enter(hub, here, carol)
    third.reach = Reach(last_seen=False)
    go(here, his)
    await until(lambda: shown(hers)[-1] == (bob, False) and shown(third)[-1] == (bob, False))
    assert outlet(hers).of("presence")[-1]["last_seen"]
    assert outlet(third).of("presence")[-1]["last_seen"] is None


async def test_people_elsewhere_follow_their_switches(hub: Hub, here: Presence) -> None:
    alice, bob = new_user(), new_user()
    hers = enter(hub, here, alice)
    said = {"user": bob, "rooms": [CONVERSATION], "online": True}
    here.hear({**said, "reach": OPEN.packed()})
    here.hear({**said, "reach": Reach(presence=False).packed()})
    here.hear({**said, "reach": Reach(contacts=frozenset({alice})).packed()})
    assert shown(hers) == [(bob, True), (bob, False), (bob, True)]
