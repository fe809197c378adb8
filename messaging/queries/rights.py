"""Who may do what in a conversation, beside reading it. Only groups know owners and admins."""

from messaging.models import Conversation, Membership

MANAGERS = (Membership.Role.OWNER, Membership.Role.ADMIN)


def manages(conversation: Conversation, my: Membership) -> bool:
    """Whether the member keeps order here: what others wrote may be deleted for everyone."""
    return conversation.traits.members_may_change and my.role in MANAGERS


def may_pin(conversation: Conversation, my: Membership) -> bool:
    """In a group those who run it, elsewhere everybody."""
    return not conversation.traits.members_may_change or my.role in MANAGERS


def may_call_everyone(conversation: Conversation, my: Membership) -> bool:
    """The same people: `@everyone` rings at everybody's."""
    return may_pin(conversation, my)
