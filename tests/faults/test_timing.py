"""Troubles at the worst moment: between commit and publish, at the commit, in the layer, in the relay."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults import tables
from tests.faults.run import FULL_RUN, Trouble, under_load, until
from tests.faults.stage import Stage, healed, restart
from tests.load.fleet import Fleet

pytestmark = pytest.mark.process

TROUBLE_S = 3.0
# At full size the relay is dead for minutes: only heads and resuming bring what was never published.
DEAD_S = 150.0 if FULL_RUN else TROUBLE_S
SETTLED_WITHIN_S = 30.0

# `publish_late` in two processes: what one publishes overtakes what the other, or itself, did earlier.
FAILPOINTS = {
    "published_late": "publish_late=0.4",
    "rolled_back": "rolled_back=0.05",
    "relay_dead": "untold,relay_dead",
    "settling_fails": "settle_fails",
    "slow_database": "slow_database=0.3",
}


def _while_on(stage: Stage, failpoints: str, seconds: float = TROUBLE_S) -> Trouble:
    async def trouble(fleet: Fleet) -> list[float]:
        async with stage.failing(failpoints):
            await asyncio.sleep(seconds)
        return [await healed(fleet, time.monotonic())]

    return trouble


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.fault(name), id=name) for name in FAILPOINTS]
)
async def test_a_trouble_inside_the_server_loses_nothing(
    stage: Stage, tmp_path: Path, seed: int, name: str
) -> None:
    seconds = DEAD_S if name == "relay_dead" else TROUBLE_S
    await under_load(stage, tmp_path, _while_on(stage, FAILPOINTS[name], seconds), seed=seed)
    await until(lambda: not _unsettled(stage), SETTLED_WITHIN_S, "everything is settled")


@pytest.mark.fault("events_dropped")
async def test_a_tenth_of_the_events_lost_on_the_way_reaches_everybody(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    """By the layer where there is one, else inside the process."""
    failpoints = "layer_drops=0.1" if stage.redis else "hub_drops=0.1"
    await under_load(stage, tmp_path, _while_on(stage, failpoints), seed=seed)


@pytest.mark.fault("crash_before_publish")
async def test_a_crash_exactly_between_commit_and_publish_loses_nothing(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    async def crash(fleet: Fleet) -> list[float]:
        heals = []
        for _ in range(2):
            await asyncio.sleep(1)
            stage.failpoints.write_text("die_before_publish")
            await until(lambda: not all(server.running for server in stage.servers), 15, "one died")
            await stage.switch("")
            for server in stage.servers:
                if not server.running:
                    await restart(server)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    await under_load(stage, tmp_path, crash, seed=seed)
    await until(lambda: not _unsettled(stage), SETTLED_WITHIN_S, "everything is settled")


def _unsettled(stage: Stage) -> int:
    return tables.unsettled(stage.database)
