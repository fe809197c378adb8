"""PostgreSQL: two messages to the server for a batch, whatever its size.

Each message holds several statements. In a transaction that reads what is committed, every statement sees what was
committed when it began: the look-ups after `FOR NO KEY UPDATE` see what the lock was waited for. Lists travel as array
literals, written here: psycopg would take longer for them than the server for storing them. A connection prepares the
statements once: understanding and planning them was most of what a small batch cost the server.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakSet

import orjson
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

from chatify.lib.digest import stamp
from messaging.operations.records import (
    Head,
    Identity,
    Locked,
    Member,
    NewEvent,
    NewMessage,
    Rows,
    Sent,
    Untold,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Statement:
    """One that a connection prepares, by a name that is ours."""

    name: str
    types: tuple[str, ...]
    text: str

    @property
    def preparing(self) -> str:
        return f"PREPARE {self.name} ({', '.join(self.types)}) AS {self.text};"

    @property
    def call(self) -> str:
        return f"EXECUTE {self.name} ({', '.join(['%s'] * len(self.types))});"

    @property
    def plain(self) -> str:
        """Without preparing. Every value stands in it once, in their order."""
        return re.sub(r"\$(\d+)", lambda place: f"%s::{self.types[int(place[1]) - 1]}", self.text) + ";"


_LOCK_HEADS = Statement(
    "chatify_lock_heads",
    ("uuid[]",),
    """
SELECT id::text, head, head_digest, message_count, membership_version, last_activity_at, members_post
FROM messaging_conversation WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
""",
)
_LOCK_MEMBERS = Statement(
    "chatify_lock_members",
    ("uuid[]", "uuid[]"),
    """
SELECT m.conversation_id::text, m.user_id::text,
m.id::text, m.visible_from_seq, m.read_number, m.delivered_number, m.skip, m.unheard OR m.request <> '',
m.role <> 'member'
FROM unnest($1, $2) AS w (conversation_id, user_id)
JOIN messaging_membership AS m USING (conversation_id, user_id)
WHERE m.left_seq IS NULL ORDER BY m.id FOR NO KEY UPDATE OF m
""",
)
_SENT_BEFORE = Statement(
    "chatify_sent_before",
    ("uuid[]", "uuid[]", "uuid[]"),
    """
SELECT m.conversation_id::text, m.sender_id::text, m.client_id::text, m.id, m.seq, m.number, m.sent_at
FROM unnest($1, $2, $3) AS w (conversation_id, sender_id, client_id)
JOIN messaging_message AS m USING (conversation_id, sender_id, client_id)
""",
)
_MESSAGES = Statement(
    "chatify_messages",
    (
        *("uuid[]", "uuid[]", "bigint[]", "bigint[]", "uuid[]", "uuid[]"),
        *("text[]", "text[]", "text[]", "uuid[]", "uuid[]", "timestamptz[]"),
    ),
    """
INSERT INTO messaging_message
(id, conversation_id, number, seq, sender_id, client_id, body, html, salt, reply_to_id, forwarded_from_id, sent_at)
SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
""",
)
_EVENTS = Statement(
    "chatify_events",
    ("uuid[]", "uuid[]", "bigint[]", "text[]", "uuid[]", "uuid[]", "jsonb[]", "timestamptz[]", "text[]"),
    """
INSERT INTO messaging_event
(id, conversation_id, seq, type, actor_id, message_id, data, at, digest)
SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
""",
)
_UPDATE_HEADS = Statement(
    "chatify_update_heads",
    ("uuid[]", "bigint[]", "text[]", "bigint[]", "bigint[]", "timestamptz[]"),
    """
UPDATE messaging_conversation AS c SET head = w.head, head_digest = w.head_digest,
message_count = w.message_count, membership_version = w.membership_version, last_activity_at = w.last_activity_at
FROM unnest($1, $2, $3, $4, $5, $6)
AS w (id, head, head_digest, message_count, membership_version, last_activity_at) WHERE c.id = w.id
""",
)
_UPDATE_MEMBERS = Statement(
    "chatify_update_members",
    ("uuid[]", "bigint[]", "bigint[]", "bigint[]"),
    """
