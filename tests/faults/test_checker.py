"""A check that cannot fail is worth nothing: every figure turns non-zero when its rule is broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import checker, stored, tables
from tests.faults.sample import ALICE, BOB, DAVE, ROOM, hear, keep, log_of, note, room
from tests.faults.tables import ConversationRow
from tests.faults.verdict import Verdict
from tests.load.journal import Journal, Log, read


def run(row: ConversationRow, *logs: Log) -> Verdict:
    return checker.judge({row.id: row}, list(logs))


@pytest.fixture
def row() -> ConversationRow:
    return room()


@pytest.fixture
def alice(row: ConversationRow) -> Log:
    return log_of(ALICE, row, 1)


@pytest.fixture
def bob(row: ConversationRow) -> Log:
    return log_of(BOB, row, 0)


def test_a_run_without_faults_is_found_whole(row: ConversationRow, alice: Log, bob: Log) -> None:
    verdict = run(row, alice, bob)
    assert str(verdict) == ("sent=4 acked=4 lost=0 dup=0 reorder=0 gap=0 leak=0 unread_diff=0 heal_s=0.00"), (
        verdict.findings
    )
    assert verdict.holds


Breakage = Callable[[ConversationRow, Log, Log], object]
TABLES: dict[str, tuple[str, Breakage]] = {
    "an event is missing": ("gap", lambda row, *_: row.events.pop(2)),
    "the head is ahead of the events": ("gap", lambda row, *_: setattr(row, "head", 9)),
    "an event lies beyond the head": ("gap", lambda row, *_: setattr(row, "head", row.head - 1)),
    "two events share a seq": ("dup", lambda row, *_: row.events.append(row.events[-1])),
    "the message count is ahead": ("gap", lambda row, *_: setattr(row, "message_count", 9)),
    "a number is given twice": ("dup", lambda row, *_: setattr(row.messages[1], "number", 1)),
    "messages stand against their events": ("reorder", lambda row, *_: _swap_seqs(row)),
    "a message has no event": ("gap", lambda row, *_: setattr(row.messages[-1], "seq", 99)),
    "an event was changed": ("reorder", lambda row, *_: row.events[2].data.update(number=7)),
    "the head keeps another digest": ("reorder", lambda row, *_: setattr(row, "head_digest", "f" * 64)),
    "a client_id has two rows": ("dup", lambda row, *_: _repeat_client_id(row)),
    "skip has drifted": ("unread_diff", lambda row, *_: setattr(row.members[BOB], "skip", 1)),
    "an acknowledged message is gone": ("lost", lambda row, *_: row.messages.pop()),
    "a stored text is another": ("lost", lambda row, *_: setattr(row.messages[0], "body", "other")),
    "a stored sender is another": ("lost", lambda row, *_: setattr(row.messages[0], "sender", BOB)),
}


def _swap_seqs(row: ConversationRow) -> None:
    first, second = row.messages[:2]
    first.seq, second.seq = second.seq, first.seq


def _repeat_client_id(row: ConversationRow) -> None:
    row.messages[2].client_id = row.messages[0].client_id


@pytest.mark.parametrize("name", TABLES)
def test_broken_tables_are_counted(name: str, row: ConversationRow, alice: Log, bob: Log) -> None:
    figure, breakage = TABLES[name]
    breakage(row, alice, bob)
    verdict = run(row, alice, bob)
    assert getattr(verdict, figure) > 0, verdict
    assert not verdict.holds


def _index(log: Log, kind: str, seq: int) -> int:
    return next(
        at for at, record in enumerate(log.records) if record.kind == kind and record.fields["seq"] == seq
    )


def _unhear(log: Log, seq: int) -> None:
    """As if the event never reached this client."""
    for kind in ("raw", "event"):
        log.records.pop(_index(log, kind, seq))


def _forge(log: Log, seq: int) -> None:
    log.records[_index(log, "event", seq)].fields["digest"] = "e" * 64


def _move_last_first(log: Log, kind: str) -> None:
    last = max(at for at, record in enumerate(log.records) if record.kind == kind)
    first = min(at for at, record in enumerate(log.records) if record.kind == kind)
    log.records.insert(first, log.records.pop(last))


def _ack_again_elsewhere(log: Log) -> None:
    first = next(log.of("ack"))
    note(log, "ack", **{**first.fields, "seq": 5})


LOGS: dict[str, tuple[str, Breakage]] = {
    "the last event never came": ("lost", lambda row, a, b: _unhear(b, 5)),
    "an event in between never came": ("gap", lambda row, a, b: _unhear(b, 3)),
    "an event came twice on one socket": ("dup", lambda row, a, b: hear(b, row, 5)),
    "an event was applied again": (
        "dup",
        lambda row, a, b: b.records.insert(-1, b.records[_index(b, "event", 5)]),
    ),
    "events came in another order": ("reorder", lambda row, a, b: _move_last_first(b, "raw")),
    "an event is another than the stored one": ("reorder", lambda row, a, b: _forge(b, 4)),
    "one send was acknowledged at two places": ("dup", lambda row, a, b: _ack_again_elsewhere(a)),
    "an author's messages changed places": ("reorder", lambda row, a, b: _move_last_first(a, "send")),
    "the unread shown is another": ("unread_diff", lambda row, a, b: note(b, "shown", conv=ROOM, unread=3)),
    "a stranger received something": ("leak", lambda row, a, b: setattr(b, "user", DAVE)),
    "a snapshot lacks what was received": ("dup", lambda row, a, b: _last_snapshot(b)["messages"].pop()),
    "a snapshot has what was not received": (
        "lost",
        lambda row, a, b: _last_snapshot(b)["messages"].append({"number": 9, "seq": 5}),
    ),
    "a snapshot shows another text": (
        "reorder",
        lambda row, a, b: _last_snapshot(b)["messages"][0].update(body="x"),
    ),
    "a snapshot shows other members": (
        "reorder",
        lambda row, a, b: _last_snapshot(b)["conversation"]["members"].pop(),
    ),
    "a snapshot shows another title": (
        "reorder",
        lambda row, a, b: _last_snapshot(b)["conversation"].update(title="x"),
    ),
}


def _last_snapshot(log: Log) -> dict[str, dict[str, list[dict[str, object]]]]:
    return list(log.of("snapshot"))[-1].fields["shown"]


@pytest.mark.parametrize("name", LOGS)
def test_broken_logs_are_counted(name: str, row: ConversationRow, alice: Log, bob: Log) -> None:
    figure, breakage = LOGS[name]
    breakage(row, alice, bob)
    verdict = run(row, alice, bob)
    assert getattr(verdict, figure) > 0, verdict
    assert not verdict.holds


def test_what_reaches_a_removed_member_is_a_leak(row: ConversationRow, alice: Log, bob: Log) -> None:
    row.members[BOB].left_seq = 4
    verdict = run(row, alice, bob)
    assert verdict.leak == 2, "seq 5, and the conversation is still shown"


def test_the_removal_itself_is_no_leak(row: ConversationRow, alice: Log, bob: Log) -> None:
    row.members[BOB].left_seq = 5
    bob.records.pop()
    assert run(row, alice, bob).leak == 0


def test_what_lies_before_a_newcomer_is_a_leak(row: ConversationRow, alice: Log, bob: Log) -> None:
    row.members[BOB].visible_from_seq = 4
    assert run(row, alice, bob).leak == 2


def test_the_answer_to_a_sync_may_overlap_but_not_leave_a_hole(
    row: ConversationRow, alice: Log, bob: Log
) -> None:
    note(bob, "sync", conv=ROOM, since=3, socket=1)
    note(bob, "raw", conv=ROOM, seq=4, socket=1, by="replay")
    note(bob, "raw", conv=ROOM, seq=5, socket=1, by="replay")
    assert run(row, alice, bob).holds
    note(bob, "raw", conv=ROOM, seq=8, socket=1, by="live")
    assert run(row, alice, bob).gap == 2


def test_after_a_reset_a_socket_goes_on_from_the_head_it_was_told(
    row: ConversationRow, alice: Log, bob: Log
) -> None:
    note(bob, "reset", conv=ROOM, head=9, socket=1)
    note(bob, "raw", conv=ROOM, seq=10, socket=1, by="live")
    assert run(row, alice, bob).holds
    note(bob, "raw", conv=ROOM, seq=12, socket=1, by="live")
    assert run(row, alice, bob).gap == 1


def test_what_does_not_count_for_somebody_is_taken_off(row: ConversationRow) -> None:
    bob = row.members[BOB]
    bob.read_number = 0
    waiting = stored.unread_of(row, bob)
    others = [message for message in row.messages if message.sender != BOB]
    bob.hidden.add(others[0].id)
    assert stored.unread_of(row, bob) == waiting - 1
    others[1].withheld = True
    assert stored.unread_of(row, bob) == waiting - 2
    bob.blocked.add(ALICE)
    assert stored.unread_of(row, bob) == sum(message.sender != ALICE for message in others[2:])


@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_a_text_that_was_changed_later_is_not_lost(
    row: ConversationRow, alice: Log, bob: Log, change: str
) -> None:
    row.messages[0].body = "something else"
    assert run(row, alice, bob).lost == 1
    setattr(row.messages[0], change, True)
    assert run(row, alice, bob).lost == 0


def test_slow_healing_does_not_hold(row: ConversationRow, alice: Log, bob: Log) -> None:
    verdict = checker.judge({row.id: row}, [alice, bob], [2.0, 30.5])
    assert verdict.heal_s == 30.5
    assert not verdict.holds


def test_logs_and_tables_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    row, base = room(), tmp_path / "rows.sqlite3"
    bob = row.members[BOB]
    bob.hidden, bob.blocked, bob.done_number, bob.muted = {row.messages[0].id}, {DAVE}, 3, True
    keep(row, base)
    again = tables.read(f"sqlite:///{base}")
    assert again == {ROOM: row}
    journal = Journal(tmp_path / "logs", "alice", ALICE)
    journal.write("start", conv=ROOM, head=1)
    journal.close()
    (log,) = read(tmp_path / "logs")
    assert (log.user, [record.kind for record in log.records]) == (ALICE, ["client", "start"])
