"""Where bytes live: one protocol, two stores. The rest of the app knows only this module."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a client sends bytes, for a few minutes: a PUT with `headers`, or a POST of a form with `fields`."""

    method: str
    url: str
    expires_at: datetime
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


class Store(Protocol):
    """What came in lies apart under its key until it is kept: nothing in the incoming area is ever served."""

    def slot(self, key: str, *, size: int, type: str) -> Slot:
        """A link that takes exactly this many bytes of this type under this key."""

    def bring(self, key: str, chunks: Iterable[bytes], *, size: int, type: str) -> None:
        """Put bytes that we were given ourselves where a link would have brought them."""

    def open_parts(self, key: str, *, type: str) -> str:
        """Begin a file in parts; returns what the store calls it."""

    def part_slot(self, key: str, session: str, number: int, *, size: int) -> Slot:
        """A link for one part, counted from 1."""

    def parts(self, key: str, session: str) -> dict[int, int]:
        """The sizes of the parts that have arrived, by number; none once they are joined."""

    def join(self, key: str, session: str) -> None:
        """Make one file of all parts."""

    def arrived(self, key: str) -> int | None:
        """The size of what came in whole, or is kept already; None when nothing did."""

    def keep(self, key: str) -> None:
        """Take what came in out of reach of its link: the bytes under this key never change from now on, whoever asks
        for it again. Raises FileNotFoundError."""

    def add(self, key: str, path: Path, *, type: str, only: bool = False) -> None:
        """Keep a file that we made in the folder of work; there it is no more. `only`: nothing else holds what is in
        it, so that it must not get lost with the power."""

    def chunks(self, key: str) -> Iterator[bytes]:
        """The kept bytes, a megabyte at a time. Raises FileNotFoundError."""

    def at_hand(self, key: str) -> AbstractContextManager[Path]:
        """The kept file as one on this machine, for as long as the block runs. Raises FileNotFoundError."""

    def link(self, key: str, *, type: str, disposition: str) -> str | None:
        """An address that hands out the kept file for a few minutes; None where we serve it ourselves."""

    def remove(self, keys: Iterable[str]) -> None:
        """Forget kept files; those that are gone already are no error."""

    def discard(self, key: str, session: str) -> None:
        """Forget what came in and was not kept."""

    def sweep(self, before: datetime) -> int:
        """Forget what came in before a time and was never kept. Returns how many files."""


@lru_cache(1)
def current() -> Store:
    """The store of this server."""
    return cast(Store, import_string(settings.CHATIFY_STORE)())
