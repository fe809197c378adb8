"""Servers that all fault runs share: starting them costs more than most of the runs."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.run import SEEDS
from tests.faults.scene import Scene, set_scene
from tests.faults.stage import Stage, built, own_redis, running
from tests.services.postgres import Postgres
from tests.services.proxy import Proxy


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `seed` runs once for each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One server on SQLite; two on PostgreSQL with a Redis between them."""
    with tempfile.TemporaryDirectory(prefix="chatify-faults-", dir="/tmp") as folder:
        if request.param == "sqlite":
            with running(built("sqlite", Path(folder))) as stage:
                yield stage
            return
        postgres: Postgres = request.getfixturevalue("postgres")
        with own_redis() as redis:
            urls = {"database_url": postgres.migrated(), "redis_url": redis.url}
            with running(built("postgresql+redis", Path(folder), 2, redis, **urls)) as stage:
                yield stage


@pytest.fixture(scope="session")
def wreck() -> Iterator[Stage]:
    """A server on SQLite and Redis whose rules are broken on purpose; nobody else's conversations are in it."""
    env = {"CHATIFY_HEARTBEAT_SECONDS": "1", "CHATIFY_SLOW_SECONDS": "1"}
    with tempfile.TemporaryDirectory(prefix="chatify-wreck-", dir="/tmp") as folder, own_redis() as redis:
        name = "sqlite, a rule broken"
        with running(built(name, Path(folder), 1, redis, env=env, redis_url=redis.url)) as stage:
            yield stage


@pytest.fixture
async def broken(wreck: Stage) -> AsyncIterator[Stage]:
    """The server whose rules are broken; running and whole at the start of each test."""
    for server in wreck.servers:
        if not server.running:
            await asyncio.to_thread(server.start)
    yield wreck
    wreck.leave()
    await wreck.switch("")


@pytest.fixture
def stage(shared_stage: Stage, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The shared servers, all of them running. What they complained of is shown with a failure."""
    marker = request.node.get_closest_marker("fault")
    shared_stage.fault = marker.args[0] if marker else "none"
    shared_stage.told = request.node.user_properties
    shared_stage.start()
    shared_stage.mark()
    yield shared_stage
    shared_stage.leave()
    print(shared_stage.complaints())


@pytest.fixture
def lines(stage: Stage, seed: int) -> Iterator[list[Proxy]]:
    """A line to each server that can be broken: give the clients these addresses."""
    with ExitStack() as stack:
        yield [stack.enter_context(Proxy(server.port, seed=seed)) for server in stage.servers]


@pytest.fixture(scope="session")
def scene(shared_stage: Stage) -> Scene:
    """The people of the hostile tests, made once per database."""
    return set_scene(shared_stage)
