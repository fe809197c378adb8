"""Processes that die: the server by SIGKILL and by SIGTERM under load, Redis killed and restarted empty."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.run import under_load
from tests.faults.stage import ROUNDS, Stage, healed, restart
from tests.load.fleet import Fleet
from tests.services.server import Server

pytestmark = pytest.mark.process

GRACE_S = 20.0


@pytest.mark.fault("server_killed")
async def test_a_server_killed_under_load_loses_nothing(stage: Stage, tmp_path: Path, seed: int) -> None:
    rounds = 2 * ROUNDS or 2  # ten at full size

    async def kill_and_restart(fleet: Fleet) -> list[float]:
        heals = []
        for turn in range(rounds):
            await asyncio.sleep(1.5)
            victim = stage.servers[turn % len(stage.servers)]
            await asyncio.to_thread(victim.kill)
            await asyncio.sleep(0.3)
            await restart(victim)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    await under_load(stage, tmp_path, kill_and_restart, seed=seed)


@pytest.mark.fault("redis_emptied")
async def test_an_emptied_redis_loses_nothing(stage: Stage, tmp_path: Path, seed: int) -> None:
    redis = stage.redis
    if redis is None:
        pytest.skip("this server needs no Redis")

    async def empty(fleet: Fleet) -> list[float]:
        heals = []
        for _ in range(ROUNDS or 2):
            await asyncio.sleep(1.5)
            await asyncio.to_thread(redis.kill)
            await asyncio.sleep(1.5)
            await asyncio.to_thread(redis.start)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    await under_load(stage, tmp_path, empty, seed=seed)


@pytest.mark.fault("rolling_restart")
async def test_a_rolling_restart_says_goodbye_and_loses_nothing(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    async def roll(fleet: Fleet) -> list[float]:
        heals = []
        for server in stage.servers:
            await asyncio.sleep(1.5)
            there = [client for client in fleet.clients if client.url == server.url and client.ready.is_set()]
            assert there
            known = [len(client.closes) for client in there]
            await _goodbye(server)
            ends = [client.closes[count] for client, count in zip(there, known, strict=True)]
            assert set(ends) == {4012}, ends
            await restart(server)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    await under_load(stage, tmp_path, roll, seed=seed)
    told = "".join(path.read_text() for path in tmp_path.glob("*.jsonl"))
    assert told.count('["bye"') >= len(stage.servers)


async def _goodbye(server: Server) -> None:
    started = time.monotonic()
    code = await asyncio.to_thread(server.stop)
    seconds = time.monotonic() - started
    assert (code, seconds < GRACE_S) == (0, True), f"exit {code} after {seconds:.1f} s"
