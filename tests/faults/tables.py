"""The rows behind a run, read by plain SQL: no code of the product stands between them and the checker."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg


@dataclass
class EventRow:
    """One row of the log; `at` has milliseconds, `digest` is hex."""

    seq: int
    type: str
    actor: str | None
    data: dict[str, Any]
    at: datetime
    digest: str


@dataclass
class MessageRow:
    """One message. `number` is its ordinal among messages, `seq` that of its event."""

    id: str
    number: int
    seq: int
    sender: str
    client_id: str
    body: str
    deleted: bool = False
    edited: bool = False
    withheld: bool = False


@dataclass
class MemberRow:
    """One person in one conversation; `hidden` are messages that they deleted for themselves, `blocked` people."""

    user: str
    read_number: int = 0
    skip: int = 0
    visible_from_seq: int = 0
    left_seq: int | None = None
    done_number: int | None = None
    snoozed_number: int | None = None
    muted: bool = False
    hidden: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)


@dataclass
class ConversationRow:
    """A conversation and everything in it, in the order of seq and number."""

    id: str
    head: int
    head_digest: str
    message_count: int
    floor_seq: int = 0
    floor_number: int = 0
    floor_digest: str = "0" * 64
    events: list[EventRow] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    members: dict[str, MemberRow] = field(default_factory=dict)

    @cached_property
    def digests(self) -> dict[int, str]:
        """The digest at each seq."""
        return {event.seq: event.digest for event in self.events}


Tables = dict[str, ConversationRow]
Ask = Callable[[str], list[Any]]

UNSETTLED = "SELECT ranges FROM messaging_unsettled"
UNDONE = "SELECT kind, key FROM jobs_job WHERE done_at IS NULL AND due <= CURRENT_TIMESTAMP"
LENGTHS = "SELECT conversation_id, count(*) FROM messaging_event GROUP BY conversation_id"
CONVERSATIONS = (
    "SELECT id, head, head_digest, message_count, floor_seq, floor_number, floor_digest"
    " FROM messaging_conversation WHERE {}"
)
EVENTS = (
    "SELECT conversation_id, seq, type, actor_id, data, at, digest FROM messaging_event"
    " WHERE {} ORDER BY conversation_id, seq"
)
MESSAGES = (
    "SELECT conversation_id, id, number, seq, sender_id, client_id, body, deleted_at, edited_at, withheld"
    " FROM messaging_message"
    " WHERE {} ORDER BY conversation_id, number"
)
MEMBERS = (
    "SELECT conversation_id, user_id, read_number, skip, visible_from_seq, left_seq,"
    " CASE WHEN done_at IS NOT NULL THEN done_number END,"
    " CASE WHEN snoozed_until > CURRENT_TIMESTAMP THEN snoozed_number END,"
    " CASE WHEN muted_until > CURRENT_TIMESTAMP THEN 1 ELSE 0 END"
    " FROM messaging_membership WHERE {}"
)
HIDDEN = (
    "SELECT m.conversation_id, h.user_id, h.message_id FROM messaging_hiddenmessage AS h"
    " JOIN messaging_message AS m ON m.id = h.message_id WHERE {}"
)
BLOCKS = "SELECT blocker_id, blocked_id FROM accounts_block"


def read(database_url: str, only: Iterable[str] | None = None) -> Tables:
    """All conversations of a database named by URL (`sqlite:///path` or `postgresql://…`), or `only` these."""
    with _open(database_url) as ask:
        return _assemble(lambda statement, column: ask(statement.format(_among(only, column))))


def lengths(database_url: str) -> dict[str, int]:
    """How many events each conversation holds."""
    with _open(database_url) as ask:
        return {name(row[0]): row[1] for row in ask(LENGTHS)}


def unsettled(database_url: str) -> int:
    """How many events nobody has announced yet."""
    with _open(database_url) as ask:
        told = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in ask(UNSETTLED)]
    return sum(last - first + 1 for ranges in told for _, first, last in ranges)


def undone(database_url: str) -> set[tuple[str, str]]:
    """The jobs that are due and have not ended, by kind and key."""
    with _open(database_url) as ask:
        return {(kind, key) for kind, key in ask(UNDONE)}


@contextmanager
def _open(database_url: str) -> Iterator[Ask]:
    """Answers statements, all from one moment with SQLite."""
    if not database_url.startswith("sqlite:"):
        with psycopg.connect(database_url) as postgres:
            yield lambda statement: postgres.execute(statement).fetchall()
        return
    path = Path(database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
        connection.execute("BEGIN")
        yield lambda statement: connection.execute(statement).fetchall()


def _among(only: Iterable[str] | None, column: str) -> str:
    """A condition on ids, which are uuid with PostgreSQL and their 32 digits with SQLite: both compare as text."""
    if only is None:
        return "true"
    ids = ", ".join(f"'{UUID(each).hex}'" for each in only)
    return f"replace(CAST({column} AS text), '-', '') IN ({ids or 'NULL'})"


def _assemble(ask: Callable[[str, str], list[Any]]) -> Tables:
    tables = {name(row[0]): ConversationRow(name(row[0]), *row[1:]) for row in ask(CONVERSATIONS, "id")}
    for row in ask(EVENTS, "conversation_id"):
        tables[name(row[0])].events.append(_event(row[1:]))
    for row in ask(MESSAGES, "conversation_id"):
        tables[name(row[0])].messages.append(_message(row[1:]))
    for row in ask(MEMBERS, "conversation_id"):
        *numbers, muted = row[2:]
        tables[name(row[0])].members[name(row[1])] = MemberRow(name(row[1]), *numbers, muted=bool(muted))
    _spare(tables, ask)
    return tables


def _spare(tables: Tables, ask: Callable[[str, str], list[Any]]) -> None:
    """What does not count for a member though others read it."""
    for conversation, user, message in ask(HIDDEN, "m.conversation_id"):
        if member := tables[name(conversation)].members.get(name(user)):
            member.hidden.add(name(message))
    blocks = [(name(blocker), name(blocked)) for blocker, blocked in ask(BLOCKS, "")]
    for row in tables.values():
        for blocker, blocked in blocks:
            if blocker in row.members:
                row.members[blocker].blocked.add(blocked)


def _event(row: Iterable[Any]) -> EventRow:
    seq, kind, actor, data, at, digest = row
    told = json.loads(data) if isinstance(data, str) else data
    return EventRow(seq, kind, name(actor) if actor else None, told, moment(at), digest)


def _message(row: Iterable[Any]) -> MessageRow:
    identity, number, seq, sender, client_id, body, deleted_at, edited_at, withheld = row
    states = (deleted_at is not None, edited_at is not None, bool(withheld))
    return MessageRow(name(identity), number, seq, name(sender), name(client_id), body, *states)


def name(value: Any) -> str:
    """A UUID as the doors write it, however the database keeps it."""
    return str(value if isinstance(value, UUID) else UUID(str(value)))


def moment(value: Any) -> datetime:
    """An aware time in UTC; SQLite keeps it as text without a zone."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
