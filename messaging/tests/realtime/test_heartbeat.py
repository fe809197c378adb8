"""The heads on the heartbeat heal what nothing else reveals."""

from messaging.realtime import heartbeat
from messaging.realtime.hub import Hub

from .fakes import CONVERSATION, FakeStore, new_user, open_socket, outlet, settled


async def test_every_socket_is_told_the_heads_and_filled(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    store.say()
    await heartbeat.beat(hub)
    await settled()
    assert outlet(socket).of("heartbeat") == [{"type": "heartbeat", "heads": {CONVERSATION: 1}}]
    assert outlet(socket).seqs() == [1]


async def test_one_query_per_five_hundred_conversations(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    names = [f"00000000-0000-7000-8000-{number:012d}" for number in range(600)]
    for name in names:
        store.member(user, conversation=name)
    for _ in range(3):
        open_socket(hub, user, *names)
    await heartbeat.beat(hub)
    assert [what for what, _ in store.reads] == ["heads", "heads"]


async def test_many_conversations_are_told_the_active_ones_always_and_the_rest_in_turn(
    hub: Hub, store: FakeStore
) -> None:
    user = new_user()
    names = [f"00000000-0000-7000-8000-{number:012d}" for number in range(450)]
    for name in names:
        store.member(user, conversation=name)
    socket = open_socket(hub, user, *names)
    active = names[300:400]
    hub.hear([store.say(conversation=name) for name in active])
    seen: set[str] = set()
    for _ in range(4):
        told = heartbeat.chosen(socket)
        assert len(told) == 200
        assert set(active) <= set(told)
        seen |= set(told)
        socket.beat += 1
    assert seen == set(names)


async def test_a_lagging_socket_hears_heads_only(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    outlet(socket).stalled = True
    for _ in range(300):
        hub.hear([store.say()])
    store.reads.clear()
    await heartbeat.beat(hub)
    assert [what for what, _ in store.reads] == ["heads"]
    outlet(socket).takes()
    await settled(400)
    assert outlet(socket).of("heartbeat")
    assert outlet(socket).seqs() == list(range(1, 301))


async def test_a_joining_whose_event_was_lost_is_noticed_without_asking_for_everybody(
    hub: Hub, store: FakeStore
) -> None:
    alice, bob = new_user(), new_user()
    other = "00000000-0000-7000-8000-00000000000d"
    store.member(alice, bob, conversation=other)
    hers = open_socket(hub, alice, other)
    open_socket(hub, bob, other)
    store.join(alice)
    await heartbeat.complete(hub)
    assert [what for what, _ in store.reads] == ["counts", "memberships"]
    assert outlet(hers).of("inbox") == [{"type": "inbox", "conversation": CONVERSATION}]
    hub.hear([store.say()])
    assert outlet(hers).seqs() == [2]
