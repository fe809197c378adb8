"""From a verdict to a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from messaging.models import Notice
from messaging.notifications.policy import Event, Verdict

KINDS = {
    Event.EVERYONE: Notice.Kind.MENTION,
    Event.INVITED: Notice.Kind.INVITE,
    Event.ASKS_IN: Notice.Kind.INVITE,
}
"""Events that are shown as another kind of notice; all others have a kind of their own name."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom each channel reaches, of the people at hand."""

    channels: Mapping[str, frozenset[UUID]] = field(default_factory=dict)

    def due(self, channel: str, user: UUID, delay: timedelta | None, now: datetime) -> datetime | None:
        return now + delay if delay is not None and user in self.channels.get(channel, ()) else None

    def any(self, user: UUID) -> bool:
        return any(user in people for people in self.channels.values())


def kind_of(event: Event) -> str:
    return str(KINDS.get(event) or event)


def row(
    user: UUID, event: Event, key: str, verdict: Verdict, reach: Reach, now: datetime, **about: Any
) -> Notice | None:
    """The notice that a verdict asks for; None where nothing would come of it."""
    push = reach.due("push", user, verdict.push, now)
    mail = reach.due("mail", user, verdict.mail, now)
    quieted = verdict.quieted and reach.any(user)
    if not (verdict.listed or push or mail or quieted):
        return None
    return Notice(
        user_id=user,
        key=key,
        kind=kind_of(event),
        listed=verdict.listed,
        reason=verdict.reason,
        quieted=quieted,
        created_at=now,
        read_at=now if verdict.read else None,
        push_due=push,
        mail_due=mail,
        **about,
    )
