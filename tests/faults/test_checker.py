"""A check that cannot fail is worth nothing: every figure turns non-zero when its rule is broken."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.faults import checker, stored, tables
from tests.faults.tables import ConversationRow, EventRow, MemberRow, MessageRow
from tests.faults.verdict import Verdict
from tests.load.journal import Journal, Log, Record, read

ROOM, ALICE, BOB, DAVE = (str(UUID(int=value)) for value in (1, 2, 3, 4))
START = datetime(2026, 11, 21, 9, 41, tzinfo=UTC)


def room(messages: int = 4) -> ConversationRow:
    """Alice makes a group with Bob and writes; every second message is Bob's."""
    row = ConversationRow(ROOM, 0, "0" * 64, 0)
    append(row, "conversation.changed", ALICE, {"kind": "group"})
    for number in range(1, messages + 1):
        sender = ALICE if number % 2 else BOB
        append(row, "message.sent", sender, {"number": number})
        row.messages.append(
            MessageRow(
                str(UUID(int=100 + number)), number, row.head, sender, client_id(number), f"text {number}"
            )
        )
        row.message_count = number
    row.members = {
        ALICE: MemberRow(ALICE, read_number=messages - 1),
        BOB: MemberRow(BOB, read_number=messages),
    }
    return row


def append(row: ConversationRow, kind: str, actor: str, data: dict[str, object]) -> EventRow:
    event = EventRow(row.head + 1, kind, actor, data, START + timedelta(seconds=row.head), "")
    event.digest = hashlib.sha256(
        bytes.fromhex(row.head_digest) + stored.canonical(row.id, event)
    ).hexdigest()
    row.events.append(event)
    row.head, row.head_digest = event.seq, event.digest
    return event


def client_id(number: int) -> str:
    return str(UUID(int=200 + number))


def log_of(user: str, row: ConversationRow, unread: int) -> Log:
    """A client that was there from the beginning and saw everything once, in order."""
    log = Log(user, user)
    note(log, "start", conv=ROOM, head=1)
    note(log, "hello", socket=1, cursors={ROOM: 1})
    for message in row.messages:
        if message.sender == user:
            note(log, "send", id=message.client_id, conv=ROOM, body=message.body, ordered=True)
            note(log, "ack", **promise(message))
    note(log, "snapshot", conv=ROOM, head=1, shown=shown(row, 1))
    for event in row.events[1:]:
        hear(log, row, event.seq)
    note(log, "snapshot", conv=ROOM, head=row.head, shown=shown(row, row.head))
    note(log, "shown", conv=ROOM, unread=unread)
    return log


def promise(message: MessageRow) -> dict[str, object]:
    places = {"seq": message.seq, "number": message.number, "id": message.id}
    return {"client_id": message.client_id, "conversation": ROOM, "duplicate": False, **places}


def public(row: ConversationRow, seq: int) -> dict[str, object]:
    message = next((message for message in row.messages if message.seq == seq), None)
    return {"number": message.number, "body": message.body, "starred": True} if message else {}


def shown(row: ConversationRow, head: int) -> dict[str, object]:
    members = [{"person": {"id": user}, "role": "member"} for user in (ALICE, BOB)]
    messages = [public(row, message.seq) for message in row.messages if message.seq <= head]
    return {"conversation": {"head": head, "members": members, "title": "Tea"}, "messages": messages}


def hear(log: Log, row: ConversationRow, seq: int) -> None:
    event = next(event for event in row.events if event.seq == seq)
    note(log, "raw", conv=ROOM, seq=seq, socket=1, by="live")
    told = {"event": event.type, "digest": event.digest, "data": public(row, seq)}
    note(log, "event", conv=ROOM, seq=seq, **told)


def note(log: Log, kind: str, **fields: object) -> None:
    log.records.append(Record(kind, float(len(log.records)), dict(fields)))


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
        lambda row, a, b: _last_snapshot(b)["messages"].append({"number": 9}),
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


def test_slow_healing_does_not_hold(row: ConversationRow, alice: Log, bob: Log) -> None:
    verdict = checker.judge({row.id: row}, [alice, bob], [2.0, 30.5])
    assert verdict.heal_s == 30.5
    assert not verdict.holds


def test_logs_and_tables_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    row, base = room(), tmp_path / "rows.sqlite3"
    keep(row, base)
    again = tables.read(f"sqlite:///{base}")
    assert again == {ROOM: row}
    journal = Journal(tmp_path / "logs", "alice", ALICE)
    journal.write("start", conv=ROOM, head=1)
    journal.close()
    (log,) = read(tmp_path / "logs")
    assert (log.user, [record.kind for record in log.records]) == (ALICE, ["client", "start"])


def keep(row: ConversationRow, base: Path) -> None:
    """The rows in tables that look like the product's on SQLite."""
    connection = sqlite3.connect(base)
    hexes = {name: UUID(name).hex for name in (ROOM, ALICE, BOB)}
    connection.executescript(
        "CREATE TABLE messaging_conversation (id, head, head_digest, message_count, floor_seq, floor_number, floor_digest);"
        "CREATE TABLE messaging_event (conversation_id, seq, type, actor_id, data, at, digest, settled);"
        "CREATE TABLE messaging_message (conversation_id, id, number, seq, sender_id, client_id, body, deleted_at);"
        "CREATE TABLE messaging_membership (conversation_id, user_id, read_number, skip, visible_from_seq, left_seq);"
    )
    insert(
        connection, "conversation", hexes[ROOM], row.head, row.head_digest, row.message_count, 0, 0, "0" * 64
    )
    for event in row.events:
        at = event.at.strftime("%Y-%m-%d %H:%M:%S")
        where = (hexes[ROOM], event.seq, event.type, hexes[event.actor or ""])
        insert(connection, "event", *where, json.dumps(event.data), at, event.digest, 1)
    for message in row.messages:
        where = (hexes[ROOM], UUID(message.id).hex, message.number, message.seq, hexes[message.sender])
        insert(connection, "message", *where, UUID(message.client_id).hex, message.body, None)
    for member in row.members.values():
        insert(connection, "membership", hexes[ROOM], hexes[member.user], member.read_number, 0, 0, None)
    connection.commit()
    connection.close()


def insert(connection: sqlite3.Connection, table: str, *values: object) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO messaging_{table} VALUES ({marks})", values)
