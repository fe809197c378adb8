"""What every sort of database does for search, and the one that has no index for it: it compares the texts."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from messaging.models import SearchEntry
from messaging.queries.search.matching import Candidate, Match, Way

COLUMNS = ("position", "message_id", "conversation_id", "sender_id", "number", "seq", "text")


class Backend(Protocol):
    """One sort of database."""

    ordered: bool
    """Whether its index gives the newest first: a stretch of it costs less than all of it."""

    def newest(self, match: Match, way: Way, *, low: int, below: int, limit: int) -> list[Candidate]:
        """Entries between these positions that match, newest first; fewer than `limit` only where there are no more."""

    def likely(self, match: Match, *, low: int, below: int) -> int:
        """How many entries between these positions the index leads to; they are compared afterwards."""

    def total(self) -> int:
        """About how many entries there are."""

    def put(self, entries: Sequence[SearchEntry]) -> None:
        """Store new entries."""

    def remove(self, entries: Sequence[SearchEntry]) -> None:
        """Forget entries, as they are stored."""

    def unfindable(self, entries: Sequence[SearchEntry]) -> set[UUID]:
        """The messages among stored entries that the index does not lead to."""

    def clear(self) -> None:
        """Forget everything."""


class Portable:
    """Compares the texts, in any database."""

    ordered = False

    def newest(self, match: Match, way: Way, *, low: int, below: int, limit: int) -> list[Candidate]:
        rows = SearchEntry.objects.filter(position__gte=low, position__lt=below).order_by("-position")
        if match.conversations is not None:
            rows = rows.filter(conversation_id__in=match.conversations)
        if match.messages is not None:
            rows = rows.filter(message_id__in=match.messages)
        for term in match.terms:
            rows = rows.filter(text__contains=term)
        for term in match.without:
            rows = rows.exclude(text__contains=term)
        for word in match.has:
            rows = rows.filter(has__contains=word)
        if match.senders:
            rows = rows.filter(sender_id__in=match.senders)
        if match.not_senders:
            rows = rows.exclude(sender_id__in=match.not_senders)
        return [Candidate(*row) for row in rows.values_list(*COLUMNS)[:limit]]

    def likely(self, match: Match, *, low: int, below: int) -> int:
        return SearchEntry.objects.filter(position__gte=low, position__lt=below).count()

    def total(self) -> int:
        return SearchEntry.objects.count()

    def put(self, entries: Sequence[SearchEntry]) -> None:
        SearchEntry.objects.bulk_create(entries)

    def remove(self, entries: Sequence[SearchEntry]) -> None:
        SearchEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()

    def unfindable(self, entries: Sequence[SearchEntry]) -> set[UUID]:
        return set()

    def clear(self) -> None:
        SearchEntry.objects.all().delete()
