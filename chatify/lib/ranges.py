"""Ranges of whole numbers, both ends included."""

from collections.abc import Iterable

Range = tuple[int, int]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as can be, in order: those that overlap or follow each other are one."""
    met: list[Range] = []
    for first, last in sorted(ranges):
        if met and first <= met[-1][1] + 1:
            met[-1] = (met[-1][0], max(last, met[-1][1]))
        else:
            met.append((first, last))
    return met
