"""Python's collector of cycles, in a process that lives long."""

import gc

AFTER = (10_000, 20, 50)
"""New objects until the youngest are looked through; and how many such looks until older ones are."""


def spare_what_stands() -> None:
    """What stands after the start stays until the end: looking through all of it again took 140 ms in one piece,
    several times a second under load. What is made later is looked through less often than Python would."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*AFTER)
