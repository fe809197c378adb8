"""Rows as the dictionaries that every door shows (the shapes of docs/api.md): built once, for nobody in particular.
What depends on the viewer is added by the door that knows one."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.presenters import person as person
from accounts.presenters import veiled
from chatify.lib.digest import stamp
from media import presenters as files
from messaging import kinds
from messaging.events import CHANGED, REACTED, Withheld
from messaging.models import (
    Attachment,
    Conversation,
    KeptDraft,
    Label,
    Membership,
    Message,
    Reacted,
    Scheduled,
    sort_of,
)
from messaging.models.stored import StoredEvent, StoredMessage

Shape = dict[str, Any]
Marks = Mapping[UUID, tuple[int, int]]


def message(row: StoredMessage) -> Shape:
    """A message; needs `sender`, and `reply_to.sender` where it answers one, loaded, and what `queries.extras` adds."""
    deleted = row.deleted_at is not None
    return {
        "id": str(row.id),
        "conversation": str(row.conversation_id),
        "number": row.number,
        "seq": row.seq,
        "client_id": str(row.client_id),
        "sender": person(row.writer),
        "body": "" if deleted else row.body,
        "html_body": "" if deleted else row.html,
        "kind": sort_of(row.files) if row.files else "text",
        "reply_to": str(row.reply_to_id) if row.reply_to_id else None,
        "quote": quote(row.reply_to) if row.reply_to_id and row.reply_to else None,
        "forwarded_from": str(row.forwarded_from_id) if row.forwarded_from_id else None,
        "origin": person(row.origin) if row.origin else None,
        "letter": row.letter,
        "attachments": [attachment(each) for each in row.files] if row.files and not deleted else [],
        "previews": [each.card() for each in row.previews],
        "reactions": [reaction(each) for each in row.reactions] if row.reactions else [],
        "pinned_at": stamp(row.pin) if row.pin else None,
        "edited_at": stamp(row.edited_at) if row.edited_at else None,
        "deleted": deleted,
        "created_at": stamp(row.sent_at),
    }


def for_reader(shown: Shape, hiding: Container[UUID]) -> Shape:
    """A message's shape as it is read by somebody from whom these people hide: of them it names no more."""
    if not hiding:
        return shown
    quoted = (asked := shown["quote"]) and {**asked, "sender": veiled(asked["sender"], hiding)}
    people = {name: veiled(shown[name], hiding) for name in ("sender", "origin")}
    return {**shown, **people, "quote": quoted}


def attachment(row: Attachment) -> Shape:
    """A file of a message; needs `upload` with its renditions loaded. Where its bytes are, nobody is told."""
    return files.seen(row.upload, sorted(each.name for each in row.upload.renditions.all()))


def reaction(reacted: Reacted) -> Shape:
    """One emoji under a message. `users` are the first who put it there: who looks finds out whether it is theirs."""
    return {"emoji": reacted.emoji, "count": reacted.count, "users": [str(user) for user in reacted.users]}


def scheduled(row: Scheduled) -> Shape:
    """A message in the list of those that wait."""
    return {
        "id": str(row.pk),
        "conversation": str(row.conversation_id),
        "client_id": str(row.client_id),
        "body": row.body,
        "reply_to": str(row.reply_to) if row.reply_to else None,
        "send_at": stamp(row.due_at),
        "undo": row.undo,
        "recipients": row.recipients,
        "state": row.state,
        "reason": row.reason,
        "created_at": stamp(row.created_at),
    }


def quote(row: Message) -> Shape:
    """What an answer shows of the message it answers."""
    return {
        "id": str(row.id),
        "number": row.number,
        "sender": person(row.writer),
        "snippet": "" if row.deleted_at else row.line,
        "deleted": row.deleted_at is not None,
    }


def event(row: StoredEvent, people: Mapping[UUID, User]) -> Shape:
    """An event as the socket, the API and the page's notes show it; one for its actor alone as `Withheld`. `people`
    holds the actor and whom it speaks of."""
    shown = {
        "conversation": str(row.conversation_id),
        "seq": row.seq,
        "event": row.type,
        "actor": str(row.actor_id) if row.actor_id else None,
        "at": stamp(row.at),
        "data": _message_data(row, row.message) if row.message else _event_data(row, people),
        "digest": row.digest,
    }
    return Withheld(shown) if row.withheld else shown


