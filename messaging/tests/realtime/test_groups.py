"""What processes tell each other is small, and signed."""

import json
from uuid import UUID, uuid4

from messaging.events import PublishedEvent
from messaging.realtime import groups


def row(body: str = "hi", *, conversation: UUID | None = None, seq: int = 1) -> PublishedEvent:
    name = conversation or uuid4()
    event = {"conversation": str(name), "seq": seq, "event": "message.sent", "data": {"body": body}}
    return PublishedEvent(uuid4(), name, 3, event)


def test_a_batch_says_what_it_is_about_and_carries_its_events() -> None:
    rows = [row(), row()]
    ((message, part),) = groups.log_messages("me", rows)
    assert part == rows
    assert message["conversations"] == {str(one.conversation): 3 for one in rows}
    assert [packet.event for packet in groups.packets(message)] == [one.event for one in rows]
    assert groups.genuine(message)


def test_a_large_event_is_only_named() -> None:
    ((message, _),) = groups.log_messages("me", [row("x" * 9000)])
    (packet,) = groups.packets(message)
    assert packet.event is None
    assert packet.seq == 1


def test_many_events_are_split_into_messages_of_64_kib() -> None:
    rows = [row("x" * 7000, seq=seq) for seq in range(1, 40)]
    messages = list(groups.log_messages("me", rows))
    assert [one for _, part in messages for one in part] == rows
    assert all(len(json.dumps(message)) <= groups.LARGEST_BATCH for message, _ in messages)


def test_a_changed_message_is_not_ours() -> None:
    ((message, _),) = groups.log_messages("me", [row()])
    for name, value in [
        ("payload", message["payload"].replace("hi", "ho")),
        ("origin", "other"),
        ("kind", "notice"),
        ("conversations", {}),
        ("mac", "0" * 64),
        ("mac", None),
    ]:
        assert not groups.genuine({**message, name: value})
    assert not groups.genuine({"type": "hub.message"})
