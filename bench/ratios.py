"""Ours to the peer's, as one reads it at the end: six numbers, None where this run did not measure both."""

from collections.abc import Mapping
from typing import Any

NAMES = (
    "fanout_500",
    "fanout_1000",
    "end_to_end_tx",
    "end_to_end_insert",
    "cpu_per_message",
    "sqlite_store",
)


def of(**found: float | None) -> dict[str, float | None]:
    """All six names, those that were found with their values. Raises ValueError for a name that is none of them."""
    if unknown := found.keys() - set(NAMES):
        raise ValueError(f"there is no ratio {sorted(unknown)[0]!r}")
    return {name: found.get(name) for name in NAMES}


def between(ours: Mapping[str, Any] | None, peers: Mapping[str, Any] | None, figure: str) -> float | None:
    """Ours divided by the peer's; None when one of them is missing or the peer's is nothing."""
    above, below = (one.get(figure) if one else None for one in (ours, peers))
    return round(above / below, 2) if above is not None and below else None
