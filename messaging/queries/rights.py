"""Who may do what in a conversation, beside reading it: the one place that decides. Only groups know owners and admins,
who may do everything but what is an owner's alone; what members may do, too, stands on the conversation.
"""

from typing import Protocol

from accounts.models import User
from chatify.lib.errors import Forbidden
from messaging.models import Conversation, Membership, Message
from messaging.models.conversation import RIGHTS

ADMINS_POST = "Only admins post here."
NOT_GONE = "The first letter of this thread has not gone yet. Change it where it waits."


class Posting(Protocol):
    """What decides about writing: the conversation's row, or the part of it that a send holds."""

    members_post: bool
    head: int


class Manager(Protocol):
    """A membership, or the part of it that a send holds."""

    @property
    def manages(self) -> bool: ...


def may_post(conversation: Posting, my: Manager) -> bool:
    """Where only admins write, nobody else does."""
    return conversation.members_post or my.manages


def require_post(conversation: Posting, my: Manager) -> None:
    """Raises Forbidden where the member only reads."""
    if not may_post(conversation, my):
        raise Forbidden(refusal(conversation))


def refusal(conversation: Posting) -> str:
    """Why who only reads may not write: a group says so, and so does a thread whose first letter waits."""
    return ADMINS_POST if conversation.head else NOT_GONE


def manages(conversation: Conversation, my: Membership) -> bool:
    """Whether the member keeps order here: who is in it, who may do what, what others wrote may be deleted."""
    return conversation.traits.members_may_change and my.manages


def require_managing(conversation: Conversation, my: Membership) -> None:
    """Raises Forbidden for who does not run the group."""
    if not manages(conversation, my):
        raise Forbidden("Only owners and admins may do this.")


def may_pin(conversation: Conversation, my: Membership) -> bool:
    """In a group those who run it, unless it lets all; elsewhere everybody."""
    return not conversation.traits.members_may_change or _may(conversation.members_pin, conversation, my)


def may_add(conversation: Conversation, my: Membership) -> bool:
    """Add people, and make links that let people join."""
    return _may(conversation.members_add, conversation, my)


def may_edit(conversation: Conversation, my: Membership) -> bool:
    """Change the name, the topic and the picture."""
    return _may(conversation.members_edit, conversation, my)


def may_switch_previews(conversation: Conversation, my: Membership) -> bool:
    """Whether links get cards: in a group those who run it say so, elsewhere everybody."""
    return not conversation.traits.members_may_change or my.manages


def shows_previews(conversation: Conversation) -> bool:
    """Whether links get cards: unless somebody switched that, in groups yes and between few no."""
    return conversation.traits.previews if conversation.previews is None else conversation.previews


def may_call_everyone(conversation: Conversation, my: Membership) -> bool:
    """`@everyone` rings at everybody's: in a group that is for those who run it."""
    return not conversation.traits.members_may_change or my.manages


def answerable(user: User, row: Message) -> bool:
    """Whether a letter of its own can go to who wrote this one: somebody else, who is here, and has truly sent it."""
    sent = row.letter is None and row.sender.is_active and row.sender_id != user.pk
    return sent and not row.deleted_at and row.conversation.traits.has_subject


def of(conversation: Conversation, my: Membership) -> dict[str, bool]:
    """What the member may do of what a group can leave to all."""
    decided = (may_post, may_add, may_pin, may_edit)
    return {name: may(conversation, my) for name, may in zip(RIGHTS, decided, strict=True)}


def _may(members: bool, conversation: Conversation, my: Membership) -> bool:
    return conversation.traits.members_may_change and (members or my.manages)
