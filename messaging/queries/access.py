"""The lookup is the permission: what this finds, the asker may read; everything else does not exist."""

from uuid import UUID

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Invalid, NotFound
from messaging.models import Conversation, Membership


def conversation_for(user: User, id: UUID | str) -> Conversation:
    """The conversation, with the asker's membership as `.my`. Raises NotFound for strangers and removed members."""
    membership = membership_for(user, id)
    conversation = membership.conversation
    conversation.my = membership  # type: ignore[attr-defined]
    return conversation


def membership_for(user: User, id: UUID | str) -> Membership:
    """The asker's own membership, with its conversation. Raises NotFound."""
    try:
        key = ids.parse(id)
    except Invalid:
        raise NotFound("There is no such conversation.") from None
    rows = Membership.objects.select_related("conversation", "kept_draft").filter(
        conversation_id=key, user_id=user.pk, left_seq=None
    )
    membership = rows.first()
    if membership is None:
        raise NotFound("There is no such conversation.")
    return membership
