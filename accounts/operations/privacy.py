"""What others may know of the moment: presence, last seen, typing, receipts, and who."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from accounts.events import ReachChanged
from accounts.models import User
from accounts.models.user import SWITCHES, Audience
from chatify.lib import db, events
from chatify.lib.errors import Invalid


def update(actor: User, *, switches: Mapping[str, bool] | None = None, audience: str | None = None) -> User:
    """Change some of SWITCHES and who sees one's presence. Open pages of others follow at once.

    Raises Invalid for an audience that is none.
    """
    fields = {f"shows_{name}": bool(on) for name, on in (switches or {}).items() if name in SWITCHES}
    if audience is not None:
        if audience not in Audience.values:
            raise Invalid.field("audience", f"Choose one of {', '.join(Audience.values)}.")
        fields["audience"] = audience  # type: ignore[assignment]
    if not fields:
        return actor
    for name, value in fields.items():
        setattr(actor, name, value)
    with db.atomic():
        actor.save(update_fields=list(fields))
        events.emit(ReachChanged((actor.id,)))
    return actor


def seen(user: UUID, at: datetime) -> None:
    """Somebody was here until then; never back in time."""
    with db.atomic():
        rows = User.objects.filter(pk=user)
        rows.filter(last_seen_at=None).update(last_seen_at=at)
        rows.filter(last_seen_at__lt=at).update(last_seen_at=at)
