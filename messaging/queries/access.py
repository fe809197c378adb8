"""The lookup is the permission: what this finds, the asker may read; everything else does not exist."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Invalid, NotFound
from chatify.lib.prepared import Prepared
from messaging.models import Conversation, Membership


def conversation_for(user: User, id: UUID | str) -> Conversation:
    """The conversation, with the asker's membership as `.my`. Raises NotFound for strangers and removed members."""
    membership = membership_for(user, id)
    conversation = membership.conversation
    conversation.my = membership  # type: ignore[attr-defined]
    return conversation


def picture_of(user: User, id: UUID | str, key: str = "") -> str:
    """The key of a conversation's picture, for its members; of no other than `key` where one is asked for. Raises
    NotFound."""
    found = conversation_for(user, id).avatar
    if not found or (key and key != found):
        raise NotFound("There is no such picture.")
    return found


def membership_for(user: User, id: UUID | str) -> Membership:
    """The asker's own membership, with its conversation. Raises NotFound."""
    try:
        key = ids.parse(id)
    except Invalid:
        raise NotFound("There is no such conversation.") from None
    found = _mine(key, user.pk)
    if not found:
        raise NotFound("There is no such conversation.")
    return found[0]


@Prepared
def _mine(conversation: UUID, user: UUID) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("conversation", "kept_draft")
    return rows.filter(conversation_id=conversation, user_id=user, left_seq=None)
