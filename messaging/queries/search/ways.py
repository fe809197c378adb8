"""Which way of finding costs least for what is asked, told from the newest entries."""

from typing import NamedTuple

from messaging.models import SearchEntry
from messaging.queries.search.matching import Match, Way
from messaging.queries.search.portable import Backend

FEW_MESSAGES = 20_000
"""So many of one's own are compared one by one and at once."""
RARE = 10_000
"""So many entries that hold the pairs of letters are read by the index at once, where it knows no order."""
SAMPLE = 1_000
COMMON = 0.5
"""From this share on the index is no help."""
PART = 4
"""Who has less than this part of all entries is better looked for in their own conversations."""
STRETCHES = 4
"""What is rare is looked for in stretches as wide at first, where a stretch costs less than all."""
FIRST = {Way.MINE: 2_000, Way.PAIRS: 10_000, Way.WHOLE: 10_000}
"""So many entries are in the first stretch, about."""


class Plan(NamedTuple):
    """`span`: how wide the first stretch is; None is all at once."""

    way: Way
    span: int | None = None


def chosen(backend: Backend, match: Match, *, low: int, below: int) -> Plan:
    """How to go from `below` down to `low`."""
    listed = match.conversations is not None
    if match.messages is not None or (listed and match.rows <= FEW_MESSAGES):
        return Plan(Way.MINE)
    share, total = _share(backend, match, low=low, below=below), backend.total()
    if match.indexed and share * total <= RARE:
        return Plan(Way.PAIRS, max(1, (below - low) // STRETCHES) if backend.ordered else None)
    if listed and match.rows * PART < total:
        return Plan(Way.MINE, max(1, (below - low) * FIRST[Way.MINE] // match.rows))
    way = Way.PAIRS if match.indexed and backend.ordered and share < COMMON else Way.WHOLE
    return Plan(way, _width(way, low, below))


def _share(backend: Backend, match: Match, *, low: int, below: int) -> float:
    """Which part of the entries the index leads to, among the newest ones."""
    if not match.indexed:
        return 1.0
    begin = _start_of(SAMPLE, low, below)
    return backend.likely(match, low=low if begin is None else begin, below=below) / SAMPLE


def _width(way: Way, low: int, below: int) -> int | None:
    begin = _start_of(FIRST[way], low, below)
    return None if begin is None else below - begin


def _start_of(count: int, low: int, below: int) -> int | None:
    """Where the newest so many entries begin; None where there are fewer."""
    rows = SearchEntry.objects.filter(position__lt=below, position__gte=low).order_by("-position")
    return rows.values_list("position", flat=True)[count : count + 1].first()
