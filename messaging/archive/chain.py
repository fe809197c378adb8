"""What proves that a log is what it was: its entries as they were digested, and the salts of all texts there are.

Each digest is the SHA-256 of the one before and the entry's canonical JSON (`chatify.lib.digest`); each text is in its
entry as SHA-256 of salt and text. What was deleted has neither text nor salt any more, and the chain holds without.
"""

from collections.abc import Sequence
from typing import Any

from chatify.lib.digest import stamp
from messaging.events import HIDDEN
from messaging.models import Conversation, Message, MessageVersion
from messaging.queries import timeline

Shape = dict[str, Any]


def proof(row: Message, earlier: Sequence[MessageVersion]) -> Shape:
    """The salt of a message's text, of the names of its files, and of what it said before."""
    if row.deleted_at:
        return {}
    versions = [{"body": each.body, "salt": each.salt, "at": stamp(each.at)} for each in earlier]
    names = {str(file.pk): file.salt for file in row.files}
    return {"salt": row.salt, "versions": versions, "file_salts": names}


def names(conversation: Conversation) -> Shape:
    """The salts of what the conversation is called, as far as it has a title of its own."""
    salts = {"title_salt": conversation.title_salt, "topic_salt": conversation.topic_salt}
    return {"subject": conversation.title, **{name: salt for name, salt in salts.items() if salt}}


def entries(conversation: Conversation, low: int, high: int) -> list[Shape]:
    """The log after the seq `low` up to `high`; of what is for somebody else alone, only the place."""
    reader = str(conversation.my.user_id)  # type: ignore[attr-defined]
    return [
        {"seq": row.seq, "event": HIDDEN, "digest": row.digest}
        if row.withheld and str(row.actor_id) != reader
        else {
            "seq": row.seq,
            "event": row.type,
            "actor": str(row.actor_id) if row.actor_id else None,
            "at": stamp(row.at),
            "data": row.data,
            "digest": row.digest,
        }
        for row in timeline.log_between(conversation, low, high)
    ]
