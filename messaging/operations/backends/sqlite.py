"""SQLite: lists travel as one JSON parameter, rows by `executemany`, so that each text is prepared once.

The one writer that `BEGIN IMMEDIATE` lets in needs no further locks. Identifiers are stored as 32 hex digits.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from messaging.operations.records import Head, Identity, Locked, Member, Rows, Sent

_HEADS = """
SELECT id, head, head_digest, message_count, membership_version, last_activity_at, members_post
FROM messaging_conversation WHERE id IN (SELECT value FROM json_each(%s))
"""
_MEMBERS = """
SELECT m.conversation_id, m.user_id,
m.id, m.visible_from_seq, m.read_number, m.delivered_number, m.skip, m.unheard OR m.request <> '',
m.role <> 'member'
FROM json_each(%s) AS w CROSS JOIN messaging_membership AS m
ON m.conversation_id = json_extract(w.value, '$[0]') AND m.user_id = json_extract(w.value, '$[1]')
WHERE m.left_seq IS NULL
"""
_SENT_BEFORE = """
SELECT m.conversation_id, m.sender_id, m.client_id, m.id, m.seq, m.number, m.sent_at
FROM json_each(%s) AS w CROSS JOIN messaging_message AS m
ON m.conversation_id = json_extract(w.value, '$[0]') AND m.sender_id = json_extract(w.value, '$[1]')
AND m.client_id = json_extract(w.value, '$[2]')
"""
_MESSAGES = """
INSERT INTO messaging_message
(id, conversation_id, number, seq, sender_id, client_id, body, html, salt, reply_to_id, forwarded_from_id, sent_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_EVENTS = """
INSERT INTO messaging_event
(id, conversation_id, seq, type, actor_id, message_id, data, at, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_UPDATE_HEADS = """
UPDATE messaging_conversation
SET head = %s, head_digest = %s, message_count = %s, membership_version = %s, last_activity_at = %s WHERE id = %s
"""
_UPDATE_MEMBERS = """
UPDATE messaging_membership SET read_number = %s, delivered_number = %s, skip = %s WHERE id = %s
"""
_UNTOLD = "INSERT INTO messaging_unsettled (id, at, ranges) VALUES (%s, %s, %s)"


def lock(wanted: Sequence[Identity]) -> Locked:
    keys = [(_hex(conversation), _hex(sender), _hex(client)) for conversation, sender, client in wanted]
    heads = _read(_HEADS, {key[0] for key in keys})
    members = _read(_MEMBERS, {key[:2] for key in keys})
    return Locked(
        {_text(id): _head(_text(id), places, at, bool(post)) for id, *places, at, post in heads},
        {(_text(conversation), _text(user)): Member(*rest) for conversation, user, *rest in members},
        _sent(keys),
    )


def sent_before(wanted: Sequence[Identity]) -> dict[Identity, Sent]:
    return _sent(
        [(_hex(conversation), _hex(sender), _hex(client)) for conversation, sender, client in wanted]
    )


def write(rows: Rows) -> None:
    _many(_MESSAGES, [
        (
            _hex(row.id), _hex(row.conversation_id), row.number, row.seq, _hex(row.sender_id), _hex(row.client_id),
            row.body, row.html, row.salt, row.reply_to_id and _hex(row.reply_to_id),
            row.forwarded_from_id and _hex(row.forwarded_from_id), _stored(row.sent_at),
        )
        for row in rows.messages
    ])  # fmt: skip
    _many(_EVENTS, [
        (
            _hex(row.id), _hex(row.conversation_id), row.seq, row.type, row.actor_id and _hex(row.actor_id),
            row.message_id and _hex(row.message_id), row.told, _stored(row.at), row.digest,
        )
        for row in rows.events
    ])  # fmt: skip
    _many(_UPDATE_HEADS, [
        (
            row.head, row.head_digest, row.message_count, row.membership_version, _stored(row.last_activity_at),
            _hex(row.id),
        )
        for row in rows.heads
    ])  # fmt: skip
    _many(_UPDATE_MEMBERS, [
        (row.read_number, row.delivered_number, row.skip, row.id) for row in rows.members
    ])  # fmt: skip
    if untold := rows.untold:
        _many(_UNTOLD, [(untold.id.hex, str(untold.at.replace(tzinfo=None)), _list(untold.ranges))])


def _head(id: str, places: Sequence[Any], at: datetime, members_post: bool) -> Head:
    head, head_digest, message_count, membership_version = places
    return Head(id, head, head_digest, message_count, membership_version, _aware(at), members_post)


def _sent(keys: Sequence[Identity]) -> dict[Identity, Sent]:
    return {
        (_text(conversation), _text(sender), _text(client)): Sent(
            UUID(id), UUID(conversation), UUID(client), seq, number, _aware(at)
        )
        for conversation, sender, client, id, seq, number, at in _read(_SENT_BEFORE, set(keys))
    }


def _read(statement: str, wanted: Collection[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_list(wanted)])
        return cursor.fetchall()


def _many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _list(values: Iterable[Any]) -> str:
    return orjson.dumps(list(values)).decode()


def _hex(id: str) -> str:
    return id.replace("-", "")


def _text(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


@lru_cache(64)
def _stored(at: datetime) -> str:
    """As Django stores times here: UTC without saying so."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
