"""The index of each sort of database behind one interface: the newest entries of a stretch that match.

PostgreSQL keeps the pairs of letters in a tsvector column under GIN, SQLite in an FTS5 table whose row numbers are the
positions. Any other database compares the texts themselves, which these do too with what their index finds.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from chatify.lib.folding import pairs
from messaging.models import SearchEntry
from messaging.queries.search.matching import Candidate, Match, Way
from messaging.queries.search.portable import Backend, Portable

_UNREAD = """ AND number > (
    SELECT m.read_number FROM messaging_membership AS m WHERE m.user_id = %s AND m.conversation_id = {}.conversation_id
    )"""


class _Indexed(Portable):
    """Asks its index by statements of its own."""

    _LIKELY: str
    _TOTAL: str

    def likely(self, match: Match, *, low: int, below: int) -> int:
        return _number(self._LIKELY, (self._asked(match), low, below))

    def total(self) -> int:
        return _number(self._TOTAL)

    def _asked(self, match: Match) -> str:
        """The question to the index."""
        raise NotImplementedError


class Sqlite(_Indexed):
    """FTS5 gives its rows in the order of their numbers, so the newest come first without sorting."""

    ordered = True
    # Which index is used is said, not left to be guessed: by name, or by a plus before what is not to be asked of one.
    _FROM = {
        Way.MINE: "messaging_searchentry AS e INDEXED BY search_in_conversation WHERE",
        Way.WHOLE: "messaging_searchentry AS e WHERE",
        Way.PAIRS: """messaging_search AS s CROSS JOIN messaging_searchentry AS e ON e.position = s.rowid
            WHERE messaging_search MATCH %s AND""",
    }
    _PLACE = {Way.MINE: "e.position", Way.WHOLE: "e.position", Way.PAIRS: "s.rowid"}
    _NEWEST = """
    SELECT e.position, e.message_id, e.conversation_id, e.sender_id, e.number, e.seq, e.text
    FROM {source} {place} >= %s AND {place} < %s{also} ORDER BY {order} DESC LIMIT %s
    """
    _LIKELY = (
        "SELECT count(*) FROM messaging_search WHERE messaging_search MATCH %s AND rowid >= %s AND rowid < %s"
    )
    # The numbers of rows are given one after the other.
    _TOTAL = "SELECT max(rowid) FROM messaging_searchentry"
    _PUT = "INSERT INTO messaging_search (rowid, pairs) VALUES (%s, %s)"
    _LEADS = "SELECT 1 FROM messaging_search WHERE messaging_search MATCH %s AND rowid = %s"
    _REMOVE = "INSERT INTO messaging_search (messaging_search, rowid, pairs) VALUES ('delete', %s, %s)"

    def newest(self, match: Match, way: Way, *, low: int, below: int, limit: int) -> list[Candidate]:
        if match.messages is not None:
            return super().newest(match, way, low=low, below=below, limit=limit)
        also, compared = self._also(match, way)
        place = self._PLACE[way]
        order = f"+{place}" if way is Way.MINE else place
        statement = self._NEWEST.format(source=self._FROM[way], place=place, also=also, order=order)
        asked = [self._asked(match)] if way is Way.PAIRS else []
        with connection.cursor() as cursor:
            cursor.execute(statement, (*asked, low, below, *compared, limit))
            return [Candidate(row[0], UUID(row[1]), UUID(row[2]), UUID(row[3]), *row[4:]) for row in cursor]

    def _asked(self, match: Match) -> str:
        wanted = [f'"{self._word(pair)}"' for pair in match.pairs]
        wanted += [f'"h{word}"' for word in match.has]
        if match.senders:
            wanted.append(_any_of(" OR ", (f'"u{sender.hex}"' for sender in match.senders)))
        return " AND ".join(wanted)

    def _also(self, match: Match, way: Way) -> tuple[str, list[str]]:
        """What is compared of each row that is found: the cheap first."""
        also, compared = "", list[str]()
        within = "e.conversation_id" if way is Way.MINE else "+e.conversation_id"
        given = match.senders if way is not Way.PAIRS else ()
        for column, ids in (
            (f"{within} IN", match.conversations),
            ("+e.sender_id IN", given or None),
            ("+e.sender_id NOT IN", match.not_senders or None),
        ):
            if ids is not None:
                also += f" AND {column} ({_marks(ids)})"
                compared += [each.hex for each in ids]
        has = match.has if way is not Way.PAIRS else ()
        also += " AND instr(e.has, %s)" * len(has) + " AND instr(e.text, %s)" * len(match.terms)
        also += " AND NOT instr(e.text, %s)" * len(match.without)
        also += _UNREAD.format("e") if match.unread_by else ""
        reader = [match.unread_by.hex] if match.unread_by else []
        return also, [*compared, *has, *match.terms, *match.without, *reader]

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


class Postgresql(_Indexed):
    """GIN knows no order: what it leads to is all read and sorted, so it is asked for what is rare."""

    # A sum keeps the index of positions out of the choice where another one is to be used.
    _ORDER = {Way.MINE: "position + 0", Way.PAIRS: "position + 0", Way.WHOLE: "position"}
    _NEWEST = """
    SELECT position, message_id, conversation_id, sender_id, number, seq, text FROM messaging_searchentry
    WHERE position >= %s AND position < %s{also} ORDER BY {order} DESC LIMIT %s
    """
    _LIKELY = """
    SELECT count(*) FILTER (WHERE pairs @@ %s::tsquery) FROM messaging_searchentry
    WHERE position >= %s AND position < %s
    """
    # As the server itself estimates it.
    _TOTAL = (
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'messaging_searchentry'::regclass"
    )
    _LEADS = """
    SELECT pairs = array_to_tsvector(string_to_array(%s, ' ')) FROM messaging_searchentry WHERE message_id = %s
    """
    _PUT = """
    INSERT INTO messaging_searchentry
    (message_id, conversation_id, sender_id, position, number, seq, has, text, pairs)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, array_to_tsvector(string_to_array(%s, ' ')))
    """

    def newest(self, match: Match, way: Way, *, low: int, below: int, limit: int) -> list[Candidate]:
        if match.messages is not None:
            return super().newest(match, way, low=low, below=below, limit=limit)
        also, compared = self._also(match, way)
        statement = self._NEWEST.format(also=also, order=self._ORDER[way])
        with connection.cursor() as cursor:
            cursor.execute(statement, (low, below, *compared, limit))
            return [Candidate(*row) for row in cursor]

    def _asked(self, match: Match) -> str:
        words = [*match.pairs, *(f"has:{word}" for word in match.has)]
        wanted = [self._lexeme(word) for word in words]
        if match.senders:
            wanted.append(_any_of(" | ", (self._lexeme(f"by:{sender.hex}") for sender in match.senders)))
        return " & ".join(wanted)

    def _also(self, match: Match, way: Way) -> tuple[str, list[Any]]:
        """What is compared of each row that is found."""
        also, compared = "", list[Any]()
        if way is Way.PAIRS:
            also, compared = " AND pairs @@ %s::tsquery", [self._asked(match)]
        else:
            also = " AND strpos(has, %s) > 0" * len(match.has)
            compared = [*match.has]
        for condition, ids in (
            ("conversation_id = ANY(%s)", match.conversations),
            ("sender_id = ANY(%s)", (match.senders or None) if way is not Way.PAIRS else None),
            ("sender_id <> ALL(%s)", match.not_senders or None),
        ):
            if ids is not None:
                also += f" AND {condition}"
                compared.append(list(ids))
        also += " AND strpos(text, %s) > 0" * len(match.terms)
        also += " AND strpos(text, %s) = 0" * len(match.without)
        also += _UNREAD.format("messaging_searchentry") if match.unread_by else ""
        reader = [match.unread_by] if match.unread_by else []
        return also, [*compared, *match.terms, *match.without, *reader]

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


_BY_VENDOR: dict[str, Backend] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
_portable: Backend = Portable()


def _number(statement: str, values: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0] or 0)


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _any_of(separator: str, words: Iterable[str]) -> str:
    return f"({separator.join(words)})"


def current() -> Backend:
    """The one for the database in use."""
    return _BY_VENDOR.get(connection.vendor, _portable)
