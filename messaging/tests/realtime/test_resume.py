"""Where a socket starts, and what it is told of what it missed."""

from types import SimpleNamespace
from uuid import UUID

from messaging.realtime import resume
from messaging.realtime.frames import Packet
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Hello, Sync
from messaging.realtime.sockets import Socket

from .fakes import CONVERSATION, FakeOutlet, FakeStore, new_user, open_socket, outlet, settled, until

OTHER = "00000000-0000-7000-8000-00000000000d"


def unopened(hub: Hub, user: str) -> Socket:
    identity = SimpleNamespace(user=SimpleNamespace(id=UUID(user)), session_key="k" * 32)
    return Socket(hub, identity, FakeOutlet())  # type: ignore[arg-type]


async def greet(hub: Hub, user: str, cursors: dict[str, int], epoch: str | None = "epoch") -> Socket:
    socket = unopened(hub, user)
    await resume.begin(hub, socket, Hello(epoch, cursors, "json", "en"), epoch="epoch", heartbeat_ms=10_000)
    await settled()
    return socket


def kinds(socket: Socket) -> list[str]:
    return [frame["type"] for frame in outlet(socket).frames]


async def test_a_named_conversation_at_its_head_is_level_without_a_look(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.say()
    socket = await greet(hub, user, {CONVERSATION: 1})
    assert kinds(socket) == ["ready", "level"]
    assert [what for what, _ in store.reads] == ["memberships"]


async def test_what_was_missed_is_replayed_and_life_goes_on(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    for _ in range(5):
        store.say()
    socket = await greet(hub, user, {CONVERSATION: 2})
    await until(lambda: bool(outlet(socket).of("replay")))
    hub.hear([store.say()])
    assert outlet(socket).seqs() == [3, 4, 5, 6]


async def test_what_arrives_during_a_replay_waits(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    open_socket(hub, user)
    for _ in range(3):
        hub.hear([store.say()])
    socket = unopened(hub, user)
    task = socket.run(
        resume.begin(
            hub, socket, Hello("epoch", {CONVERSATION: 1}, "json", "en"), epoch="epoch", heartbeat_ms=1
        )
    )
    await settled()
    store.gate.clear()
    hub.hear([store.say(), store.say()])
    store.gate.set()
    await task
    assert outlet(socket).seqs() == [2, 3, 4, 5]


async def test_another_epoch_or_a_cursor_above_the_head_is_a_reset(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.say()
    restored = await greet(hub, user, {CONVERSATION: 1}, epoch="older")
    assert outlet(restored).of("reset") == [{"type": "reset", "conversation": CONVERSATION, "head": 1}]
    ahead = await greet(hub, user, {CONVERSATION: 10**9})
    assert outlet(ahead).of("reset")
    hub.hear([store.say()])
    assert outlet(ahead).seqs() == outlet(restored).seqs() == [2]


async def test_too_much_to_replay_is_a_reset(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.member(user, conversation=OTHER)
    for _ in range(501):
        store.say()
    socket = await greet(hub, user, {CONVERSATION: 0})
    assert kinds(socket) == ["ready", "reset"]


async def test_a_hello_replays_a_thousand_events_and_resets_the_rest(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    names = [f"00000000-0000-7000-8000-0000000000{number:02d}" for number in range(3)]
    for name in names:
        store.member(user, conversation=name)
        for _ in range(400):
            store.say(conversation=name)
    socket = await greet(hub, user, dict.fromkeys(names, 0))
    await until(lambda: len(outlet(socket).of("replay")) == 2)
    assert [frame["conversation"] for frame in outlet(socket).of("reset")] == [names[2]]


async def test_a_foreign_conversation_is_an_error_and_the_rest_goes_on(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.member(new_user(), conversation=OTHER)
    store.say(conversation=OTHER)
    socket = await greet(hub, user, {OTHER: 0, "nonsense": 0, CONVERSATION: 0})
    assert kinds(socket) == ["ready", "error", "error", "level"]
    assert outlet(socket).of("error")[0] == {
        "type": "error",
        "code": "not_found",
        "detail": "There is no such conversation.",
        "conversation": OTHER,
    }


async def test_an_unnamed_conversation_starts_at_its_head(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.say()
    socket = await greet(hub, user, {})
    hub.hear([store.say()])
    assert outlet(socket).seqs() == [2]


async def test_a_removal_between_reading_the_memberships_and_attaching_is_noticed(
    hub: Hub, store: FakeStore
) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    store.gate.clear()
    socket = unopened(hub, bob)
    task = socket.run(
        resume.begin(hub, socket, Hello("epoch", {}, "json", "en"), epoch="epoch", heartbeat_ms=1)
    )
    await settled()
    store.gate.set()
    packets = [store.say(), store.remove(bob), store.say(body="secret")]
    hub.hear(packets)
    await task
    await settled(100)
    hub.hear([store.say(body="secret")])
    await settled(100)
    assert outlet(socket).seqs() == [1, 2]
    assert CONVERSATION not in socket.sent


async def test_a_conversation_begun_while_saying_hello_is_not_missed(hub: Hub, store: FakeStore) -> None:
    alice = new_user()
    store.gate.clear()
    socket = unopened(hub, alice)
    task = socket.run(
        resume.begin(hub, socket, Hello("epoch", {}, "json", "en"), epoch="epoch", heartbeat_ms=1)
    )
    await settled()
    store.member(alice)
    hub.hear([store.say()])
    store.gate.set()
    await task
    await settled(100)
    assert outlet(socket).seqs() == [1]


async def test_a_client_that_found_a_hole_is_given_what_it_lacks(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    for _ in range(4):
        hub.hear([store.say()])
    await resume.sync(socket, Sync(UUID(CONVERSATION), 2))
    assert outlet(socket).seqs() == [1, 2, 3, 4, 3, 4]
    hub.hear([store.say()])
    assert outlet(socket).seqs()[-1] == 5


async def test_a_sync_of_a_stranger_finds_nothing(hub: Hub, store: FakeStore) -> None:
    dave = new_user()
    store.member(new_user())
    store.member(dave, conversation=OTHER)
    socket = open_socket(hub, dave, OTHER)
    store.say(body="secret")
    await resume.sync(socket, Sync(UUID(CONVERSATION), 0))
    assert kinds(socket) == ["error"]


async def test_a_removed_member_who_asks_again_finds_nothing(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    socket = open_socket(hub, bob)
    hub.hear([store.remove(bob), store.say(body="secret")])
    await settled()
    await resume.sync(socket, Sync(UUID(CONVERSATION), 0))
    assert outlet(socket).seqs() == [1]
    assert outlet(socket).of("error")


async def test_a_removal_that_the_hub_has_not_heard_of_ends_a_sync(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    socket = open_socket(hub, bob)
    packets: list[Packet] = [store.remove(bob), store.say(body="secret")]
    await resume.sync(socket, Sync(UUID(CONVERSATION), 0))
    hub.hear(packets)
    await settled()
    assert outlet(socket).seqs() == []
    assert outlet(socket).of("error")


async def test_what_was_delivered_here_lately_is_replayed_without_a_look(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    gone = open_socket(hub, alice)
    for _ in range(4):
        hub.hear([store.say()])
    gone.end()
    hub.hear([store.say()])  # nobody listens: it is remembered all the same
    store.reads.clear()
    back = [await greet(hub, user, {CONVERSATION: 2}) for user in (alice, bob)]
    assert [outlet(socket).seqs() for socket in back] == [[3, 4, 5], [3, 4, 5]]
    assert [what for what, _ in store.reads] == ["memberships", "memberships"]
    hub.hear([store.say()])
    assert outlet(back[0]).seqs() == [3, 4, 5, 6]


async def test_what_is_remembered_is_not_told_from_before_somebody_joined(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice)
    open_socket(hub, alice)
    hub.hear([store.say(body="secret"), store.say(body="secret"), store.join(bob), store.say()])
    await settled()
    socket = await greet(hub, bob, {CONVERSATION: 0})
    assert outlet(socket).of("reset") == [{"type": "reset", "conversation": CONVERSATION, "head": 2}]
    assert outlet(socket).seqs() == [3, 4]


async def test_what_is_remembered_is_not_told_to_who_was_removed(hub: Hub, store: FakeStore) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    hub.hear([store.say(), store.remove(bob), store.say(body="secret")])
    await settled()
    socket = await greet(hub, bob, {CONVERSATION: 0})
    assert kinds(socket) == ["ready", "error"]


async def test_what_follows_the_head_of_the_row_comes_from_memory_up_to_the_removal(
    hub: Hub, store: FakeStore
) -> None:
    alice, bob = new_user(), new_user()
    store.member(alice, bob)
    open_socket(hub, alice)
    hub.hear([store.say()])
    store.gate.clear()
    socket = unopened(hub, bob)
    hello = Hello("epoch", {CONVERSATION: 0}, "json", "en")
    task = socket.run(resume.begin(hub, socket, hello, epoch="epoch", heartbeat_ms=1))
    await settled()
    store.gate.set()
    hub.hear([store.say(), store.remove(bob), store.say(body="secret")])
    await task
    await settled(100)
    assert outlet(socket).seqs() == [1, 2, 3]
    assert CONVERSATION not in socket.sent


async def test_a_replay_of_many_reads_one_conversation_after_the_other(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.member(user, conversation=OTHER)
    for _ in range(80):
        store.say()
        store.say(conversation=OTHER)
    socket = await greet(hub, user, {CONVERSATION: 0, OTHER: 0})
    await until(lambda: len(outlet(socket).of("replay")) == 2)
    assert [what for what, _ in store.reads] == ["memberships", "since", "since"]


async def test_a_few_of_each_are_read_at_once(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    store.member(user, conversation=OTHER)
    for _ in range(20):
        store.say()
        store.say(conversation=OTHER)
    socket = await greet(hub, user, {CONVERSATION: 5, OTHER: 19})
    await until(lambda: len(outlet(socket).of("replay")) == 2)
    assert [what for what, _ in store.reads] == ["memberships", "missed"]
    assert outlet(socket).seqs() == list(range(6, 21))
    assert outlet(socket).seqs(OTHER) == [20]
