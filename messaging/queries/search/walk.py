"""Going through what the index gives, newest first, and keeping what the person may read and asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from accounts.models import User
from accounts.models.user import unshown
from chatify.lib.folding import fold
from messaging.models import Message, SearchEntry
from messaging.models.search import position_from
from messaging.queries import extras, stars, visible
from messaging.queries.search import backends, texts
from messaging.queries.search.grammar import Wanted
from messaging.queries.search.matching import Candidate, Match, Way
from messaging.queries.search.scope import Scope
from messaging.queries.search.ways import Plan, chosen

SPARE, GROWTH, LARGEST_BATCH = 10, 4, 8_000
MOST_READ = 120
MOST_LOOKED_AT = 20_000
"""So many entries are compared for one page; what is further back comes with the next."""
SECONDS = 0.08
"""So long a page is looked for, a stretch at least; likewise."""
HASTE, LEAST_GROWTH, MOST_GROWTH = 0.5, 0.25, 8.0
"""A stretch may take so much of the time that is left, and be so many times as wide as the one before."""
LAST = 0.15
"""What is left of the time when no other stretch is begun."""
NEWEST = 2**63 - 1


def messages(user: User, where: Scope, *, below: int, limit: int) -> tuple[list[Message], int | None]:
    """A page of messages, and the position below which the next one begins."""
    wanted = where.wanted
    match = where.match()
    if match is None:
        return [], None
    if wanted.before is not None:
        below = min(below, position_from(wanted.before))
    walk = _Walk(user, where, match, below, size=limit + SPARE)
    walk.begin(position_from(wanted.after) if wanted.after else 0)
    found: list[tuple[int, Message]] = []
    while len(found) <= limit and walk.goes_on():
        found += walk.step()
    shown = found[:limit]
    more = shown[-1][0] if len(found) > limit else None if walk.ended else walk.below
    return [message for _, message in shown], more


@dataclass(slots=True)
class _Walk:
    """Goes from `below` down to `low` by stretches, each as wide as the time that is left allows."""

    user: User
    where: Scope
    match: Match
    below: int
    size: int
    low: int = 0
    plan: Plan = Plan(Way.MINE)
    until: float = field(default_factory=lambda: monotonic() + SECONDS)
    looked_at: int = 0
    steps: int = 0
    ended: bool = False

    def begin(self, low: int) -> None:
        """Find the ends, and the way."""
        places = SearchEntry.objects.filter(position__gte=low, position__lt=self.below).values_list(
            "position", flat=True
        )
        first, last = places.order_by("position").first(), places.order_by("-position").first()
        if first is None or last is None:
            self.ended = True
            return
        self.low, self.below = first, last + 1
        self.plan = chosen(backends.current(), self.match, low=self.low, below=self.below)

    def goes_on(self) -> bool:
        """Whether there is more, and time for it; each page comes further than the one before it."""
        if self.ended or self.looked_at >= MOST_LOOKED_AT:
            return False
        return not self.steps or self.until - monotonic() > SECONDS * LAST

    def step(self) -> list[tuple[int, Message]]:
        """The next stretch: few entries at first, more where few of them fit."""
        batch = self._stretch()
        self.looked_at += len(batch)
        self.steps += 1
        self.size = min(self.size * GROWTH, LARGEST_BATCH)
        fitting = [row for row in batch if self.where.admits(row)]
        if len(fitting) > MOST_READ:
            fitting = fitting[:MOST_READ]
            self.below, self.ended = fitting[-1].position, False
        rows = _readable(self.user, self.where.wanted, [row.message_id for row in fitting])
        return [(row.position, rows[row.message_id]) for row in fitting if row.message_id in rows]

    def _stretch(self) -> list[Candidate]:
        way, span = self.plan
        low = self.low if span is None else max(self.low, self.below - span)
        began = monotonic()
        batch = backends.current().newest(self.match, way, low=low, below=self.below, limit=self.size)
        if len(batch) == self.size:
            self.below = batch[-1].position
            return batch
        self.below, self.ended = low, low <= self.low
        if span is not None:
            now = monotonic()
            growth = (self.until - now) * HASTE / max(now - began, 0.001)
            self.plan = Plan(way, max(1, int(span * min(max(growth, LEAST_GROWTH), MOST_GROWTH))))
        return batch


def _readable(user: User, wanted: Wanted, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """These messages as they are now, without what is deleted, hidden, withheld or says something else meanwhile."""
    if not ids:
        return {}
    rows = Message.objects.filter(visible.messages(user.pk), pk__in=ids, deleted_at=None)
    people = (*unshown("sender"), *unshown("reply_to__sender"))
    found = list(rows.select_related("sender", "reply_to", "reply_to__sender").defer(*people))
    extras.load(found, reader=user.pk)
    starred = stars.among(user.pk, found) if "starred" in wanted.not_states else set()
    return {row.pk: row for row in found if row.pk not in starred and _holds(row, wanted)}


def _holds(row: Message, wanted: Wanted) -> bool:
    marks = {"edited": row.edited_at is not None, "pinned": row.pin is not None}
    if any(marks.get(state) is False for state in wanted.states):
        return False
    if any(marks.get(state, False) for state in wanted.not_states):
        return False
    if not (wanted.terms or wanted.without):
        return True
    text = fold(texts.of(row))
    return all(term in text for term in wanted.terms) and not any(term in text for term in wanted.without)
