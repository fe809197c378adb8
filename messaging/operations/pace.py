"""How often a person may send and start conversations. The doors for people ask here; commands and imports do not.

No limit stands before the first answer: a retry of what was done gets it, however often it comes.
"""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from chatify.lib import ratelimit, strain
from chatify.lib.errors import TooMany
from messaging import kinds
from messaging.models import Conversation, Membership, Message
from messaging.queries import requests


def before_send(sender: User, *, conversation: UUID, client_id: UUID) -> None:
    """Raises TooMany beyond the sender's pace or what the server can do, unless this very message was sent before."""
    try:
        strain.refuse("send")
        ratelimit.hit("send", sender.id)
    except TooMany:
        sent = Message.objects.filter(conversation_id=conversation, sender=sender, client_id=client_id)
        if not sent.exists():
            raise


def before_start(actor: User, kind: kinds.Kind, *, client_id: UUID, people: Sequence[User] = ()) -> None:
    """Raises TooMany for one new chat or letter too many, or for one that asks too many strangers of these people."""
    if not Conversation.objects.filter(created_by=actor, client_id=client_id).exists():
        ratelimit.hit(f"conversation.{kind.layout}", actor.id)
        _meet(actor, kind, people)


def before_direct(actor: User, *, other: User) -> None:
    """Raises TooMany for a new chat too many; to find the one there is costs nothing."""
    shared = Membership.objects.filter(user=actor, conversation__memberships__user=other)
    if not shared.exclude(conversation__direct_key=None).exists():
        ratelimit.hit("conversation.chat", actor.id)
        _meet(actor, kinds.DIRECT, [other])


def before_add(actor: User, *, conversation: UUID, people: Sequence[User]) -> None:
    """Raises TooMany for asking too many strangers into a group; who is there already is none."""
    here = Membership.objects.filter(conversation_id=conversation, user__in=people, left_seq=None)
    there = set(here.values_list("user_id", flat=True))
    _meet(actor, kinds.GROUP, [person for person in people if person.id not in there])


def before_invite(actor: User, *, people: int = 1) -> None:
    """Raises TooMany beyond the links and the people one may invite in a day."""
    for _ in range(people):
        ratelimit.hit("invitation", actor.id)


def before_use(visitor: str) -> None:
    """Raises TooMany for an address that tries too many invitations; `visitor` is its network."""
    ratelimit.hit("invitation.use", visitor)


def before_act(actor: User) -> None:
    """Raises TooMany for edits, deletions, reactions and pins beyond the actor's pace."""
    ratelimit.hit("message.act", actor.id)


def _meet(actor: User, kind: kinds.Kind, people: Sequence[User]) -> None:
    """First contact with each stranger who is asked counts; who was asked into something already and has not answered
    is none."""
    if people and ratelimit.limit_for("conversation.stranger"):
        strangers = requests.strangers_to(actor, requests.asking(kind, people))
        asked = Membership.objects.filter(user__in=strangers, asked_by=actor, left_seq=None)
        asked = asked.exclude(request=Membership.Request.NONE)
        for _ in strangers - set(asked.values_list("user_id", flat=True)):
            ratelimit.hit("conversation.stranger", actor.id)
