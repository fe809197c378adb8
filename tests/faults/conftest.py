"""Servers that all fault runs share: starting them costs more than most of the runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import Scene, set_scene
from tests.faults.stage import Stage
from tests.services.postgres import Postgres
from tests.services.processes import Unavailable
from tests.services.redis import Redis
from tests.services.server import Server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One server on SQLite; two on PostgreSQL with a Redis between them."""
    if request.param == "sqlite":
        with Server() as server:
            yield Stage("sqlite", [server])
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    yield from _two_servers(postgres)


def _two_servers(postgres: Postgres) -> Iterator[Stage]:
    try:
        redis = Redis().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    # The servers share what an installation shares: its secret.
    shared = {"SECRET_KEY": "x" * 60}
    url = postgres.database()
    with tempfile.TemporaryDirectory(prefix="chatify-faults-") as folder:
        servers = [
            Server(Path(folder) / name, database_url=url, redis_url=redis.url, env=shared)
            for name in ("a", "b")
        ]
        try:
            for server in servers:
                server.data_dir.mkdir()
                server.start()
            yield Stage("postgresql+redis", servers, redis)
        finally:
            for server in servers:
                server.close()
            redis.stop()


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The shared servers, all of them running."""
    for server in shared_stage.servers:
        if not server.running:
            server.start()
    shared_stage.mark()
    return shared_stage


@pytest.fixture(scope="session")
def scene(shared_stage: Stage) -> Scene:
    """The people of the hostile tests, made once per database."""
    return set_scene(shared_stage)
