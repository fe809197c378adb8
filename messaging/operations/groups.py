"""What a group is called and what it is about, and who may do what in it. Each change is an event of the log."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from chatify.lib import text
from chatify.lib.digest import text_hash
from chatify.lib.errors import Forbidden, Invalid
from messaging.events import CHANGED
from messaging.models import Conversation
from messaging.models.conversation import RIGHTS
from messaging.operations import log
from messaging.queries import access, rights

TITLE_LENGTH = 100
TOPIC_LENGTH = 300
HISTORY = {"all": True, "joining": False}
WHO = {"everyone": True, "admins": False}


def change(
    actor: User,
    *,
    conversation: UUID,
    title: str | None = None,
    topic: str | None = None,
    allow: Mapping[str, str] | None = None,
) -> Conversation:
    """Change a group; what is left out stays, and what is equal is no change. `allow` says who may do what, as
    `Conversation.rights` does.

    Raises Forbidden by right, NotFound for who is no member, Invalid for a text or a right that cannot be.
    """
    access.conversation_for(actor, conversation)
    name = None if title is None else clean_title(title)
    about = None if topic is None else _clean_topic(topic)
    fields = _fields(allow or {})
    with log.open_ledger(conversation) as ledger:
        my = access.membership_for(actor, conversation)
        row = ledger.conversation
        if not row.traits.has_title:
            raise Forbidden("This conversation has no title of its own.")
        if not (name is None and about is None) and not rights.may_edit(row, my):
            raise Forbidden("Only owners and admins may rename the group.")
        if fields and not rights.manages(row, my):
            raise Forbidden("Only owners and admins say who may do what in the group.")
        if name is not None and name != row.title:
            set_title(ledger, actor, name)
        if about is not None and about != row.topic:
            _set_topic(ledger, actor, about)
        _allow(ledger, actor, fields)
    return ledger.conversation


def clean_title(title: str) -> str:
    """The name of a group as it is kept. Raises Invalid."""
    return text.clean_line(title, field="title", maximum=TITLE_LENGTH)


def set_title(
    ledger: log.Ledger[Conversation],
    actor: User,
    title: str,
    *,
    created: bool = False,
    at: datetime | None = None,
) -> None:
    """Name a conversation that is held: the log keeps a hash of the name."""
    ledger.conversation.title = title
    ledger.conversation.title_salt = secrets.token_hex(16)
    data: dict[str, Any] = {"title": text_hash(ledger.conversation.title_salt, title)}
    if created:
        data["created"] = True
    ledger.event(CHANGED, actor, data, at=at)


def _clean_topic(topic: str) -> str:
    return text.clean_line(topic, field="topic", maximum=TOPIC_LENGTH, required=False)


def _set_topic(ledger: log.Ledger[Conversation], actor: User, topic: str) -> None:
    row = ledger.conversation
    row.topic, row.topic_salt = topic, secrets.token_hex(16)
    row.save(update_fields=["topic", "topic_salt"])
    ledger.event(CHANGED, actor, {"topic": text_hash(row.topic_salt, topic)})


def _fields(allow: Mapping[str, str]) -> dict[str, bool]:
    """The columns that say so. Raises Invalid for what is no right, or no answer to it."""
    fields = {}
    for name, wish in allow.items():
        answers = HISTORY if name == "history" else WHO if name in RIGHTS else {}
        if wish not in answers:
            raise Invalid.field(name, "Choose one of the answers.")
        fields["open_history" if name == "history" else f"members_{name}"] = answers[wish]
    return fields


def _allow(ledger: log.Ledger[Conversation], actor: User, fields: Mapping[str, bool]) -> None:
    row, before = ledger.conversation, ledger.conversation.rights
    for name, value in fields.items():
        setattr(row, name, value)
    changed = {name: word for name, word in row.rights.items() if before[name] != word}
    if changed:
        row.save(update_fields=list(fields))
        ledger.event(CHANGED, actor, {"rights": changed})
