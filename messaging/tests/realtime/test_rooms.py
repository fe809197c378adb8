"""No hole, no repetition, and nobody who was removed."""

import pytest

from messaging.realtime import conversation_state
from messaging.realtime import hub as hubs
from messaging.realtime.frames import Packet
from messaging.realtime.hub import Hub

from .fakes import CONVERSATION, FakeStore, new_user, open_socket, outlet, settled, until


async def test_events_arrive_in_order_whatever_order_they_come_in(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    packets = [store.say() for _ in range(5)]
    for place in (0, 2, 4, 3, 1):
        hub.hear([packets[place]])
    assert outlet(socket).seqs() == [1, 2, 3, 4, 5]
    assert not store.reads


async def test_a_repeated_event_is_delivered_once(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    packet = store.say()
    hub.hear([packet, packet])
    hub.hear([packet])
    assert outlet(socket).seqs() == [1]


async def test_what_is_said_while_many_are_written_to_goes_out_in_one_write_each(
    hub: Hub, store: FakeStore
) -> None:
    users = [new_user() for _ in range(hubs.MANY_WRITES)]
    store.member(*users)
    sockets = [open_socket(hub, user) for user in users]
    hub.hear([store.say()])
    assert {tuple(outlet(socket).seqs()) for socket in sockets} == {(1,)}
    for _ in range(3):
        hub.hear([store.say()])
    assert outlet(sockets[0]).seqs() == [1]
    await until(lambda: outlet(sockets[-1]).seqs() == [1, 2, 3, 4])
    assert {outlet(socket).writes for socket in sockets} == {2}


async def test_who_comes_while_the_hub_rests_hears_nothing_twice(hub: Hub, store: FakeStore) -> None:
    users = [new_user() for _ in range(hubs.MANY_WRITES)]
    store.member(*users)
    sockets = [open_socket(hub, user) for user in users]
    hub.hear([store.say()])
    hub.hear([store.say()])
    late = open_socket(hub, users[0])
    hub.hear([store.say()])
    await until(lambda: outlet(sockets[0]).seqs() == [1, 2, 3])
    assert outlet(late).seqs() == [3]


async def test_few_are_told_at_once(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    for _ in range(3):
        hub.hear([store.say()])
    assert outlet(socket).writes == 3


async def test_a_lost_event_is_read_once_for_all_sockets(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_state, "PATIENCE", 0.02)
    users = [new_user() for _ in range(3)]
    store.member(*users)
    sockets = [open_socket(hub, user) for user in users]
    store.say()
    hub.hear([store.say()])
    assert outlet(sockets[0]).seqs() == []
    await until(lambda: bool(outlet(sockets[0]).seqs()))
    assert [outlet(socket).seqs() for socket in sockets] == [[1, 2]] * 3
    assert [what for what, _ in store.reads].count("after") == 1


async def test_the_heads_reveal_a_lost_last_event(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    store.say()
    hub.rooms[CONVERSATION].reach(1)
    await settled()
    assert outlet(socket).seqs() == [1]


async def test_an_event_too_large_for_the_layer_is_read(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    packet = store.say(body="long")
    hub.hear([Packet(packet.conversation, packet.seq, packet.version, None)])
    await settled()
    assert outlet(socket).of("event")[0]["data"] == {"body": "long"}


async def test_reading_goes_on_when_the_database_comes_back(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.realtime.hub.FIRST_PAUSE", 0.01)
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    store.say()
    store.broken = 2
    hub.rooms[CONVERSATION].reach(1)
    await until(lambda: outlet(socket).seqs() == [1])


async def test_a_removed_member_gets_the_removal_and_nothing_after_it(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    hers, his = open_socket(hub, alice), open_socket(hub, bob)
    hub.hear([store.say(), store.remove(bob), store.say()])
    await settled()
    hub.hear([store.say()])
    await settled()
    assert outlet(hers).seqs() == [1, 2, 3, 4]
    assert outlet(his).seqs() == [1, 2]
    assert CONVERSATION not in his.sent


async def test_a_removal_that_was_lost_is_found_before_what_follows_is_delivered(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_state, "PATIENCE", 0.01)
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    hers, his = open_socket(hub, alice), open_socket(hub, bob)
    store.remove(bob)
    hub.hear([store.say()])
    await until(lambda: outlet(hers).seqs() == [1, 2])
    assert outlet(hers).seqs() == [1, 2]
    assert outlet(his).seqs() == [1]


async def test_a_newcomer_hears_their_joining_and_what_follows(hub: Hub, store: FakeStore) -> None:
    alice, carol = new_user(), new_user()
    store.member(alice)
    other = "00000000-0000-7000-8000-00000000000d"
    store.member(carol, conversation=other)
    open_socket(hub, alice)
    theirs = open_socket(hub, carol, other)
    hub.hear([store.say(), store.join(carol), store.say()])
    await settled()
    assert outlet(theirs).seqs() == [2, 3]
    assert outlet(theirs).of("inbox")


async def test_a_conversation_nobody_here_knew_reaches_its_members(hub: Hub, store: FakeStore) -> None:
    alice = new_user()
    other = "00000000-0000-7000-8000-00000000000d"
    store.member(alice, conversation=other)
    socket = open_socket(hub, alice, other)
    store.member(alice)
    hub.hear([store.say()])
    await settled()
    assert outlet(socket).seqs() == [1]


async def test_a_conversation_without_listeners_is_looked_up_once_per_version(
    hub: Hub, store: FakeStore
) -> None:
    alice = new_user()
    other = "00000000-0000-7000-8000-00000000000d"
    store.member(alice, conversation=other)
    open_socket(hub, alice, other)
    for _ in range(5):
        hub.hear([store.say()])
        await settled()
    assert store.reads == [("members", CONVERSATION)]
    hub.hear([store.join(alice)])
    await settled()
    assert len(store.reads) == 2


async def test_somebody_who_joins_while_the_last_listener_is_leaving_is_let_in(
    hub: Hub, store: FakeStore
) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice)
    other = "00000000-0000-7000-8000-00000000000d"
    store.member(bob, conversation=other)
    hers, his = open_socket(hub, alice), open_socket(hub, bob, other)
    hub.hear([store.remove(alice), store.join(bob), store.say()])
    await settled()
    assert outlet(hers).seqs() == [1]
    assert outlet(his).seqs() == [2, 3]


async def test_who_is_removed_and_added_again_sees_nothing_of_the_time_between(
    hub: Hub, store: FakeStore
) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    his = open_socket(hub, bob)
    packets = [store.remove(bob), store.say(), store.join(bob), store.say()]
    hub.hear(packets)
    await settled()
    assert outlet(his).seqs() == [1, 3, 4]


async def test_a_room_without_sockets_is_forgotten(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    socket.end()
    assert not hub.rooms
    assert not hub.people


async def test_what_a_batch_said_in_a_conversation_is_one_write_to_a_socket(
    hub: Hub, store: FakeStore
) -> None:
    user, other = new_user(), new_user()
    store.member(user, other)
    sockets = [open_socket(hub, user), open_socket(hub, other)]
    hub.hear([store.say() for _ in range(20)])
    assert [outlet(socket).seqs() for socket in sockets] == [list(range(1, 21))] * 2
    assert [outlet(socket).writes for socket in sockets] == [1, 1]


async def test_a_long_batch_is_written_in_small_pieces(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    hub.hear([store.say(body="x" * 10_000) for _ in range(9)])
    assert outlet(socket).seqs() == list(range(1, 10))
    assert outlet(socket).writes == 3


async def test_a_batch_with_a_removal_in_it_ends_there_for_who_is_removed(hub: Hub, store: FakeStore) -> None:
    user, other = new_user(), new_user()
    store.member(user, other)
    gone, stays = open_socket(hub, user), open_socket(hub, other)
    batch = [store.say(), store.say(), store.remove(user), store.say(), store.say()]
    hub.hear(batch)
    await until(lambda: len(outlet(stays).seqs()) == 5)
    await settled()
    assert outlet(gone).seqs() == [1, 2, 3]
