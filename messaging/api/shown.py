"""Rows completed for one viewer, each with a constant number of queries."""

from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from accounts import relations
from accounts.models import User
from chatify.lib import markup
from chatify.lib.digest import stamp
from messaging import presenters
from messaging.models import Message, Scheduled
from messaging.queries import copies, extras, members, receipts, rights, stars
from messaging.queries.epoch import epoch_id
from messaging.queries.inbox import InboxRow


def messages(me: User, rows: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages with what depends on the viewer."""
    starred, mine = stars.among(me.pk, rows), extras.mine(me.pk, rows)
    senders = {row.sender_id for row in rows}
    blocked, hiding = relations.blocked_among(me, senders), relations.hiding_from(me, _named(rows))
    return [
        {
            **_message(row, row.pk in starred, {emoji for id, emoji in mine if id == row.pk}, hiding),
            "blocked": row.sender_id in blocked,
        }
        for row in rows
    ]


def message(me: User, row: Message) -> dict[str, Any]:
    """One message with what depends on the viewer."""
    return messages(me, [row])[0]


def _named(rows: Sequence[Message]) -> set[UUID]:
    """Everybody whom these messages show."""
    quoted = {row.reply_to.sender_id for row in rows if row.reply_to_id and row.reply_to}
    return {row.sender_id for row in rows} | quoted | {row.origin.pk for row in rows if row.origin}


def _message(row: Message, starred: bool, mine: Container[str], hiding: Container[UUID]) -> dict[str, Any]:
    shown = presenters.for_reader(presenters.message(row), hiding)
    reactions = [{**each, "mine": each["emoji"] in mine} for each in shown["reactions"]]
    return {**shown, "reactions": reactions, "starred": starred}


def held(me: User, row: Scheduled) -> dict[str, Any]:
    """The answer to a send that waits: the message as it will be, without a place."""
    will_be = Message(
        id=row.pk,
        conversation_id=row.conversation_id,
        number=0,
        seq=0,
        sender=me,
        client_id=row.client_id,
        body=row.body,
        html=markup.render(row.body),
        reply_to_id=row.reply_to,
        sent_at=row.created_at,
    )
    return {**message(me, will_be), "number": None, "seq": None, "held_until": stamp(row.due_at)}


def conversations(me: User, rows: Sequence[InboxRow]) -> list[dict[str, Any]]:
    """Lines of the inbox as conversations."""
    people = members.first_pages([row.conversation.id for row in rows])
    shown = receipts.shown_to(me, (each for page in people.values() for each in page))
    last = _last_messages(me, rows)
    hiding = relations.hiding_from(me, {each.user_id for page in people.values() for each in page})
    shapes = [
        presenters.conversation(
            row.conversation,
            row.my,
            title=row.title,
            epoch=epoch_id(),
            unread=row.unread,
            last_message=last.get(row.conversation.id),
            members=people.get(row.conversation.id, []),
            shown=shown,
            hiding=hiding,
            begun=row.draft,
            labels=row.labels,
        )
        for row in rows
    ]
    blind = copies.of(me, [row.conversation for row in rows])
    for row, shape in zip(rows, shapes, strict=True):
        shape["my"]["may"] = rights.of(row.conversation, row.my)
        shape["bcc"] = [presenters.person(each.user) for each in blind.get(row.conversation.id, [])]
    return shapes


def _last_messages(me: User, rows: Sequence[InboxRow]) -> dict[UUID, dict[str, Any]]:
    found = [row.last_message for row in rows if row.last_message]
    extras.load_answered(found)
    extras.load(found, reader=me.pk)
    return {row.conversation_id: shape for row, shape in zip(found, messages(me, found), strict=True)}


def conversation(me: User, row: InboxRow) -> dict[str, Any]:
    """One line of the inbox as a conversation."""
    return conversations(me, [row])[0]
