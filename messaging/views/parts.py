"""What the bar and the composer of a conversation are drawn from: what decides about their form as plain values, and
gaps for what is only shown, so that those of one form are drawn once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chatify.lib import addresses
from chatify.lib.drawing import Part, mark
from messaging.models import Conversation, Message
from messaging.templatetags.rows import portrait

Values = dict[str, Any]
OF_BAR = ("read", "details", "done", "pin", "snooze", "mute", "conversation_label")
OF_COMPOSER = ("messages", "conversation", "draft")
OTHER = ("id", "label", "username")


def bar(context: Mapping[str, Any]) -> Part:
    """Who is in it, how it stands for its reader, and what they can do with it. `context` is that of its page."""
    found: Conversation = context["conversation"]
    traits, unread = found.traits, context.get("unread", 0)
    seen = context.get("seen")
    urls, gaps = _urls(OF_BAR, found.id)
    face = portrait(context["face"])
    values = {
        "conversation": {
            "traits": {"square": traits.square, "members_may_change": traits.members_may_change},
            "message_count": mark("message_count"),
            "several": context["letters"] and found.message_count != 1,
        },
        "urls": urls,
        "sample": context.get("sample", False),
        "title": mark("title"),
        "face": _face(face),
        "others": [_other(place) for place, _ in enumerate(context["others"])],
        "more_members": context.get("more_members", False),
        "seen": {"online": seen.online, "last_seen": seen.last_seen} if seen else {},
        "unread": bool(unread),
        "feed": {"newest": mark("newest")},
        "standing": context.get("standing"),
        "moments": context.get("moments", ()),
        "mutes": context.get("mutes", ()),
        "labels": [
            ({"id": each.id, "colour": each.colour, "name": each.name}, carried)
            for each, carried in context.get("labels", ())
        ],
    }
    gaps |= {
        "title": context["title"],
        "message_count": found.message_count,
        "newest": context["feed"].newest,
    }
    gaps |= {f"face_{name}": shown for name, shown in face.items()}
    for place, each in enumerate(context["others"]):
        gaps |= {f"other_{place}_{name}": getattr(each, name) for name in OTHER}
    return Part(values, gaps)


def composer(context: Mapping[str, Any], *, most_files: int) -> Part:
    """What is begun in it, and what the reader may do with it."""
    found: Conversation = context["conversation"]
    draft = context["draft"]
    answered: Message | None = draft.answered
    urls, gaps = _urls(OF_COMPOSER, found.id)
    values = {
        "conversation": {
            "id": mark("id"),
            "imported": found.imported,
            "copy_of_id": found.copy_of_id is not None,
        },
        "urls": urls,
        "title": mark("title"),
        "letters": context["letters"],
        "may_post": context["may_post"],
        "moments": context["moments"],
        "most_files": most_files,
        "client_id": mark("client_id"),
        "draft": {
            "body": mark("body"),
            "reply_to": mark("reply_to"),
            "attachments": draft.attachments,
            "errors": draft.errors,
            "answered": {"writer": {"label": answered.writer.label}, "body": answered.body}
            if answered
            else None,
        },
    }
    shown = {name: getattr(draft, name) for name in ("body", "reply_to", "client_id")}
    return Part(values, {**gaps, **shown, "id": found.id, "title": context["title"]})


def _urls(names: Sequence[str], id: UUID) -> tuple[Values, Values]:
    """Addresses of a conversation as marks, and what stands there."""
    return {name: mark(f"url_{name}") for name in names}, {
        f"url_{name}": addresses.of(name, id) for name in names
    }


def _face(face: Values) -> Values:
    """Whose it is and whether there is a picture decides about the form of an avatar."""
    deciding = {name: face[name] and mark(f"face_{name}") for name in ("username", "avatar_url")}
    return {**{name: mark(f"face_{name}") for name in ("id", "hue", "initials")}, **deciding}


def _other(place: int) -> Values:
    return {name: mark(f"other_{place}_{name}") for name in OTHER}
