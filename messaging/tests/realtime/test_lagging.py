"""A reader that does not keep up costs nobody else anything, and still misses nothing."""

from messaging.realtime import writer
from messaging.realtime.frames import encode
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Close

from .fakes import CONVERSATION, FakeStore, new_user, open_socket, outlet, settled


async def test_a_slow_socket_loses_its_queue_and_reads_the_log_when_it_drains(
    hub: Hub, store: FakeStore
) -> None:
    slow, fast = new_user(), new_user()
    store.member(slow, fast)
    theirs, other = open_socket(hub, slow), open_socket(hub, fast)
    outlet(theirs).stalled = True
    for _ in range(writer.MOST_FRAMES * 3):
        hub.hear([store.say()])
    await settled()
    assert theirs.writer.lagging
    assert len(outlet(other).seqs()) == writer.MOST_FRAMES * 3
    outlet(theirs).takes()
    await settled(400)
    assert outlet(theirs).seqs() == list(range(1, writer.MOST_FRAMES * 3 + 1))
    assert not theirs.writer.lagging


async def test_a_slow_socket_that_is_removed_gets_its_part_only(hub: Hub, store: FakeStore) -> None:
    slow, other = new_user(), new_user()
    store.member(slow, other)
    theirs = open_socket(hub, slow)
    open_socket(hub, other)
    outlet(theirs).stalled = True
    for _ in range(writer.MOST_FRAMES + 10):
        hub.hear([store.say()])
    removal = store.remove(slow)
    hub.hear([removal, store.say()])
    await settled()
    outlet(theirs).takes()
    await settled(400)
    assert outlet(theirs).seqs() == list(range(1, removal.seq + 1))


async def test_who_rejoins_while_lagging_gets_both_parts(hub: Hub, store: FakeStore) -> None:
    slow, other = new_user(), new_user()
    store.member(slow, other)
    theirs = open_socket(hub, slow)
    open_socket(hub, other)
    outlet(theirs).stalled = True
    for _ in range(writer.MOST_FRAMES + 10):
        hub.hear([store.say()])
    removal = store.remove(slow)
    hub.hear([removal])
    await settled()
    between = store.say()
    back = store.join(slow)
    last = store.say()
    hub.hear([between, back, last])
    await settled()
    outlet(theirs).takes()
    await settled(400)
    assert outlet(theirs).seqs() == [*range(1, removal.seq + 1), back.seq, last.seq]


async def test_answers_are_not_dropped(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    outlet(socket).stalled = True
    socket.say(encode({"type": "ack"}))
    for _ in range(writer.MOST_FRAMES * 2):
        hub.hear([store.say()])
    outlet(socket).takes()
    await settled(400)
    assert len(outlet(socket).of("ack")) == 1


async def test_a_flood_of_answers_to_a_reader_that_never_reads_ends_the_socket(
    hub: Hub, store: FakeStore
) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    outlet(socket).stalled = True
    for _ in range(writer.MOST_FRAMES + 2):
        socket.say(encode({"type": "ack"}))
    assert outlet(socket).closed == [Close.SLOW]


async def test_a_socket_without_a_byte_moving_is_closed(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    outlet(socket).stalled = outlet(socket).slow = True
    hub.hear([store.say()])
    await settled()
    outlet(socket)._reading.set()
    await settled()
    assert outlet(socket).closed == [Close.SLOW]


async def test_large_events_do_not_pile_up_while_catching_up(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    outlet(socket).stalled = True
    for _ in range(60):
        hub.hear([store.say(body="x" * 40_000)])
    assert socket.writer.lagging
    assert socket.writer._bytes <= writer.MOST_BYTES
    outlet(socket).takes()
    await settled(400)
    assert outlet(socket).seqs() == list(range(1, 61))


async def test_whispers_are_left_out_for_who_is_behind(hub: Hub, store: FakeStore) -> None:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    socket.whisper(encode({"type": "typing"}))
    outlet(socket).stalled = True
    hub.hear([store.say()])
    socket.whisper(encode({"type": "typing"}))
    outlet(socket).takes()
    await settled()
    assert len(outlet(socket).of("typing")) == 1
    assert socket.sent[CONVERSATION] == 1
