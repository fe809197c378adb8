"""PostgreSQL: two messages to the server for a batch, whatever its size.

Each message holds several statements. In a transaction that reads what is committed, every statement sees what was
committed when it began: the look-ups after `FOR UPDATE` see what the lock was waited for. Lists travel as array
literals, written here: psycopg would take longer for them than the server for storing them.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

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

_LOCK_HEADS = """
SELECT id::text, head, head_digest, message_count, membership_version, last_activity_at, members_post
FROM messaging_conversation WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE;
"""
_LOCK_MEMBERS = """
SELECT m.conversation_id::text, m.user_id::text,
m.id::text, m.visible_from_seq, m.read_number, m.delivered_number, m.skip, m.unheard OR m.request <> '',
m.role <> 'member'
FROM unnest(%s::uuid[], %s::uuid[]) AS w (conversation_id, user_id)
JOIN messaging_membership AS m USING (conversation_id, user_id)
WHERE m.left_seq IS NULL ORDER BY m.id FOR UPDATE OF m;
"""
_SENT_BEFORE = """
SELECT m.conversation_id::text, m.sender_id::text, m.client_id::text, m.id, m.seq, m.number, m.sent_at
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS w (conversation_id, sender_id, client_id)
JOIN messaging_message AS m USING (conversation_id, sender_id, client_id);
"""
_MESSAGES = """
INSERT INTO messaging_message
(id, conversation_id, number, seq, sender_id, client_id, body, html, salt, reply_to_id, forwarded_from_id, sent_at)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::uuid[], %s::uuid[],
%s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::timestamptz[]);
"""
_EVENTS = """
INSERT INTO messaging_event
(id, conversation_id, seq, type, actor_id, message_id, data, at, digest)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::uuid[], %s::uuid[],
%s::jsonb[], %s::timestamptz[], %s::text[]);
"""
_UPDATE_HEADS = """
UPDATE messaging_conversation AS c SET head = w.head, head_digest = w.head_digest,
message_count = w.message_count, membership_version = w.membership_version, last_activity_at = w.last_activity_at
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])
AS w (id, head, head_digest, message_count, membership_version, last_activity_at) WHERE c.id = w.id;
"""
_UPDATE_MEMBERS = """
UPDATE messaging_membership AS m
SET read_number = w.read_number, delivered_number = w.delivered_number, skip = w.skip
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[])
AS w (id, read_number, delivered_number, skip) WHERE m.id = w.id;
"""
_UNTOLD = "INSERT INTO messaging_unsettled (id, at, ranges) VALUES (%s::uuid, %s::timestamptz, %s::jsonb);"


def lock(wanted: Sequence[Identity]) -> Locked:
    pairs = {(conversation, sender) for conversation, sender, _ in wanted}
    parameters = [
        _plain({conversation for conversation, _ in pairs}),
        *_columns(pairs),
        *_columns(set(wanted)),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_HEADS + _LOCK_MEMBERS + _SENT_BEFORE, parameters)
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
        cursor.execute(_SENT_BEFORE, _columns(set(wanted)))
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
            cursor.execute("".join(statements), [column for part in columns for column in part])


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
