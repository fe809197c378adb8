"""Putting something else in the place of a function of the product, for as long as a failpoint is on."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Make = Callable[[Any, float], Any]
rng = random.Random()


@dataclass(frozen=True)
class Patch:
    """`make(original, amount)` is what stands at `owner.name` while the failpoint is on."""

    owner: Any
    name: str
    make: Make

    @property
    def original(self) -> Any:
        """What the product has there. AttributeError when the seam is gone."""
        return vars(self.owner)[self.name]


class Switchboard:
    """Failpoints by name, of which any number are on."""

    def __init__(self, known: dict[str, list[Patch]]) -> None:
        self._known = known
        self._undo: list[tuple[Patch, Any]] = []

    def set(self, text: str) -> None:
        """Switch exactly these on: `name=amount,name`. An amount left out is 1. KeyError for an unknown name."""
        wanted = [(self._known[name], amount) for name, amount in parse(text)]
        while self._undo:
            patch, original = self._undo.pop()
            setattr(patch.owner, patch.name, original)
        for patches, amount in wanted:
            for patch in patches:
                original = vars(patch.owner)[patch.name]
                self._undo.append((patch, original))
                setattr(patch.owner, patch.name, patch.make(original, amount))


def parse(text: str) -> list[tuple[str, float]]:
    """The names in a text and how much of each."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    return [(name, float(amount or 1)) for name, _, amount in parts]


def happens(share: float) -> bool:
    """Whether it strikes this time."""
    return rng.random() < share
