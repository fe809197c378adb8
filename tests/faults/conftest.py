"""Servers that all fault runs share: starting them costs more than most of the runs."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.run import SEEDS
from tests.faults.scene import Scene, set_scene
from tests.faults.stage import Stage, built
from tests.services.postgres import Postgres
from tests.services.processes import Unavailable
from tests.services.proxy import Proxy
from tests.services.redis import Redis


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `seed` runs once for each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One server on SQLite; two on PostgreSQL with a Redis between them."""
    with tempfile.TemporaryDirectory(prefix="chatify-faults-", dir="/tmp") as folder:
        if request.param == "sqlite":
            with _running(built("sqlite", Path(folder))) as stage:
                yield stage
            return
        postgres: Postgres = request.getfixturevalue("postgres")
        with _redis() as redis:
            urls = {"database_url": postgres.database(), "redis_url": redis.url}
            with _running(built("postgresql+redis", Path(folder), 2, redis, **urls)) as stage:
                yield stage


@pytest.fixture(scope="session")
def wreck() -> Iterator[Stage]:
    """A server on SQLite whose rules are broken on purpose; nobody else's conversations are in it."""
    env = {"CHATIFY_HEARTBEAT_SECONDS": "2"}
    with (
        tempfile.TemporaryDirectory(prefix="chatify-wreck-", dir="/tmp") as folder,
        _running(built("sqlite, a rule broken", Path(folder), env=env)) as stage,
    ):
        yield stage


@contextmanager
def _redis() -> Iterator[Redis]:
    try:
        redis = Redis().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield redis
    finally:
        redis.stop()


@contextmanager
def _running(stage: Stage) -> Iterator[Stage]:
    first, *others = stage.servers
    try:
        first.start()
        for server in others:
            shutil.copytree(first.data_dir, server.data_dir, ignore=_all_but_keys, dirs_exist_ok=True)
            server.start()
        yield stage
    finally:
        stage.maker.close()
        for server in stage.servers:
            server.close()


def _all_but_keys(_: str, names: list[str]) -> set[str]:
    """The processes of one installation share its keys, and no other file."""
    return set(names) - {"secret_key", "jwt_key.pem"}


@pytest.fixture
def stage(shared_stage: Stage, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The shared servers, all of them running. What they complained of is shown with a failure."""
    marker = request.node.get_closest_marker("fault")
    shared_stage.fault = marker.args[0] if marker else "none"
    shared_stage.told = request.node.user_properties
    for server in shared_stage.servers:
        if not server.running:
            server.start()
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
