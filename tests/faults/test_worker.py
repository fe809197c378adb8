"""A worker that dies in the middle of its work: the work is done all the same, and has its effect once."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.faults import tables
from tests.faults.run import until
from tests.faults.stage import Stage, built, own_redis, restart, running
from tests.load.door import Refused, call
from tests.services.postgres import Postgres
from tests.services.processes import end, spawn

pytestmark = [pytest.mark.process, pytest.mark.fault("worker_killed")]

PEOPLE = 3
DONE_WITHIN_S = 40.0
LEASE = "short_lease=3"
WORKER = ["-m", "tests.faults.worker", "-A", "chatify.celery", "worker", "-Q", "default", "-P", "solo"]
MOMENTS = ["dies_before_work", "dies_after_work"]


@pytest.fixture(scope="module")
def carried(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A server whose work is carried by Celery: PostgreSQL, and a Redis that is its broker too."""
    postgres: Postgres = request.getfixturevalue("postgres")
    with tempfile.TemporaryDirectory(prefix="chatify-carried-", dir="/tmp") as folder, own_redis() as redis:
        env = {"CELERY_BROKER_URL": redis.url.rsplit("/", 1)[0] + "/1"}
        urls = {"database_url": postgres.migrated(), "redis_url": redis.url}
        with running(built("postgresql+redis+celery", Path(folder), 1, redis, env=env, **urls)) as stage:
            yield stage


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_celery_worker_killed_in_the_middle_of_a_task(
    carried: Stage, seed: int, moment: str, request: pytest.FixtureRequest
) -> None:
    """Another worker takes the work up; its row says that it was not ended."""
    carried.told = request.node.user_properties
    await carried.switch(f"{LEASE},{moment}")
    held = tables.undone(carried.database)
    with ExitStack() as workers:
        first = workers.enter_context(_Worker(carried))
        names = await asyncio.to_thread(_sign_up, carried, f"{moment[5:8]}{seed}")
        await until(lambda: first.poll() is not None, DONE_WITHIN_S, "the worker died")
        assert first.poll() == -signal.SIGKILL
        await carried.switch(LEASE)
        workers.enter_context(_Worker(carried))
        await _each_has_one_mail(carried, names, held)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_server_killed_in_the_middle_of_its_own_work(stage: Stage, seed: int, moment: str) -> None:
    """Without a broker a thread of the server does the work, and dies with it."""
    if stage.redis is not None:
        pytest.skip("there Celery carries the work")
    (server,) = stage.servers
    await stage.switch(f"{LEASE},{moment}")
    held = tables.undone(stage.database)
    names = await asyncio.to_thread(_sign_up, stage, f"own{moment[5:8]}{seed}", 1)
    await until(lambda: not server.running, DONE_WITHIN_S, "the server died")
    stage.failpoints.write_text(LEASE)
    await restart(server)
    await _each_has_one_mail(stage, names, held)
    await stage.switch("")


class _Worker:
    """A Celery worker with failpoints, as a context manager; killed at the end."""

    def __init__(self, stage: Stage) -> None:
        self._server = stage.servers[0]

    def __enter__(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, *WORKER]
        self._process = spawn(command, log=self._server.data_dir / "worker.log", env=self._server.env)
        return self._process

    def __exit__(self, *_: object) -> None:
        end(self._process, signal.SIGKILL)


def _sign_up(stage: Stage, prefix: str, count: int = PEOPLE) -> list[str]:
    """Ask for accounts; each puts a mail with a code down as work, of which the server may die before it answers."""
    names = [f"{prefix}{number}" for number in range(count)]
    for name in names:
        wish = {"email": f"{name}@example.test", "username": name, "password": "tulip-wagon-hill-77"}
        with pytest.raises((Refused, requests.ConnectionError)) as pending:
            call("POST", f"{stage.urls[0]}/api/auth/app/v1/auth/signup", json=wish)
        assert getattr(pending.value, "status", 401) == 401
    return names


async def _each_has_one_mail(stage: Stage, names: list[str], held: set[tuple[str, str]]) -> None:
    """And nothing is left to do but what was `held` before: a server that another run killed had taken it up, for the
    minutes that a lease has without our failpoint."""
    folder = stage.servers[0].data_dir / "outbox"
    mails = {name: lambda name=name: list(folder.glob(f"*{name}@*.txt")) for name in names}
    for name, found in mails.items():
        await until(found, DONE_WITHIN_S, f"{name} has a mail")
    await until(lambda: not tables.undone(stage.database) - held, DONE_WITHIN_S, "all work is ended")
    assert {name: len(found()) for name, found in mails.items()} == dict.fromkeys(names, 1)
