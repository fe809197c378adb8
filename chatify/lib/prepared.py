"""Queries whose SQL the ORM makes once a process: where every page asks it, making it costs more than running it.

    latest = Prepared(lambda user, ids: Membership.objects.filter(user_id=user, conversation_id__in=ids))
    rows = latest(user.pk, conversation_ids)

Values are UUIDs, whole numbers, times, texts, or sequences of these, and must only be compared with. What chooses
another query is named, `latest(user.pk, ids, limit=30)`: each choice is a statement of its own. So is each value that
is None. The rows are what the query set itself would give; where it cannot be told what became of a value, or where
there are too many choices, the query set itself is asked.
"""

import copy
import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from chatify.lib import hydrate
from chatify.lib.hydrate import Plan

R = TypeVar("R")
Value = UUID | int | datetime | str
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128)
"""A sequence is filled up to one of these with its last value: `IN` lists of each length are one statement."""
MOST = 64
"""Statements that one `Prepared` keeps."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled query: `places` says which parameter is which value; `plan` makes instances of its rows."""

    rows: QuerySet[Any]
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    places: dict[int, int]
    plan: Plan | None


class Prepared(Generic[R]):
    """`build(*values, **choices)` gives the query set; it is called a few times in the life of the process."""

    def __init__(self, build: Callable[..., QuerySet[Any, R]]) -> None:
        self._build = build
        self._made: dict[tuple[Any, ...], Statement | None] = {}

    def __call__(self, *values: Value | Sequence[Value] | None, **choices: Hashable) -> list[R]:
        if not all(map(_usable, values)):
            return list(self._build(*values, **choices))
        filled = [_filled(value) for value in values]
        shape = (connections["default"].vendor, *map(_shape, filled), *choices.items())
        if shape not in self._made:
            if len(self._made) >= MOST:
                return list(self._build(*values, **choices))
            self._made[shape] = _prepare(partial(self._build, **choices), filled)
        statement = self._made[shape]
        return list(self._build(*values, **choices)) if statement is None else _run(statement, filled)


def _usable(value: Any) -> bool:
    """Whether a mark can stand for it: an empty list is another query. None has no mark, but a shape of its own."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(each is not None and _usable(each) for each in value)
    return value is None or (isinstance(value, (UUID, datetime, int, str)) and not isinstance(value, bool))


def _filled(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        return value
    length = next((length for length in LENGTHS if length >= len(value)), len(value))
    return [*value, *[value[-1]] * (length - len(value))]


def _shape(value: Any) -> Any:
    return (len(value), type(value[0])) if isinstance(value, list) else type(value)


def _prepare(build: Callable[..., QuerySet[Any]], values: Sequence[Any]) -> Statement | None:
    """Compile with marks instead of values and look where they went; None where that cannot be told."""
    marks = [_marks(value) for value in values]
    rows = build(*marks)
    compiler = rows.query.get_compiler(using=rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    known = {_adapted(mark, compiler.connection): index for index, mark in enumerate(_flat(marks))}
    places = {
        place: known[value] for place, value in enumerate(parameters) if _hashable(value) and value in known
    }
    if set(places.values()) != set(known.values()):
        return None
    converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
    compiler.get_converters = lambda columns: converters
    plan = Plan(compiler) if hydrate.fits(rows, compiler) else None
    return Statement(rows, compiler, sql, tuple(parameters), places, plan)


def _run(statement: Statement, values: Sequence[Any]) -> list[Any]:
    connection = connections[statement.rows.db]
    given = [_adapted(value, connection) for value in _flat(values)]
    parameters = list(statement.parameters)
    for place, index in statement.places.items():
        parameters[place] = given[index]
    if statement.plan:
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, parameters)
            return statement.plan.rows(cursor.fetchall(), connection.alias)
    compiler = copy.copy(statement.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda: (statement.sql, tuple(parameters))
    rows = cast(Any, statement.rows)._chain()
    rows.query.get_compiler = lambda *args, **kwargs: compiler
    return list(rows)


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        elif value is not None:
            yield value


def _marks(value: Any) -> Any:
    """Values of the same type that nothing else in a query is equal to."""
    if value is None:
        return None
    if isinstance(value, list):
        return [_marks(each) for each in value]
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return datetime.fromtimestamp(secrets.randbelow(2**31), UTC)
    if isinstance(value, int):
        return 2**40 + secrets.randbelow(2**40)
    return secrets.token_hex(16)


def _adapted(value: Any, connection: Any) -> Any:
    """The value as a compiled query passes it on."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _hashable(value: Any) -> bool:
    return value.__hash__ is not None
