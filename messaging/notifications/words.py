"""What a notice says, in the place of who reads it: made when it is shown, from what it points at."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from chatify.lib.digest import stamp
from messaging import kinds
from messaging.models import Conversation, Message, Notice
from messaging.notifications.policy import WORDS, Reason
from messaging.presenters import place_of

Kind = Notice.Kind
SOMEBODY = "Somebody"
SETTINGS = "settings_notifications"
HERE = frozenset(
    (Reason.ALL_HERE, Reason.MENTIONED, Reason.REPLIED, Reason.EVERYONE, Reason.REACTED, Reason.ADDED)
)
"""Reasons that the conversation's own page has the switch for; all others are in one's settings."""
TITLES = {
    Kind.MESSAGE: "{who}",
    Kind.MENTION: "{who} mentioned you",
    Kind.REPLY: "{who} answered you",
    Kind.KEYWORD: "{who} wrote “{said}”",
    Kind.REACTION: "{who} reacted {said}",
    Kind.REQUEST: "{who} wants to write to you",
    Kind.CONTACT: "{who} asks to be your contact",
    Kind.INVITE: "{who} added you",
    Kind.MISSED_CALL: "Missed call from {who}",
    Kind.SCHEDULED_FAILED: "A message was not sent",
    Kind.REPORT: "What became of your report",
    Kind.SUMMARY: "While it was quiet",
}

BY_REASON = {
    Reason.INVITED: "{who} invites you into a group",
    Reason.ASKS_IN: "{who} asks to be let in",
}
"""Where the kind alone does not tell."""


@dataclass(frozen=True, slots=True)
class Words:
    """`why` says why they got it and `setting` where they change that; `place` is the conversation's name."""

    title: str
    text: str
    url: str
    why: str
    setting: str
    place: str = ""


def of(user: User, row: Notice) -> Words:
    """Needs `conversation`, `message` and `actor` loaded."""
    reason = Reason(row.reason)
    place = _place(user, row)
    title = BY_REASON.get(reason, TITLES[Kind(row.kind)]).format(who=_who(row), said=row.said)
    named = place if place and place != _who(row) else ""
    return Words(
        title=f"{title} in {named}" if named and row.message_id else title,
        text=_text(row, named),
        url=_url(row),
        why=WORDS[reason],
        setting=_setting(row, reason),
        place=named,
    )


def shape(user: User, row: Notice) -> dict[str, Any]:
    """The notice of API.md."""
    words = of(user, row)
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "title": words.title,
        "text": words.text,
        "url": words.url,
        "reason": words.why,
        "setting": words.setting,
        "conversation": str(row.conversation_id) if row.conversation_id else None,
        "read_at": stamp(row.read_at) if row.read_at else None,
        "created_at": stamp(row.created_at),
    }


def _who(row: Notice) -> str:
    return row.actor.label if row.actor else SOMEBODY


def _place(user: User, row: Notice) -> str:
    if row.conversation is None:
        return ""
    traits = row.conversation.traits
    return kinds.title_of(traits, title=row.conversation.title, others=[_who(row)], me=user.label)


def _text(row: Notice, place: str) -> str:
    match Kind(row.kind):
        case Kind.SUMMARY:
            return f"New for you in {row.said} conversation{'' if row.said == '1' else 's'}."
        case Kind.SCHEDULED_FAILED:
            return row.said
        case Kind.INVITE if row.conversation_id is None:
            return row.said
        case Kind.REPORT:
            return "Staff looked at it and left you an answer."
        case Kind.REQUEST:
            return place
        case _:
            return _line(row.message) if row.message else place


def _line(message: Message) -> str:
    return "" if message.deleted_at else message.line


def _url(row: Notice) -> str:
    match Kind(row.kind):
        case Kind.CONTACT:
            return reverse("people")
        case Kind.SCHEDULED_FAILED:
            return reverse("scheduled")
        case Kind.REPORT:
            return reverse("settings_reports")
        case Kind.SUMMARY:
            return reverse("inbox")
        case Kind.INVITE if row.conversation_id is None:
            return reverse("invite", args=[row.key.partition(":")[2]])
        case Kind.INVITE if row.reason == Reason.ASKS_IN:
            return f"{reverse('invitations', args=[row.conversation_id])}#asking"
        case _:
            return _at(row.conversation, row.message)


def _at(conversation: Conversation | None, message: Message | None) -> str:
    if message is not None:
        return place_of(message)
    return reverse("conversation", args=[conversation.pk]) if conversation else reverse("inbox")


def _setting(row: Notice, reason: Reason) -> str:
    if row.conversation_id and reason in HERE:
        return f"{reverse('details', args=[row.conversation_id])}#hear"
    return reverse(SETTINGS)
