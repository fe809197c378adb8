"""Ranges are joined where they meet."""

import pytest

from chatify.lib.ranges import joined


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], []),
        ([(4, 6), (1, 3)], [(1, 6)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
        ([(1, 2), (4, 5)], [(1, 2), (4, 5)]),
    ],
)
def test_what_meets_is_one(ranges: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert joined(ranges) == expected
