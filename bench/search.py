"""The highest rate at which a server still keeps up, by short open-loop steps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

UP, DOWN = 1.3, 0.75
FINE = 1.06
MOST_STEPS, FEW_STEPS = 10, 4
LATEST_MS = 100.0


@dataclass(frozen=True)
class Step:
    """One try: the rate, what came of it, and whether the server kept up."""

    rate: float
    figures: dict[str, Any]
    kept_up: bool


Try = Callable[[float], Awaitable[Step]]


async def highest(try_at: Try, *, start: float, most: int = MOST_STEPS) -> tuple[Step | None, list[Step]]:
    """The best step, and all of them: up and down in strides until the limit lies between two, then halving.

    None when none of `most` tries was kept up with.
    """
    best: Step | None = None
    worst: float | None = None
    steps: list[Step] = []
    rate = start
    while len(steps) < most:
        step = await try_at(round(rate, 1))
        steps.append(step)
        if step.kept_up:
            best = step if best is None or step.rate > best.rate else best
        else:
            worst = step.rate if worst is None else min(worst, step.rate)
        if best is None:
            rate *= DOWN
        elif worst is None:
            rate *= UP
        elif worst / best.rate <= FINE:
            break
        else:
            rate = (best.rate * worst) ** 0.5
    return best, steps


async def held(try_at: Try, found: Step, *, most: int = MOST_STEPS) -> Step:
    """The rate that is kept up with for longer too: from the one that was found, a little less each time."""
    rate = found.rate
    for _ in range(most // 2):
        step = await try_at(round(rate, 1))
        if step.kept_up:
            return step
        rate *= 0.94
    return step
