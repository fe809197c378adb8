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

import psycopg
import pytest
import redis

from tests.services.postgres import Postgres
from tests.services.processes import Unavailable, end, spawn, tail
from tests.services.redis import Redis
from tests.services.server import Server

Worker = Callable[..., "subprocess.Popen[bytes]"]


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
    """`worker()` starts one for all queues, `worker("media")` one for a single; all are ended after the test."""
    started: list[Any] = []

    def start(*queues: str) -> "subprocess.Popen[bytes]":
        only = ["-Q", ",".join(queues)] if queues else []
        command = [sys.executable, "-m", "celery", "-A", "chatify", "worker", "-c", "1", *only]
        started.append(spawn(command, log=server.data_dir / "worker.log", env=server.env))
        return started[-1]

    yield start
    for process in started:
        end(process, signal.SIGKILL)


PUT_DOWN = """
from uuid import UUID
from django.db import transaction
from media.operations import keeping
with transaction.atomic():
    keeping.forget(UUID(int=0), kept=["0" * 32])
"""


def wait_for_media(server: Server, *, within: float) -> None:
    """Until the work on files is done."""
    deadline = time.monotonic() + within
    with psycopg.connect(server.env["DATABASE_URL"], autocommit=True) as database:
        while database.execute(
            "SELECT 1 FROM jobs_job WHERE kind = 'media.forget' AND done_at IS NULL"
        ).fetchone():
            assert time.monotonic() < deadline, tail(server.data_dir / "worker.log")
            time.sleep(0.1)


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


def test_a_worker_of_one_queue_does_its_work_alone_and_the_doctor_names_the_others(
    server: Server, worker: Worker
) -> None:
    sign_up(server, "ivan")
    server.manage("shell", "-c", PUT_DOWN)
    worker("media")
    wait_for_media(server, within=60)
    assert mails(server, "ivan", 1, within=0) == [], "a worker of media sent a letter"
    said = server.manage("doctor", check=False).stdout
    assert "the queues default, notify" in said and "worker -Q default,notify" in said
    worker("default", "notify")
    assert len(mails(server, "ivan", 1, within=60)) == 1


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
