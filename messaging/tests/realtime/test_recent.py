"""What a process remembers of what it delivered lately: never with a hole, never a text that was taken back."""

from typing import Any

import pytest

from messaging.realtime import recent
from messaging.realtime.frames import Format, Packet
from messaging.realtime.recent import Recent

from .fakes import CONVERSATION

JSON = Format("json", "en")


def packet(seq: int, kind: str = "message.sent", conversation: str = CONVERSATION, **data: Any) -> Packet:
    return Packet(
        conversation, seq, 1, {"conversation": conversation, "seq": seq, "event": kind, "data": data}
    )


def told(memory: Recent, since: int, until: int) -> list[int] | None:
    found = memory.between(CONVERSATION, since, until)
    return None if found is None else [one.seq for one in found]


def remembering(*packets: Packet) -> Recent:
    memory = Recent()
    for one in packets:
        memory.keep(one)
    return memory


def test_a_part_without_a_hole_is_told_and_anything_else_is_not() -> None:
    memory = remembering(*[packet(seq) for seq in range(5, 9)])
    assert told(memory, 4, 8) == [5, 6, 7, 8]
    assert told(memory, 6, 7) == [7]
    assert [told(memory, *part) for part in [(3, 8), (6, 9), (8, 8), (9, 8)]] == [None] * 4
    assert memory.between("another", 0, 1) is None


def test_a_repetition_changes_nothing_and_after_a_hole_it_begins_anew() -> None:
    memory = remembering(packet(1), packet(2), packet(2), packet(1))
    assert told(memory, 0, 2) == [1, 2]
    memory.keep(packet(4))
    assert told(memory, 0, 4) is None
    assert told(memory, 3, 4) == [4]


def test_an_event_whose_row_must_be_read_ends_it() -> None:
    memory = remembering(packet(1), Packet(CONVERSATION, 2, 1, None))
    assert told(memory, 0, 1) is None
    assert not memory.follows(CONVERSATION)


@pytest.mark.parametrize("kind", ["message.edited", "message.deleted", "conversation.changed", "news"])
def test_what_may_change_an_earlier_event_makes_it_forget_that(kind: str) -> None:
    memory = remembering(packet(1, body="secret"), packet(2, kind), packet(3))
    assert told(memory, 0, 3) is None
    assert told(memory, 1, 3) == [2, 3]


def test_joining_and_leaving_change_nothing_earlier() -> None:
    memory = remembering(packet(1), packet(2, "member.joined"), packet(3, "member.left"))
    assert told(memory, 0, 3) == [1, 2, 3]


def test_what_was_read_takes_the_place_of_what_is_older_only() -> None:
    memory = remembering(packet(7))
    memory.prime([packet(5), packet(6)])
    assert told(memory, 6, 7) == [7]
    memory.prime([packet(seq) for seq in range(3, 9)])
    assert told(memory, 2, 8) == [3, 4, 5, 6, 7, 8]


def test_a_replay_is_made_once_for_everybody_until_something_new_happens() -> None:
    memory = remembering(packet(1), packet(2))
    frame = memory.replay(CONVERSATION, 0, 2, JSON)
    assert frame is not None
    assert memory.replay(CONVERSATION, 0, 2, JSON) is frame
    memory.keep(packet(3))
    assert memory.replay(CONVERSATION, 0, 2, JSON) is not frame
    assert memory.replay(CONVERSATION, 3, 4, JSON) is None


def test_it_is_bounded_by_bytes_in_one_conversation_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    each = recent.weight(packet(10, body="x" * 100))
    monkeypatch.setattr(recent, "MOST_OF_ONE", 3 * each)
    monkeypatch.setattr(recent, "MOST_BYTES", 6 * each)
    memory = remembering(*[packet(seq, body="x" * 100) for seq in range(1, 11)])
    assert told(memory, 7, 10) == [8, 9, 10]
    assert told(memory, 6, 10) is None
    for name in ("first", "second"):
        for seq in range(1, 4):
            memory.keep(packet(seq, conversation=name, body="x" * 100))
    assert not memory.follows(CONVERSATION)
    assert memory.follows("first") and memory.follows("second")
