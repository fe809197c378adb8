"""What servers stand on goes dead, stalls or crashes: the line to Redis, the line to PostgreSQL, PostgreSQL itself."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.run import afterwards, under_load
from tests.faults.stage import Stage, healed
from tests.load.fleet import Fleet
from tests.services.postgres import Postgres
from tests.services.proxy import Proxy

pytestmark = pytest.mark.process

BROKEN_S = 5.0


@dataclass
class Lines:
    """The lines from both servers to what they share."""

    redis: Proxy
    database: Proxy


@pytest.fixture(scope="module")
def behind(shared_stage: Stage) -> Iterator[Lines]:
    """The servers begin anew with lines to Redis and PostgreSQL that can be broken; afterwards they are not running."""
    if shared_stage.redis is None:
        pytest.skip("this server stands on its own disk only")
    plain = {name: shared_stage.servers[0].env[name] for name in ("REDIS_URL", "DATABASE_URL")}
    with ExitStack() as stack:
        redis, database = (stack.enter_context(Proxy(urlsplit(url).port or 0)) for url in plain.values())
        _end_and_lead(shared_stage, {"REDIS_URL": redis.port, "DATABASE_URL": database.port}, plain)
        yield Lines(redis, database)
        _end_and_lead(shared_stage, {}, plain)


def _end_and_lead(stage: Stage, ports: dict[str, int], plain: dict[str, str]) -> None:
    """Kill the servers; when they are started again, they use these ports."""
    for server in stage.servers:
        server.kill()
        for name, url in plain.items():
            own = urlsplit(url).port
            server.env[name] = url.replace(f":{own}/", f":{ports.get(name, own)}/")


WAYS: dict[str, Callable[[Lines], object]] = {
    "redis_blackholed": lambda lines: lines.redis.blackhole(),
    "redis_stalled": lambda lines: lines.redis.stall(),
    "redis_slow": lambda lines: lines.redis.latency(200, 150),
    "database_stalled": lambda lines: lines.database.stall(),
    "database_blackholed": lambda lines: lines.database.blackhole(),
    "database_slow": lambda lines: lines.database.latency(20, 15),
}


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.fault(way), id=way) for way in WAYS])
async def test_a_broken_line_behind_the_servers_loses_nothing(
    behind: Lines, stage: Stage, tmp_path: Path, seed: int, way: str
) -> None:
    async def break_it(fleet: Fleet) -> list[float]:
        await asyncio.sleep(1)
        await asyncio.to_thread(WAYS[way], behind)
        await asyncio.sleep(BROKEN_S)
        line = behind.redis if way.startswith("redis") else behind.database
        return [await afterwards(fleet, line.pass_on)]

    await under_load(stage, tmp_path, break_it, seed=seed)


@pytest.mark.fault("database_crashed")
async def test_a_crashed_database_loses_nothing(
    stage: Stage, tmp_path: Path, seed: int, request: pytest.FixtureRequest
) -> None:
    if stage.redis is None:
        pytest.skip("SQLite has no process that could crash by itself: server_killed is its crash")
    postgres: Postgres = request.getfixturevalue("postgres")
    if not postgres.own:
        pytest.skip("CHATIFY_TEST_DATABASE_URL names a server that is not ours to crash")

    async def crash(fleet: Fleet) -> list[float]:
        heals = []
        for _ in range(2):
            await asyncio.sleep(1.5)
            await asyncio.to_thread(postgres.crash)
            await asyncio.sleep(1)
            await asyncio.to_thread(postgres.start)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    await under_load(stage, tmp_path, crash, seed=seed)
