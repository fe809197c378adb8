"""The lineage of this database."""

from functools import lru_cache
from uuid import UUID

from chatify.lib import db
from messaging.models import LogEpoch


@lru_cache(maxsize=1)
def epoch_id() -> UUID:
    """The epoch's id, the latest row; made on first use. Kept for the process: a restore restarts the server."""
    if newest := LogEpoch.objects.order_by("-created_at", "-id").first():
        return newest.id
    with db.atomic():
        first = LogEpoch.objects.order_by("created_at", "id").first()
        return (first or LogEpoch.objects.create()).id
