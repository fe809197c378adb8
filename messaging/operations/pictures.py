"""The picture that a group is shown by. Each change is an event of the log, which tells that there is one now."""

from typing import IO
from uuid import UUID

from accounts import avatars
from accounts.models import User
from chatify.lib import ratelimit
from chatify.lib.errors import Forbidden
from messaging.events import CHANGED
from messaging.models import Conversation, Membership
from messaging.operations import log
from messaging.queries import access, rights


def show(actor: User, *, conversation: UUID, source: IO[bytes]) -> Conversation:
    """Show a group by this picture, cut to a square; the one before is forgotten.

    Raises Forbidden by right, NotFound for who is no member, Invalid about `avatar`: then the old one stays.
    """
    _require(found := access.conversation_for(actor, conversation), found.my)  # type: ignore[attr-defined]
    ratelimit.hit("group.avatar", actor.pk)
    key = avatars.keep(avatars.prepared(source), shelf=avatars.GROUPS)
    try:
        return _put(actor, conversation, key)
    except BaseException:
        avatars.remove(key, shelf=avatars.GROUPS)
        raise


def remove(actor: User, *, conversation: UUID) -> Conversation:
    """Show a group by its letters again; one that has no picture stays as it is. Raises as `show` does."""
    return _put(actor, conversation, "")


def _put(actor: User, conversation: UUID, key: str) -> Conversation:
    """Put the new one in place, then forget the old one: between the two nobody sees a broken one."""
    access.conversation_for(actor, conversation)
    with log.open_ledger(conversation) as ledger:
        row = ledger.conversation
        _require(row, access.membership_for(actor, conversation))
        old, row.avatar = row.avatar, key
        if old != key:
            row.save(update_fields=["avatar"])
            ledger.event(CHANGED, actor, {"picture": bool(key)})
    avatars.remove(old, shelf=avatars.GROUPS)
    return row


def _require(row: Conversation, my: Membership) -> None:
    if not row.traits.has_title:
        raise Forbidden("This conversation has no picture of its own.")
    if not rights.may_edit(row, my):
        raise Forbidden("Only owners and admins may change the picture of the group.")
