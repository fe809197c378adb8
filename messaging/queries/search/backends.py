"""The index of each sort of database behind one interface: the newest entries below a position that match.

PostgreSQL keeps the pairs of letters in a tsvector column under GIN, SQLite in an FTS5 table whose row numbers are the
positions. Any other database compares the texts themselves, which these do too with what their index finds.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from chatify.lib.folding import pairs
from messaging.models import SearchEntry
from messaging.queries.search.matching import Candidate, Match

COLUMNS = ("position", "message_id", "conversation_id", "sender_id", "number", "seq", "text")
WINDOWS = (10_000, 100_000)
_UNREAD = """ AND number > (
    SELECT m.read_number FROM messaging_membership AS m WHERE m.user_id = %s AND m.conversation_id = {}.conversation_id
    )"""


class Backend(Protocol):
    """One sort of database."""

    def newest(self, match: Match, *, below: int, limit: int) -> list[Candidate]:
        """Entries that match, newest first; fewer than `limit` only where there are no more."""

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

    def newest(self, match: Match, *, below: int, limit: int) -> list[Candidate]:
        rows = _narrowed(match, below)
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

    def put(self, entries: Sequence[SearchEntry]) -> None:
        SearchEntry.objects.bulk_create(entries)

    def remove(self, entries: Sequence[SearchEntry]) -> None:
        SearchEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()

    def unfindable(self, entries: Sequence[SearchEntry]) -> set[UUID]:
        return set()

    def clear(self) -> None:
        SearchEntry.objects.all().delete()


def _narrowed(match: Match, below: int) -> QuerySet[SearchEntry]:
    rows = SearchEntry.objects.filter(position__lt=below).order_by("-position")
    if match.above is not None:
        rows = rows.filter(position__gte=match.above)
    if match.conversations is not None:
        rows = rows.filter(conversation_id__in=match.conversations)
    if match.messages is not None:
        rows = rows.filter(message_id__in=match.messages)
    if match.within is not None:
        rows = rows.filter(conversation_id__in=match.within)
    return rows


class Sqlite(Portable):
    """FTS5 gives its rows in the order of their numbers, so the newest come first without sorting."""

    _BY_PAIRS = """
    SELECT e.position, e.message_id, e.conversation_id, e.sender_id, e.number, e.seq, e.text
    FROM messaging_search AS s CROSS JOIN messaging_searchentry AS e ON e.position = s.rowid
    WHERE messaging_search MATCH %s AND s.rowid < %s AND s.rowid >= %s{also} ORDER BY s.rowid DESC LIMIT %s
    """
    _BY_POSITION = """
    SELECT e.position, e.message_id, e.conversation_id, e.sender_id, e.number, e.seq, e.text
    FROM messaging_searchentry AS e WHERE e.position < %s AND e.position >= %s{also} ORDER BY e.position DESC LIMIT %s
    """
    _PUT = "INSERT INTO messaging_search (rowid, pairs) VALUES (%s, %s)"
    _LEADS = "SELECT 1 FROM messaging_search WHERE messaging_search MATCH %s AND rowid = %s"
    _REMOVE = "INSERT INTO messaging_search (messaging_search, rowid, pairs) VALUES ('delete', %s, %s)"

    def newest(self, match: Match, *, below: int, limit: int) -> list[Candidate]:
        if match.narrow:
            return super().newest(match, below=below, limit=limit)
        also, compared = self._also(match)
        asked = [self._asked(match)] if match.indexed else []
        statement = self._BY_PAIRS if match.indexed else self._BY_POSITION
        with connection.cursor() as cursor:
            cursor.execute(statement.format(also=also), (*asked, below, _floor(match), *compared, limit))
            return [Candidate(row[0], UUID(row[1]), UUID(row[2]), UUID(row[3]), *row[4:]) for row in cursor]

    def _asked(self, match: Match) -> str:
        wanted = [f'"{self._word(pair)}"' for pair in match.pairs]
        wanted += [f'"h{word}"' for word in match.has]
        if match.senders:
            wanted.append(_any_of(" OR ", (f'"u{sender.hex}"' for sender in match.senders)))
        return " AND ".join(wanted)

    def _also(self, match: Match) -> tuple[str, list[str]]:
        """What is compared of each row that is found: the cheap first. A plus keeps a column out of the choice of an
        index."""
        within, others = match.within, match.not_senders
        also = f" AND +e.conversation_id IN ({_marks(within)})" if within is not None else ""
        also += f" AND +e.sender_id NOT IN ({_marks(others)})" if others else ""
        also += _UNREAD.format("e") if match.unread_by else ""
        also += " AND instr(e.text, %s)" * len(match.terms) + " AND NOT instr(e.text, %s)" * len(
            match.without
        )
        ids = [each.hex for each in (*(within or ()), *others, match.unread_by) if each]
        return also, [*ids, *match.terms, *match.without]

    def put(self, entries: Sequence[SearchEntry]) -> None:
        super().put(entries)
        self._run(self._PUT, entries)

    def remove(self, entries: Sequence[SearchEntry]) -> None:
        self._run(self._REMOVE, entries)
        super().remove(entries)

    def unfindable(self, entries: Sequence[SearchEntry]) -> set[UUID]:
        """Asked by the rarest pairs of each: a text may have thousands."""
        with connection.cursor() as cursor:
            return {entry.pk for entry in entries if not self._leads_to(cursor, entry)}

    def _leads_to(self, cursor: Any, entry: SearchEntry) -> bool:
        rarest = Match(terms=[entry.text]).pairs
        words = [*map(self._word, rarest), f"u{entry.sender_id.hex}"]
        cursor.execute(self._LEADS, (" AND ".join(f'"{word}"' for word in words), entry.position))
        return cursor.fetchone() is not None

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO messaging_search (messaging_search) VALUES ('delete-all')")
        super().clear()

    def _run(self, statement: str, entries: Iterable[SearchEntry]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(entry.position, self._words(entry)) for entry in entries])

    def _words(self, entry: SearchEntry) -> str:
        own = [f"h{word}" for word in entry.has.split()] + [f"u{entry.sender_id.hex}"]
        return " ".join([*map(self._word, pairs(entry.text)), *own])

    @staticmethod
    @lru_cache(maxsize=50_000)
    def _word(pair: str) -> str:
        """A pair as a word of letters and digits, which no tokenizer takes apart."""
        return "z".join(f"{ord(char):x}" for char in pair)


class Postgresql(Portable):
    """GIN knows no order and takes a while for words made of common pairs: the newest texts are compared one by one, so
    many as hold what is found now and then, and the index is asked for what is rare among them."""

    _NEWEST = """
    SELECT position, message_id, conversation_id, sender_id, number, seq, text FROM messaging_searchentry
    WHERE position < %s AND position >= %s{also} ORDER BY {order} DESC LIMIT %s
    """
    _LEADS = """
    SELECT pairs = array_to_tsvector(string_to_array(%s, ' ')) FROM messaging_searchentry WHERE message_id = %s
    """
    _PUT = """
    INSERT INTO messaging_searchentry
    (message_id, conversation_id, sender_id, position, number, seq, has, text, pairs)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, array_to_tsvector(string_to_array(%s, ' ')))
    """

    def newest(self, match: Match, *, below: int, limit: int) -> list[Candidate]:
        if match.narrow:
            return super().newest(match, below=below, limit=limit)
        floor, found = _floor(match), list[Candidate]()
        for size in WINDOWS if match.indexed else ():
            low = self._start_of(size, below, floor)
            found += self._ask(match, below, floor if low is None else low, limit - len(found))
            if low is None or len(found) >= limit:
                return found
            below = low
            if not found:
                break
        return found + self._ask(match, below, floor, limit - len(found), by_pairs=match.indexed)

    def _start_of(self, size: int, below: int, floor: int) -> int | None:
        """Where the newest so many entries begin; None where there are fewer."""
        rows = SearchEntry.objects.filter(position__lt=below, position__gte=floor).order_by("-position")
        return rows.values_list("position", flat=True)[size : size + 1].first()

    def _ask(
        self, match: Match, below: int, low: int, limit: int, *, by_pairs: bool = False
    ) -> list[Candidate]:
        """By their pairs, or in the order of their positions: a sum keeps that index out of the choice."""
        also, compared = self._by_pairs(match) if by_pairs else self._one_by_one(match)
        statement = self._NEWEST.format(also=also, order="position + 0" if by_pairs else "position")
        with connection.cursor() as cursor:
            cursor.execute(statement, (below, low, *compared, limit))
            return [Candidate(*row) for row in cursor]

    def _by_pairs(self, match: Match) -> tuple[str, list[Any]]:
        words = [*match.pairs, *(f"has:{word}" for word in match.has)]
        wanted = [self._lexeme(word) for word in words]
        if match.senders:
            wanted.append(_any_of(" | ", (self._lexeme(f"by:{sender.hex}") for sender in match.senders)))
        also, compared = self._also(match)
        return f" AND pairs @@ %s::tsquery{also}", [" & ".join(wanted), *compared]

    def _one_by_one(self, match: Match) -> tuple[str, list[Any]]:
        also, compared = self._also(match)
        given = " AND strpos(has, %s) > 0" * len(match.has)
        given += " AND sender_id = ANY(%s)" if match.senders else ""
        return given + also, [*match.has, *([list(match.senders)] if match.senders else []), *compared]

    @staticmethod
    def _also(match: Match) -> tuple[str, list[Any]]:
        """What is compared of each row that is found."""
        also = " AND conversation_id = ANY(%s)" if match.within is not None else ""
        also += " AND sender_id <> ALL(%s)" if match.not_senders else ""
        also += _UNREAD.format("messaging_searchentry") if match.unread_by else ""
        also += " AND strpos(text, %s) > 0" * len(match.terms) + " AND strpos(text, %s) = 0" * len(
            match.without
        )
        lists = [list(ids) for ids in (match.within, match.not_senders or None) if ids is not None]
        reader = [match.unread_by] if match.unread_by else []
        return also, [*lists, *reader, *match.terms, *match.without]

    def put(self, entries: Sequence[SearchEntry]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(self._PUT, [self._values(entry) for entry in entries])

    def unfindable(self, entries: Sequence[SearchEntry]) -> set[UUID]:
        return {entry.pk for entry in entries if not self._leads_to(entry)}

    def _leads_to(self, entry: SearchEntry) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(self._LEADS, (self._words(entry), entry.pk))
            return cursor.fetchone() == (True,)

    def _words(self, entry: SearchEntry) -> str:
        own = [f"has:{word}" for word in entry.has.split()] + [f"by:{entry.sender_id.hex}"]
        return " ".join([*pairs(entry.text), *own])

    def _values(self, entry: SearchEntry) -> tuple[Any, ...]:
        place = (entry.position, entry.number, entry.seq)
        ids = (entry.message_id, entry.conversation_id, entry.sender_id)
        return (*ids, *place, entry.has, entry.text, self._words(entry))

    @staticmethod
    def _lexeme(word: str) -> str:
        escaped = word.replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'"


LOWEST = -(2**63)
_BY_VENDOR: dict[str, Backend] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
_portable: Backend = Portable()


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _any_of(separator: str, words: Iterable[str]) -> str:
    return f"({separator.join(words)})"


def _floor(match: Match) -> int:
    return LOWEST if match.above is None else match.above


def current() -> Backend:
    """The one for the database in use."""
    return _BY_VENDOR.get(connection.vendor, _portable)
