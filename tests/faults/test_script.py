"""Everything at once, for long: every number shown is the one that is counted, at every step and whatever dies."""

import asyncio
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.run import FULL_RUN
from tests.faults.script import ACTS, Script
from tests.faults.stage import Stage, healed, restart
from tests.load.browser import Browser
from tests.load.client import Client
from tests.load.driver import conclude
from tests.load.fleet import Fleet, World

pytestmark = pytest.mark.process

STEPS, KILLS = (1_000, 10) if FULL_RUN else (120, 2)
SESSIONS = 3
TOTAL = re.compile(r'data-unread-total="(\d+)"')


def cast(stage: Stage, logs: Path, seed: int) -> tuple[Fleet, list[Client]]:
    """Six people of whom each is missing in one of six groups; the last one is here three times."""
    world = stage.world(f"script-{seed}", people=6, conversations=6, members=5)
    me = world.people[-1]
    fleet = Fleet(World(world.people[:-1], world.conversations), stage.urls, logs, seed=seed)
    sessions = []
    for tab in range(SESSIONS):
        urls = [stage.urls[(tab + place) % len(stage.urls)] for place in range(len(stage.urls))]
        account = replace(me, _token=None)  # a sign-in of its own
        sessions.append(Client(account, urls=urls, logs=logs, name=f"me-{tab}", seed=seed))
    fleet.clients += sessions
    return fleet, sessions


async def played(stage: Stage, logs: Path, seed: int, *, steps: int, kills: int) -> Script:
    """The script to its end; AssertionError with the first number that is not the one counted."""
    fleet, me = cast(stage, logs, seed)
    heals = []
    async with fleet:
        script = Script(stage, fleet, me, seed)
        await script.begin()
        for number in range(steps):
            if kills and number % (steps // kills) == steps // kills // 2:
                heals.append(await _killed(stage, script, number))
            await script.step()
            assert not (found := await script.differs(number)), found
        await _pages(stage, script, me)
        heals.append(await conclude(fleet))
    stage.judge(logs, heals)
    return script


async def _killed(stage: Stage, script: Script, number: int) -> float:
    """A server dies while everybody is writing; everything that was written is there once, and everybody is level."""
    victim = stage.servers[number % len(stage.servers)]
    flying = [
        script.say(client, room) for room in script.rooms for client in script._of(room, script.fleet.clients)
    ]
    await asyncio.sleep(script.chance.uniform(0, 0.05))
    await asyncio.to_thread(victim.kill)
    await restart(victim)
    seconds = await healed(script.fleet, time.monotonic())
    await asyncio.wait_for(asyncio.gather(*(entry.done for entry in flying)), 30)
    return seconds


async def _pages(stage: Stage, script: Script, me: list[Client]) -> None:
    """Each browser's title says what its API says."""
    for client in me:
        browser = await asyncio.to_thread(Browser, client.url, client.account)
        page = await asyncio.to_thread(browser.read, "/inbox/?filter=unread")
        shown = await asyncio.to_thread(client.api.get, "/me")
        assert [int(total) for total in TOTAL.findall(page)[:1]] == [shown["unread"]]


@pytest.mark.fault("random_script")
async def test_every_number_is_the_one_that_is_counted_whatever_dies(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    script = await played(stage, tmp_path, seed, steps=STEPS, kills=KILLS)
    assert not FULL_RUN or len(set(script.done)) == len(ACTS)
    assert not stage.complaints()


@pytest.mark.parametrize("rule", ["R21", "P5"])
async def test_a_number_that_drifts_is_found(broken: Stage, tmp_path: Path, rule: str) -> None:
    await broken.switch(rule)
    with pytest.raises(AssertionError, match="counted"):
        await played(broken, tmp_path, 1, steps=150, kills=0)
