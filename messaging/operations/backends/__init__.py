"""The statements behind `log`, one module for each sort of database; the portable one serves any."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from messaging.operations.backends import portable, postgresql, sqlite
from messaging.operations.records import Backend

_BY_VENDOR: dict[str, Backend] = {"postgresql": postgresql, "sqlite": sqlite}
_forced: Backend | None = None


def current() -> Backend:
    """The backend for the database in use."""
    return _forced or _BY_VENDOR.get(connection.vendor, portable)


@contextmanager
def using(backend: Backend) -> Iterator[None]:
    """Let the whole process use this backend meanwhile: to compare one with another."""
    global _forced
    before, _forced = _forced, backend
    try:
        yield
    finally:
        _forced = before
