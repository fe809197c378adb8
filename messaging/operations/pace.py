"""How often a person may send and start conversations. The doors for people ask here; commands and imports do not.

No limit stands before the first answer: a retry of what was done gets it, however often it comes.
"""

from uuid import UUID

from accounts.models import User
from chatify.lib import ratelimit, strain
from chatify.lib.errors import TooMany
from messaging.models import Conversation, Membership, Message


def before_send(sender: User, *, conversation: UUID, client_id: UUID) -> None:
    """Raises TooMany beyond the sender's pace or what the server can do, unless this very message was sent before."""
    try:
        strain.refuse("send")
        ratelimit.hit("send", sender.id)
    except TooMany:
        sent = Message.objects.filter(conversation_id=conversation, sender=sender, client_id=client_id)
        if not sent.exists():
            raise


def before_start(actor: User, name: str, *, client_id: UUID) -> None:
    """Raises TooMany for a new `conversation.chat` or `conversation.mail` too many."""
    if not Conversation.objects.filter(created_by=actor, client_id=client_id).exists():
        ratelimit.hit(name, actor.id)


def before_direct(actor: User, *, other: User) -> None:
    """Raises TooMany for a new chat too many; to find the one there is costs nothing."""
    shared = Membership.objects.filter(user=actor, conversation__memberships__user=other)
    if not shared.exclude(conversation__direct_key=None).exists():
        ratelimit.hit("conversation.chat", actor.id)


def before_act(actor: User) -> None:
    """Raises TooMany for edits, deletions, reactions and pins beyond the actor's pace."""
    ratelimit.hit("message.act", actor.id)
