"""Addresses of what has an id: the route is looked up once a process, and a page of many rows only fills in the ids."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_OPEN = UUID(int=0)


def of(name: str, id: UUID | str) -> str:
    """What `reverse` gives for a route whose one value is an id."""
    before, after = _around_id(name, get_script_prefix())
    return f"{before}{id}{after}"


@cache
def _around_id(name: str, prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_OPEN]).partition(str(_OPEN))
    return before, after
