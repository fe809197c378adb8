"""Files of one person, for that person; and of all, for who runs the server."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Invalid, NotFound
from chatify.lib.prepared import Prepared
from media.models import Rendition, State, Upload

FINISHED = (State.PROCESSING, State.READY, State.FAILED)


@dataclass(frozen=True, slots=True)
class Used:
    """Bytes that somebody's files take, in all and of those begun since a time."""

    total: int
    lately: int


_known = Prepared(lambda id: Upload.objects.filter(pk=id))


def known(id: UUID) -> Upload | None:
    """A file, for who works on it."""
    return next(iter(_known(id)), None)


def own(owner: User, id: UUID | str, *, state: str | None = None) -> Upload:
    """One of my files. Raises NotFound for everybody else's, and for one that is not in this state."""
    try:
        key = ids.parse(id)
    except Invalid:
        raise NotFound("There is no such file.") from None
    upload = Upload.objects.filter(pk=key, owner_id=owner.pk).first()
    if upload is None or (state and upload.state != state):
        raise NotFound("There is no such file.")
    return upload


def free(owner: User, named: Iterable[str]) -> list[Upload]:
    """Those of these files that this person may still send, in the order in which they are named."""
    known: list[UUID] = [id for id in map(ids.read, named) if id]
    rows = Upload.objects.filter(pk__in=known, owner=owner, state__in=FINISHED, claimed_at=None)
    return sorted(rows, key=lambda row: known.index(row.pk))


def claimable(wanted: Iterable[UUID]) -> dict[UUID, Upload]:
    """Finished files that no message has, locked until the transaction ends."""
    rows = Upload.objects.select_for_update().filter(pk__in=list(wanted), state__in=FINISHED, claimed_at=None)
    return {row.pk: row for row in rows.order_by("pk")}


def used(owner: UUID, *, since: datetime) -> Used:
    """What counts against the limits of a person: everything but what was refused."""
    rows = Upload.objects.filter(owner_id=owner).exclude(state=State.REFUSED)
    sums = rows.aggregate(total=Sum("size"), lately=Sum("size", filter=Q(created_at__gt=since)))
    return Used(sums["total"] or 0, sums["lately"] or 0)


def twin(upload: Upload) -> Upload | None:
    """Another file of the same owner with the same bytes, already prepared."""
    same = Upload.objects.filter(owner_id=upload.owner_id, sha256=upload.sha256, purpose=upload.purpose)
    settled = same.filter(state__in=(State.READY, State.FAILED)).exclude(pk=upload.pk).exclude(sha256="")
    return settled.prefetch_related("renditions").order_by("id").first()


def in_use(keys: Iterable[str]) -> set[str]:
    """Which of these names in the store some row still tells of."""
    wanted = list(keys)
    made = Rendition.objects.filter(key__in=wanted).values_list("key", flat=True)
    return set(Upload.objects.filter(key__in=wanted).values_list("key", flat=True).union(made))


def rendition(upload: Upload, name: str) -> Rendition:
    """Something that was made of a file. Raises NotFound."""
    found = Rendition.objects.filter(upload_id=upload.pk, name=name).first()
    if found is None:
        raise NotFound("There is no such picture of this file.")
    return found


def totals() -> list[dict[str, Any]]:
    """Files and bytes by kind and state, for a report."""
    rows = Upload.objects.values("kind", "state").annotate(files=Count("id"), bytes=Sum("size"))
    return [dict(row) for row in rows.order_by("kind", "state")]


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files, and their bytes."""

    files: int
    bytes: int


def made() -> Amount:
    """What is kept of all renditions; shared ones count once."""
    sizes = dict(Rendition.objects.values_list("key", "size").iterator())
    return Amount(len(sizes), sum(sizes.values()))


def largest_owners(most: int) -> list[tuple[str, int]]:
    """Usernames and bytes, largest first."""
    rows = Upload.objects.exclude(state=State.REFUSED).values("owner__username").annotate(bytes=Sum("size"))
    return [(row["owner__username"], row["bytes"]) for row in rows.order_by("-bytes")[:most]]


def to_prepare(*, everything: bool) -> Iterable[Upload]:
    """Files that failed, or also those that are ready; page by page."""
    states = (State.FAILED, State.READY) if everything else (State.FAILED,)
    return Upload.objects.filter(state__in=states).order_by("id").iterator(chunk_size=100)


def unclaimed(before: datetime, *, after: UUID | None = None) -> list[Upload]:
    """A hundred files that were left before a time and never sent, those behind `after`."""
    rows = Upload.objects.filter(claimed_at=None, touched_at__lt=before)
    return list((rows.filter(pk__gt=after) if after else rows).order_by("id")[:100])


def still_unclaimed(wanted: Iterable[UUID]) -> list[Upload]:
    """Those of these files that no message has by now, locked until the transaction ends."""
    return list(
        Upload.objects.select_for_update().filter(pk__in=list(wanted), claimed_at=None).order_by("pk")
    )
