"""What somebody chose for themselves: small values by part, which only the part that keeps them understands."""

from typing import Any

from accounts.models import User
from chatify.lib import db


def keep(actor: User, part: str, **values: Any) -> User:
    """Merge `values` into what is kept of this part; what others keep at the same moment stays."""
    if all(actor.settings.get(part, {}).get(name) == value for name, value in values.items()):
        return actor
    with db.atomic():
        rows = User.objects.filter(pk=actor.pk)
        kept = rows.select_for_update(no_key=True).values_list("settings", flat=True).get()
        actor.settings = {**kept, part: {**kept.get(part, {}), **values}}
        rows.update(settings=actor.settings)
    return actor
