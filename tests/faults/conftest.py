"""Servers that all fault runs share: starting them costs more than most of the runs."""

import shutil
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
    url = postgres.database()
    with tempfile.TemporaryDirectory(prefix="chatify-faults-") as folder:
        servers = [Server(Path(folder) / name, database_url=url, redis_url=redis.url) for name in ("a", "b")]
        try:
            servers[0].data_dir.mkdir()
            servers[0].start()
            shutil.copytree(servers[0].data_dir, servers[1].data_dir, ignore=_all_but_keys)
            servers[1].start()
            yield Stage("postgresql+redis", servers, redis)
        finally:
            for server in servers:
                server.close()
            redis.stop()


def _all_but_keys(_: str, names: list[str]) -> set[str]:
    """The processes of one installation share its keys, and no other file."""
    return set(names) - {"secret_key", "jwt_key.pem"}


@pytest.fixture
def stage(shared_stage: Stage) -> Iterator[Stage]:
    """The shared servers, all of them running. What they complained of is shown with a failure."""
    for server in shared_stage.servers:
        if not server.running:
            server.start()
    shared_stage.mark()
    yield shared_stage
    print(shared_stage.complaints())


@pytest.fixture(scope="session")
def scene(shared_stage: Stage) -> Scene:
    """The people of the hostile tests, made once per database."""
    return set_scene(shared_stage)
