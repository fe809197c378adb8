"""What everything that is done to one message has in common: it is found, its conversation held, the log told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib.digest import to_milliseconds
from chatify.lib.errors import Conflict
from messaging.models import Conversation, Membership, Message
from messaging.operations import log, unheard
from messaging.queries import access, extras, rights, timeline


@dataclass(slots=True)
class Acting:
    """A message whose conversation this transaction holds, and the member who does something to it."""

    actor: User
    message: Message
    my: Membership
    ledger: log.Ledger[Conversation]
    at: datetime = field(default_factory=lambda: to_milliseconds(timezone.now()))

    @property
    def own(self) -> bool:
        return self.message.sender_id == self.actor.pk

    @property
    def manages(self) -> bool:
        return rights.manages(self.ledger.conversation, self.my)

    @property
    def unheard(self) -> bool:
        """Whether what the actor does here is for nobody else: the other person of the chat blocked them."""
        return unheard.withholds(self.ledger.conversation, self.actor)

    def require_text(self) -> None:
        """Raises Conflict for a message that is an empty place already."""
        if self.message.deleted_at:
            raise Conflict("This message was deleted.")

    def tell(self, type: str, data: Mapping[str, Any]) -> None:
        """One event of the log, which shows the message as it is now."""
        extras.load([self.message], reader=self.actor.pk if self.unheard else None)
        told = {"message": str(self.message.pk), **data}
        self.ledger.event(type, self.actor, told, at=self.at, message=self.message)


@contextmanager
def on(actor: User, message: UUID | str) -> Iterator[Acting]:
    """Hold the conversation of a message that the actor may read. Raises NotFound for every other message.

    It is read again under the lock: who was removed meanwhile does nothing more.
    """
    found = timeline.message(actor, message)
    with log.open_ledger(found.conversation_id) as ledger:
        row = timeline.message(actor, found.pk)
        yield Acting(actor, row, access.membership_for(actor, row.conversation_id), ledger)
