"""A small conversation that is whole, with the logs of its two clients: what the checker's tests break."""

import hashlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.faults import stored
from tests.faults.tables import ConversationRow, EventRow, MemberRow, MessageRow
from tests.load.journal import Log, Record

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
    if message is None:
        return {}
    return {"number": message.number, "seq": seq, "body": message.body, "starred": True}


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


SOON = "2199-01-01 00:00:00"


def keep(row: ConversationRow, base: Path) -> None:
    """The rows in tables that look like the product's on SQLite."""
    connection = sqlite3.connect(base)
    hexes = {name: UUID(name).hex for name in (ROOM, ALICE, BOB)}
    connection.executescript(
        "CREATE TABLE messaging_conversation"
        " (id, head, head_digest, message_count, floor_seq, floor_number, floor_digest);"
        "CREATE TABLE messaging_event (conversation_id, seq, type, actor_id, data, at, digest);"
        "CREATE TABLE messaging_unsettled (ranges);"
        "CREATE TABLE messaging_message"
        " (conversation_id, id, number, seq, sender_id, client_id, body, deleted_at, edited_at, withheld);"
        "CREATE TABLE messaging_membership"
        " (conversation_id, user_id, read_number, skip, visible_from_seq, left_seq,"
        " done_at, done_number, snoozed_until, snoozed_number, muted_until);"
        "CREATE TABLE messaging_hiddenmessage (user_id, message_id);"
        "CREATE TABLE accounts_block (blocker_id, blocked_id);"
    )
    insert(
        connection, "conversation", hexes[ROOM], row.head, row.head_digest, row.message_count, 0, 0, "0" * 64
    )
    for event in row.events:
        at = event.at.strftime("%Y-%m-%d %H:%M:%S")
        where = (hexes[ROOM], event.seq, event.type, hexes[event.actor or ""])
        insert(connection, "event", *where, json.dumps(event.data), at, event.digest)
    for message in row.messages:
        where = (hexes[ROOM], UUID(message.id).hex, message.number, message.seq, hexes[message.sender])
        insert(connection, "message", *where, UUID(message.client_id).hex, message.body, None, None, 0)
    for member in row.members.values():
        where = (hexes[ROOM], hexes[member.user], member.read_number, member.skip, 0, None)
        away = ("2026-11-21" if member.done_number else None, member.done_number or 0)
        insert(connection, "membership", *where, *away, None, 0, SOON if member.muted else None)
        for message in member.hidden:
            insert(connection, "hiddenmessage", hexes[member.user], UUID(message).hex)
        for other in member.blocked:
            connection.execute(
                "INSERT INTO accounts_block VALUES (?, ?)", (hexes[member.user], UUID(other).hex)
            )
    connection.commit()
    connection.close()


def insert(connection: sqlite3.Connection, table: str, *values: object) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO messaging_{table} VALUES ({marks})", values)
