"""Ours and the peers in turn, some times over, and the run in the middle of each."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Figures = dict[str, Any]
Measure = Callable[[], Awaitable[Figures]]


async def alternated(measures: Mapping[str, Measure], *, rounds: int, by: str) -> dict[str, Figures]:
    """Measure all of them once a round; of each, the run whose figure `by` is the median, with `runs` beside it."""
    runs: dict[str, list[Figures]] = {name: [] for name in measures}
    for turn in range(rounds):
        for name, measure in measures.items():
            figures = await measure()
            runs[name].append(figures)
            print(f"  {name}, {turn + 1} of {rounds}: {by} {figures.get(by)}", flush=True)
    return {name: middle(found, by) for name, found in runs.items()}


def middle(runs: list[Figures], by: str) -> Figures:
    """The run with the median of a figure (the lower one of two), and that figure of all runs."""
    ordered = sorted(runs, key=lambda run: run[by])
    return {**ordered[(len(ordered) - 1) // 2], "runs": [run[by] for run in runs]}
