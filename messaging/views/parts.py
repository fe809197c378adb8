"""What the bar and the composer of a conversation are drawn from: plain values, so that equal ones are drawn once."""

from collections.abc import Mapping
from typing import Any

from chatify.lib.drawing import Part, mark
from messaging.models import Conversation, Message
from messaging.templatetags.rows import portrait

Values = dict[str, Any]


def bar(context: Mapping[str, Any]) -> Values:
    """Who is in it, how it stands for its reader, and what they can do with it. `context` is that of its page."""
    found: Conversation = context["conversation"]
    traits, unread = found.traits, context.get("unread", 0)
    named = {"square": traits.square, "members_may_change": traits.members_may_change}
    seen = context.get("seen")
    return {
        "conversation": {
            "id": found.id,
            "traits": named,
            "message_count": found.message_count if context["letters"] else 0,
        },
        "sample": context.get("sample", False),
        "title": context["title"],
        "face": portrait(context["face"]),
        "others": [
            {"id": each.id, "label": each.label, "username": each.username} for each in context["others"]
        ],
        "more_members": context.get("more_members", False),
        "seen": {"online": seen.online, "last_seen": seen.last_seen} if seen else {},
        "unread": bool(unread),
        "feed": {"newest": context["feed"].newest if unread else 0},
        "standing": context.get("standing"),
        "moments": context.get("moments", ()),
        "mutes": context.get("mutes", ()),
        "labels": [
            ({"id": each.id, "colour": each.colour, "name": each.name}, carried)
            for each, carried in context.get("labels", ())
        ],
    }


def composer(context: Mapping[str, Any], *, most_files: int) -> Part:
    """What is begun in it, and what the reader may do with it."""
    found: Conversation = context["conversation"]
    draft = context["draft"]
    answered: Message | None = draft.answered
    values = {
        "conversation": {"id": found.id, "imported": found.imported, "copy_of_id": found.copy_of_id},
        "title": context["title"],
        "letters": context["letters"],
        "may_post": context["may_post"],
        "moments": context["moments"],
        "most_files": most_files,
        "client_id": mark("client_id"),
        "draft": {
            "body": draft.body,
            "reply_to": draft.reply_to,
            "attachments": draft.attachments,
            "errors": draft.errors,
            "answered": {"writer": {"label": answered.writer.label}, "body": answered.body}
            if answered
            else None,
        },
    }
    return Part(values, {"client_id": draft.client_id})
