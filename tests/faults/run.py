"""One fault run: a world, a load, a trouble beside it, and the verdict. Its size and seeds come from the environment.

CHATIFY_TEST_FULL_LOAD=1 makes it the standard load of 10,000 sends, CHATIFY_TEST_FAULT_SEEDS=5 repeats it.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.stage import FULL_RUN, Stage, healed
from tests.faults.verdict import Verdict
from tests.load.driver import FULL, Plan, drive
from tests.load.fleet import Fleet

SEEDS = range(1, 1 + int(os.environ.get("CHATIFY_TEST_FAULT_SEEDS", "1")))
# Small groups that go on talking, whatever happens, until the trouble is over.
TALK = Plan(conversations=6, members=4, messages=700, rate=25.0, seconds=110)
STANDARD = replace(FULL, rate=200.0, seconds=280)
Trouble = Callable[[Fleet], Awaitable[list[float]]]


async def under_load(
    stage: Stage,
    logs: Path,
    trouble: Trouble,
    *,
    seed: int = 1,
    urls: Sequence[str] | None = None,
    plan: Plan = TALK,
    people: int = 8,
    tabs: int = 1,
) -> Verdict:
    """Talk while the trouble lasts, settle, judge: everything that was sent was acknowledged, every figure is zero."""
    sized = replace(STANDARD if FULL_RUN else plan, seed=seed)
    sizes = {"conversations": sized.conversations, "members": sized.members}
    world = stage.world(stage.fault, people=max(people, 20) if FULL_RUN else people, **sizes)
    where = list(urls or stage.urls)
    result = await drive(world, where, logs, sized, trouble, whole=FULL_RUN, tabs=tabs)
    verdict = stage.judge(logs, result.heals)
    print(f"[{stage.name}] level after {', '.join(f'{seconds:.1f}' for seconds in result.heals)} s")
    assert verdict.acked == verdict.sent == result.sent
    return verdict


def ordinarily(here: str, name: str) -> None:
    """Long waits are paid for once in the ordinary run: on one database, and on the other in the full one."""
    if not FULL_RUN and here != name:
        pytest.skip(f"on {here} only by bin/test --faults")


async def until(what: Callable[[], object], seconds: float, words: str) -> None:
    """Wait for it, or fail with these words."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(what):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {words}"
        await asyncio.sleep(0.05)


async def afterwards(fleet: Fleet, mend: Callable[[], Any]) -> float:
    """Take the trouble away; seconds from then until everybody is level."""
    await asyncio.to_thread(mend)
    return await healed(fleet, time.monotonic())
