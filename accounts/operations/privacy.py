"""What others may know of the moment: presence, last seen, typing, receipts, and who; and who may add me to groups."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.events import ReachChanged
from accounts.models import User
from accounts.models.user import SWITCHES, Adders, Audience
from chatify.lib import db, events
from chatify.lib.errors import Invalid


def update(
    actor: User,
    *,
    switches: Mapping[str, bool] | None = None,
    audience: str | None = None,
    groups: str | None = None,
) -> User:
    """Change some of SWITCHES, who sees one's presence and who adds one to groups. Open pages of others follow at once.

    Raises Invalid for an audience or adders that are none.
    """
    fields: dict[str, object] = {
        f"shows_{name}": bool(on) for name, on in (switches or {}).items() if name in SWITCHES
    }
    if audience is not None:
        fields["audience"] = _one_of(Audience.values, audience, field="audience")
    if groups is not None:
        fields["adders"] = _one_of(Adders.values, groups, field="groups")
    if not fields:
        return actor
    for name, value in fields.items():
        setattr(actor, name, value)
    with db.atomic():
        actor.save(update_fields=list(fields))
        events.emit(ReachChanged((actor.id,)))
    return actor


def _one_of(values: Collection[str], value: str, *, field: str) -> str:
    if value not in values:
        raise Invalid.field(field, f"Choose one of {', '.join(values)}.")
    return value


def seen(users: Collection[UUID], at: datetime) -> None:
    """These people were here until then; never back in time. No second of it is kept."""
    minute = to_minute(at)
    earlier = Q(last_seen_at=None) | Q(last_seen_at__lt=minute)
    with db.atomic():
        User.objects.filter(earlier, pk__in=users).update(last_seen_at=minute)


def to_minute(at: datetime) -> datetime:
    """How exactly anybody learns when somebody was here."""
    return at.replace(second=0, microsecond=0)