UPDATE messaging_membership AS m
SET read_number = w.read_number, delivered_number = w.delivered_number, skip = w.skip
FROM unnest($1, $2, $3, $4) AS w (id, read_number, delivered_number, skip) WHERE m.id = w.id
""",
)
_UNTOLD = Statement(
    "chatify_untold",
    ("uuid", "timestamptz", "jsonb"),
    "INSERT INTO messaging_unsettled (id, at, ranges) VALUES ($1, $2, $3)",
)
_ALL = (
    *(_LOCK_HEADS, _LOCK_MEMBERS, _SENT_BEFORE),
    *(_MESSAGES, _EVENTS, _UPDATE_HEADS, _UPDATE_MEMBERS, _UNTOLD),
)
_UNKNOWN_OR_THERE = {"26000", "42P05"}
"""What PostgreSQL answers where somebody between us gives each transaction another session of theirs."""
_prepared: WeakSet[Any] = WeakSet()
"""The connections that know them."""
_pooled = False
"""Whether a connection forgot them, as behind a pooler of transactions: nothing is prepared then."""


def lock(wanted: Sequence[Identity]) -> Locked:
    pairs = {(conversation, sender) for conversation, sender, _ in wanted}
    parameters = [
        _plain({conversation for conversation, _ in pairs}),
        *_columns(pairs),
        *_columns(set(wanted)),
    ]
    with connection.cursor() as cursor:
        _execute(cursor, (_LOCK_HEADS, _LOCK_MEMBERS, _SENT_BEFORE), parameters)
        heads = cursor.fetchall()
        cursor.nextset()
        members = cursor.fetchall()
        cursor.nextset()
        sent = cursor.fetchall()
    return Locked(
        {row[0]: Head(*row) for row in heads},
        {(conversation, user): Member(*rest) for conversation, user, *rest in members},
        _sent(sent),
    )


def sent_before(wanted: Sequence[Identity]) -> dict[Identity, Sent]:
    with connection.cursor() as cursor:
        _execute(cursor, (_SENT_BEFORE,), _columns(set(wanted)))
        return _sent(cursor.fetchall())


def write(rows: Rows) -> None:
    parts = [
        (_MESSAGES, _message_columns(rows.messages)) if rows.messages else None,
        (_EVENTS, _event_columns(rows.events)) if rows.events else None,
        (_UPDATE_HEADS, _head_columns(rows.heads)) if rows.heads else None,
        (_UPDATE_MEMBERS, _member_columns(rows.members)) if rows.members else None,
        (_UNTOLD, _untold_values(rows.untold)) if rows.untold else None,
    ]
    present = [part for part in parts if part]
    if present:
        statements, columns = zip(*present, strict=True)
        with connection.cursor() as cursor:
            _execute(cursor, statements, [column for part in columns for column in part])


def _execute(cursor: CursorWrapper, statements: Sequence[Statement], parameters: Sequence[str]) -> None:
    """All of them in one message to the server. Raises OperationalError, and prepares no more, once a connection turns
    out to be another one."""
    global _pooled
    if _pooled:
        cursor.execute("".join(each.plain for each in statements), parameters)
        return
    try:
        if connection.connection not in _prepared:
            cursor.execute("".join(each.preparing for each in _ALL))
            _prepared.add(connection.connection)
        cursor.execute("".join(each.call for each in statements), parameters)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _UNKNOWN_OR_THERE:
            raise
        log.warning("a pooler stands before PostgreSQL: statements are not prepared any more")
        _pooled = True
        raise OperationalError("the statements were prepared in another session") from error


def _sent(rows: Iterable[tuple[Any, ...]]) -> dict[Identity, Sent]:
    return {
        (conversation, sender, client): Sent(id, UUID(conversation), UUID(client), seq, number, at)
        for conversation, sender, client, id, seq, number, at in rows
    }


def _message_columns(rows: Sequence[NewMessage]) -> list[str]:
    return [
        _plain([row.id for row in rows]),
        _plain([row.conversation_id for row in rows]),
        _plain([str(row.number) for row in rows]),
        _plain([str(row.seq) for row in rows]),
        _plain([row.sender_id for row in rows]),
        _plain([row.client_id for row in rows]),
        _quoted([row.body for row in rows]),
        _quoted([row.html for row in rows]),
        _quoted([row.salt for row in rows]),
        _plain([row.reply_to_id or "NULL" for row in rows]),
        _plain([row.forwarded_from_id or "NULL" for row in rows]),
        _plain([stamp(row.sent_at) for row in rows]),
    ]


def _event_columns(rows: Sequence[NewEvent]) -> list[str]:
    return [
        _plain([row.id for row in rows]),
        _plain([row.conversation_id for row in rows]),
        _plain([str(row.seq) for row in rows]),
        _plain([row.type for row in rows]),
        _plain([row.actor_id or "NULL" for row in rows]),
        _plain([row.message_id or "NULL" for row in rows]),
        _quoted([row.told for row in rows]),
        _plain([stamp(row.at) for row in rows]),
        _plain([row.digest for row in rows]),
    ]


def _head_columns(rows: Sequence[Head]) -> list[str]:
    return [
        _plain([row.id for row in rows]),
        _plain([str(row.head) for row in rows]),
        _plain([row.head_digest for row in rows]),
        _plain([str(row.message_count) for row in rows]),
        _plain([str(row.membership_version) for row in rows]),
        _plain([row.last_activity_at.isoformat() for row in rows]),
    ]


def _member_columns(rows: Sequence[Member]) -> list[str]:
    return [
        _plain([row.id for row in rows]),
        _plain([str(row.read_number) for row in rows]),
        _plain([str(row.delivered_number) for row in rows]),
        _plain([str(row.skip) for row in rows]),
    ]


def _untold_values(row: Untold) -> list[str]:
    return [str(row.id), row.at.isoformat(), orjson.dumps(row.ranges).decode()]


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_plain(column) for column in zip(*rows, strict=True)]


def _plain(values: Iterable[str]) -> str:
    """An array literal of values that need no quotes: identifiers, numbers, times, digests, NULL."""
    return "{" + ",".join(values) + "}"


def _quoted(texts: Sequence[str]) -> str:
    """An array literal of any texts."""
    escaped = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(escaped) + '"}'
