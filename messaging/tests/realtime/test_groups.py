"""What processes tell each other is small, and signed."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgpack

from messaging.events import PublishedEvent
from messaging.realtime import groups
from messaging.realtime.frames import Format, Packet

JSON = Format("json", "en")


def row(body: str = "hi", *, seq: int = 1, kind: str = "message.sent", **data: Any) -> PublishedEvent:
    name = uuid4()
    event = {"conversation": str(name), "seq": seq, "event": kind, "data": {"body": body, **data}}
    return PublishedEvent(uuid4(), name, 3, event)


def messages_of(*rows: PublishedEvent) -> Iterator[groups.Message]:
    return groups.log_messages("me", groups.packets_of(rows))


def heard(message: groups.Message) -> list[Packet]:
    return groups.packets(message, lambda name, version: True)


def test_a_batch_says_what_it_is_about_and_carries_its_events() -> None:
    rows = [row(), row()]
    (message,) = messages_of(*rows)
    assert [packet.event for packet in heard(message)] == [one.event for one in rows]
    assert [packet.version for packet in heard(message)] == [3, 3]
    assert groups.genuine(message)


def test_what_nobody_here_wants_is_not_taken_out() -> None:
    first, second = row("first"), row("second")
    (message,) = messages_of(first, second)
    (packet,) = groups.packets(message, lambda name, version: name == str(second.conversation))
    assert packet.event == second.event


def test_a_frame_made_elsewhere_is_the_frame_made_here() -> None:
    mine = groups.packets_of([row("ü", seq=7)])
    (message,) = groups.log_messages("me", mine)
    (theirs,) = heard(message)
    assert theirs.frame(JSON).wire == mine[0].frame(JSON).wire


def test_a_removal_is_known_without_reading_it() -> None:
    left = row(kind="member.left", user={"id": "u"})
    (message,) = messages_of(left)
    (packet,) = heard(message)
    assert packet.removes("u") and not packet.plain


def test_where_nobody_else_listens_events_are_only_named() -> None:
    left = row(kind="member.left", user={"id": "u"})
    (message,) = groups.log_messages("me", groups.packets_of([row(), left]), named=True)
    assert message["payload"] == b"" and groups.genuine(message)
    assert [packet.json for packet in heard(message)] == [None, None]
    assert [packet.leaves for packet in heard(message)] == [None, "u"]


def test_a_large_event_is_only_named() -> None:
    small = row("small")
    (message,) = messages_of(row("x" * 9000), small)
    packet, other = heard(message)
    assert packet.event is None and packet.json is None
    assert other.event == small.event
    assert packet.seq == 1


def test_many_events_are_split_into_messages_of_64_kib() -> None:
    rows = [row("x" * 7000, seq=seq) for seq in range(1, 40)]
    messages = list(messages_of(*rows))
    assert [packet.event for message in messages for packet in heard(message)] == [one.event for one in rows]
    assert len(messages) > 1
    assert all(len(msgpack.packb(message)) <= groups.LARGEST_BATCH for message in messages)
    tiny = [row("x", seq=seq) for seq in range(1, 2000)]
    assert all(len(msgpack.packb(message)) <= groups.LARGEST_BATCH for message in messages_of(*tiny))


def test_a_changed_message_is_not_ours() -> None:
    (message,) = messages_of(row())
    for name, value in [
        ("payload", message["payload"].replace(b"hi", b"ho")),
        ("origin", "other"),
        ("kind", "notice"),
        ("index", b"[]"),
        ("index", None),
        ("mac", bytes(32)),
        ("mac", None),
    ]:
        assert not groups.genuine({**message, name: value})
    assert not groups.genuine({"type": "hub.message"})
