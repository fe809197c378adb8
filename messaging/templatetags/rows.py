"""How a line of the inbox is shown. A row is an `InboxRow`, or the sample inbox's likeness of one."""

from dataclasses import dataclass
from typing import Any

from django import template

from chatify.lib import addresses, markup, text

register = template.Library()
FOLDED = "Message from somebody you blocked"


@dataclass(frozen=True, slots=True)
class Face:
    """What an avatar needs to be drawn."""

    initials: str
    hue: int
    avatar_url: str | None = None
    avatar_large_url: str | None = None


@register.filter
def line(row: Any) -> dict[str, Any]:
    """All that a line of the inbox is drawn from, as plain values: equal lines are drawn once."""
    conversation = row.conversation
    return {
        "id": conversation.id,
        "url": row_url(row),
        "kind": conversation.kind,
        "head": conversation.head,
        "number": conversation.message_count,
        "at": row.at,
        "unread": row.unread,
        "title": row.title,
        "face": portrait(face(row)),
        "square": conversation.traits.square,
        "has_subject": conversation.traits.has_subject,
        "speaker": speaker(row),
        "preview": preview(row),
        **marks(row),
    }


def marks(row: Any) -> dict[str, Any]:
    """What a line shows of how its conversation stands; nothing for most."""
    if not row.marked:
        return {}
    return {
        "marked": True,
        "pinned": row.pinned,
        "muted": row.muted,
        "snoozed_until": row.snoozed_until,
        "draft": markup.snippet(row.draft.body) if row.draft else "",
        "labels": [{"name": each.name, "colour": each.colour} for each in row.labels],
    }


def portrait(face: Any) -> dict[str, Any]:
    """What an avatar shows of a person or a group."""
    names = ("initials", "hue", "username", "id", "avatar_url", "avatar_large_url")
    return {name: getattr(face, name, None) for name in names}


@register.filter
def myself(user: Any) -> dict[str, Any]:
    """What the menu shows of its reader, as plain values."""
    return {**portrait(user), "label": user.label, "is_staff": user.is_staff}


@register.filter
def row_url(row: Any) -> str:
    """Where the row leads."""
    return getattr(row, "url", None) or addresses.of("conversation", row.conversation.id)


@register.filter
def face(row: Any) -> Any:
    """The group itself, or the person one writes with, without a picture where they hide it."""
    person = None if row.conversation.traits.square else _person(row)
    if person is None:
        return own_face(row.conversation, row.title)
    return plain_face(person) if person.id in getattr(row, "hiding", ()) else person


def own_face(conversation: Any, title: str) -> Face:
    """A conversation's own picture, or its letters."""
    pictures = conversation.avatar_url, conversation.avatar_large_url
    return Face(text.initials(title), conversation.hue, *pictures)


@register.filter
def plain_face(person: Any) -> Face:
    """The letters of somebody who shows no picture."""
    return Face(person.initials, person.hue)


def _person(row: Any) -> Any:
    last = row.last_message
    if row.conversation.traits.has_subject and last and last.sender_id != row.my.user_id:
        return last.writer
    return row.people[0] if row.people else None


@register.filter
def speaker(row: Any) -> str:
    """Who said the last thing, where that is not plain from the title."""
    last = row.last_message
    if last is None or row.folded:
        return ""
    if last.sender_id == row.my.user_id:
        return "You"
    return "" if row.conversation.traits.unique_pair else last.writer.label


@register.filter
def preview(row: Any) -> str:
    """The last message in one line."""
    last = row.last_message
    if last is None:
        nothing = "Not sent yet" if row.conversation.traits.has_subject else "No messages yet"
        return "" if row.conversation.message_count else nothing
    if row.folded:
        return FOLDED
    return "Deleted message" if last.deleted_at else last.line


@register.filter
def group_face(conversation: Any) -> Face:
    """The letters of a group, for who is not in it."""
    return Face(text.initials(conversation.title), conversation.hue)
