"""Model instances from the rows of a compiled query: those that the ORM would make, made in a third of its time.

What is the same for every row is looked up once for the statement: names, places, conversions. An instance then is its
dictionary, and a joined row that comes again (the sender of fifty messages) is made once and shared.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import count
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable
from django.db.models.signals import post_init, pre_init

Convert = Callable[[Any], Any]
Setter = Callable[[Any, Any], object]
Known = dict[tuple[int, Any], Model]
"""What is joined and was made already, by the number of its part and its key."""
_uuid = lru_cache(maxsize=16_384)(UUID)


class Plan:
    """How the rows of one compiled statement become instances."""

    def __init__(self, compiler: Any) -> None:
        """`compiler` has made its SQL."""
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters = list(_flat(compiler.get_converters(columns), compiler.connection))
        self._root = _Part(compiler.klass_info, compiler.select, converters, count())
        self._annotations = [
            (name, place, [convert for at, convert in converters if at == place])
            for name, place in (compiler.annotation_col_map or {}).items()
        ]

    def rows(self, found: Iterable[Sequence[Any]], db: str) -> list[Any]:
        """Instances of the rows that the statement found in this database."""
        shared: Known = {}
        return [self._instance(row, db, shared) for row in found]

    def _instance(self, row: Sequence[Any], db: str, shared: Known) -> Model:
        made = self._root.make(row, db, shared)
        for name, place, converts in self._annotations:
            value = row[place]
            for convert in converts:
                value = None if value is None else convert(value)
            setattr(made, name, value)
        return made


def fits(rows: QuerySet[Any], compiler: Any) -> bool:
    """Whether a plan gives what the query set would: plain instances of models that are made in the plain way."""
    plain = rows._iterable_class is ModelIterable
    more = rows._prefetch_related_lookups or rows._known_related_objects  # type: ignore[attr-defined]
    return plain and not more and bool(compiler.klass_info) and all(map(_plain, _infos(compiler.klass_info)))


class _Part:
    """One model among a row's columns, and what is joined to it."""

    def __init__(
        self,
        info: dict[str, Any],
        select: Sequence[Any],
        converters: Sequence[tuple[int, Convert]],
        numbers: Iterator[int],
    ) -> None:
        self._number = next(numbers)
        first, last = info["select_fields"][0], info["select_fields"][-1]
        self._model: type[Model] = info["model"]
        self._columns = slice(first, last + 1)
        self._names = [column.target.attname for column, *_ in select[self._columns]]
        self._key = first + self._names.index(self._model._meta.pk.attname)
        # Only what is made is converted: most of what is joined is nothing, or was made for a row before.
        self._converters = [
            (place - first, convert) for place, convert in converters if first <= place <= last
        ]
        below = info.get("related_klass_infos", ())
        self._parts = [_Part(each, select, converters, numbers) for each in below]
        # The root is joined to nothing.
        self._here: Setter = info.get("local_setter", _not_joined)
        self._back: Setter = info.get("remote_setter", _not_joined)

    def make(self, row: Sequence[Any], db: str, shared: Known) -> Model:
        values = list(row[self._columns])
        for place, convert in self._converters:
            if (value := values[place]) is not None:
                values[place] = convert(value)
        made = self._model.__new__(self._model)
        made.__dict__.update(zip(self._names, values, strict=True))
        made._state = state = ModelState()
        state.adding, state.db = False, db
        for part in self._parts:
            part.join(made, row, db, shared)
        return made

    def join(self, to: Model, row: Sequence[Any], db: str, shared: Known) -> None:
        """Set what is joined to an instance, None where nothing is."""
        key = row[self._key]
        if key is None:
            self._here(to, None)
            return
        place = (self._number, key)
        found = shared.get(place)
        if found is None:
            found = shared[place] = self.make(row, db, shared)
        self._here(to, found)
        self._back(found, to)


def _plain(info: dict[str, Any]) -> bool:
    model = info["model"]
    untouched = "from_db" not in _overridden(model) and model.__init__ is Model.__init__
    return bool(
        untouched
        and not info.get("from_parent")
        and len(model._meta.pk_fields) == 1
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
    )


def _overridden(model: type[Model]) -> set[str]:
    """What the classes between this model and Django's say anew."""
    return {name for each in model.__mro__[: model.__mro__.index(Model)] for name in vars(each)}


def _not_joined(*_: Any) -> None:
    raise AssertionError("the first model of a row is joined to nothing")


def _infos(info: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield info
    for each in info.get("related_klass_infos", ()):
        yield from _infos(each)


def _flat(converters: dict[int, tuple[list[Any], Any]], connection: Any) -> Iterator[tuple[int, Convert]]:
    """Each place with what its value goes through."""
    for place, (functions, expression) in converters.items():
        for function in functions:
            yield place, _plainly(function, connection) or partial(_convert, function, expression, connection)


def _plainly(function: Any, connection: Any) -> Convert | None:
    """What gives the same as one of Django's own, without asking anew for each value what never changes."""
    name = getattr(function, "__name__", "")
    if name == "convert_uuidfield_value":
        return _uuid
    if name == "convert_datetimefield_value" and connection.timezone is UTC:
        return _utc
    return _flag if name == "convert_booleanfield_value" else None


def _utc(value: datetime | str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _flag(value: Any) -> Any:
    return value == 1 if value in (0, 1) else value


def _convert(function: Any, expression: Any, connection: Any, value: Any) -> Any:
    return function(value, expression, connection)