def _message_data(row: StoredEvent, about: StoredMessage) -> Shape:
    """The message as it is now, and what of it was changed where the message alone does not tell."""
    shown = message(about)
    if row.type == REACTED:
        shown["reaction"] = {"emoji": row.data["emoji"], "added": row.data["added"]}
    return shown


def _event_data(row: StoredEvent, people: Mapping[UUID, User]) -> Shape:
    data = {name: value for name, value in row.data.items() if name not in ("user", "title", "topic")}
    actor = people.get(UUID(str(row.actor_id))) if row.actor_id else None
    data["actor"] = person(actor) if actor else None
    if "user" in row.data:
        about = people.get(UUID(row.data["user"]))
        data["user"] = person(about) if about else {"id": row.data["user"]}
    if row.type == CHANGED:
        data |= {name: getattr(row.conversation, name) for name in {"title"} | {"topic"} & row.data.keys()}
    return data


def my(membership: Membership, begun: KeptDraft | None = None, labels: Sequence[Label] = ()) -> Shape:
    """My own view of a conversation, without what is over; needs `conversation` loaded. What I may do is the door's."""
    now = timezone.now()
    return {
        "role": membership.role,
        "read_number": membership.read_number,
        "delivered_number": membership.delivered_number,
        "level": membership.level or None,
        "muted_until": _time(membership.muted_until if membership.is_muted(now) else None),
        "pinned_at": _time(membership.pinned_at),
        "done_at": _time(membership.done_at if membership.is_done(now) else None),
        "request": membership.request or None,
        "snoozed_until": _time(membership.snoozed_until if membership.is_snoozed(now) else None),
        "draft": draft(begun) if begun else None,
        "labels": [label(each) for each in labels],
    }


def label(row: Label) -> Shape:
    """One of a person's own labels."""
    return {"id": str(row.id), "name": row.name, "colour": row.colour}


def draft(row: KeptDraft) -> Shape:
    """What somebody began to write."""
    return {
        "body": row.body,
        "reply_to": str(row.reply_to) if row.reply_to else None,
        "client_id": str(row.client_id) if row.client_id else None,
        "updated_at": stamp(row.updated_at),
    }


def member(membership: Membership, shown: Marks, hiding: Container[UUID] = ()) -> Shape:
    """A member in a list of members; needs `user` loaded. `shown` has up to where each received and read, of those who
    show it; who hides from the reader shows no more than a name."""
    delivered, read = shown.get(membership.pk, (None, None))
    return {
        "person": veiled(person(membership.user), hiding),
        "role": membership.role,
        "mail_role": membership.mail_role or None,
        "read_number": read,
        "delivered_number": delivered,
    }


def presence(online: bool | None, last_seen: datetime | None) -> Shape:
    """What may be known of somebody at the moment; null is nothing."""
    return {"online": online, "last_seen": stamp(last_seen) if last_seen else None}


def conversation(
    row: Conversation,
    membership: Membership,
    *,
    title: str,
    epoch: UUID,
    unread: int,
    last_message: Shape | None,
    members: list[Membership],
    shown: Marks,
    hiding: Container[UUID] = (),
    begun: KeptDraft | None = None,
    labels: Sequence[Label] = (),
) -> Shape:
    """A conversation as one member sees it."""
    traits: kinds.Kind = row.traits
    return {
        "id": str(row.id),
        "kind": row.kind,
        "title": title,
        "subject": row.title if traits.has_subject else None,
        "topic": row.topic,
        "settings": row.rights if traits.members_may_change else None,
        "avatar_url": row.avatar_url,
        "head": row.head,
        "epoch": str(epoch),
        "message_count": row.message_count,
        "unread": unread,
        "last_message": last_message,
        "last_activity_at": stamp(row.last_activity_at),
        "created_at": stamp(row.created_at),
        "previews": traits.previews if row.previews is None else row.previews,
        "my": my(membership, begun, labels),
        "members": [member(each, shown, hiding) for each in members],
    }


def _time(value: Any) -> str | None:
    return stamp(value) if value else None


def place_of(row: Message) -> str:
    """The address at which a message is shown among its neighbours."""
    return f"{reverse('conversation', args=[row.conversation_id])}?at={row.number}#m-{row.pk}"
