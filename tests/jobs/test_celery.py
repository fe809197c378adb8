"""With CELERY_BROKER_URL, Celery carries the jobs: for real, with PostgreSQL, Redis and a worker process."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.services.postgres import Postgres
from tests.services.processes import Unavailable, end, spawn
from tests.services.redis import Redis
from tests.services.server import Server

Worker = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def broker() -> Iterator[Redis]:
    try:
        redis = Redis().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
def server(postgres: Postgres, broker: Redis) -> Iterator[Server]:
    env = {"CELERY_BROKER_URL": broker.url.rsplit("/", 1)[0] + "/1"}
    with Server(database_url=str(postgres.migrated()), redis_url=broker.url, env=env) as server:
        yield server


@pytest.fixture
def worker(server: Server) -> Iterator[Worker]:
    """`worker()` starts one; all are ended after the test."""
    started: list[Any] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "chatify.celery",
            "worker",
            "-Q",
            "default",
            "-c",
            "1",
        ]
        started.append(spawn(command, log=server.data_dir / "worker.log", env=server.env))
        return started[-1]

    yield start
    for process in started:
        end(process, signal.SIGKILL)


def sign_up(server: Server, name: str) -> None:
    """Asks for an account, which puts a mail with a code down as work."""
    wish = {"email": f"{name}@example.test", "username": name, "password": "tulip-wagon-hill-77"}
    request = urllib.request.Request(
        f"{server.url}/api/auth/app/v1/auth/signup",
        json.dumps(wish).encode(),
        {"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(request, timeout=10)
    assert answer.value.code == 401  # pending: the address is not confirmed yet


def mails(server: Server, name: str, count: int, *, within: float) -> list[Path]:
    """The mails to addresses that begin so, once there are `count` of them or the time is over."""
    deadline = time.monotonic() + within
    while True:
        found = sorted((server.data_dir / "outbox").glob(f"*-{name}*@*.txt"))
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def test_the_worker_does_what_the_web_process_put_down(server: Server, worker: Worker) -> None:
    sign_up(server, "erin")
    assert mails(server, "erin", 1, within=1) == [], "the web process did it itself: the broker was not used"
    worker()
    (mail,) = mails(server, "erin", 1, within=60)
    assert "erin@example.test" in mail.name


def test_an_emptied_broker_loses_no_work(server: Server, worker: Worker) -> None:
    sign_up(server, "frank")
    redis.Redis.from_url(server.env["CELERY_BROKER_URL"]).flushdb()
    worker()
    assert len(mails(server, "frank", 1, within=60)) == 1


def test_a_broker_that_is_away_fails_no_request(server: Server, worker: Worker, broker: Redis) -> None:
    broker.kill()
    sign_up(server, "grace")
    broker.restart_empty()
    worker()
    assert len(mails(server, "grace", 1, within=60)) == 1


def test_each_piece_of_work_is_done_once_by_two_workers(server: Server, worker: Worker) -> None:
    worker(), worker()
    for number in range(6):
        sign_up(server, f"heidi{number}")
    assert len(mails(server, "heidi", 6, within=60)) == 6
    assert len(mails(server, "heidi", 7, within=1.5)) == 6
