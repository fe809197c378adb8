"""A disk without room: sends are refused in words, nothing acknowledged is lost, and room heals it."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.faults.run import ordinarily, until
from tests.faults.stage import Stage, built, healed
from tests.load.driver import Load, Plan, conclude
from tests.load.fleet import Fleet
from tests.services.postgres import Postgres

pytestmark = [pytest.mark.process, pytest.mark.fault("full_disk")]

SIZE_MB = 48
FULL_S = 3.0
LONG = ("a line that takes its room on the disk " * 150).strip()
PLAN = Plan(conversations=2, members=4, messages=2_000, rate=30, seconds=100, reads=0)
Small = Callable[[], Stage]


@contextmanager
def small_disk(owner: int | None = None) -> Iterator[Path]:
    """A folder of SIZE_MB of memory. Only root can make one."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a tmpfs")
    folder = Path(tempfile.mkdtemp(prefix="chatify-small-", dir="/tmp"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "chatify-small", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip(f"no tmpfs here: {made.stderr.strip()}")
    try:
        if owner is not None:
            os.chown(folder, owner, -1)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def on_small_disk(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, Path]]:
    """A server whose rows lie on a small disk, and that disk. Its other files lie elsewhere with PostgreSQL."""
    if request.param == "sqlite":
        with small_disk() as disk:
            yield from _running(built("sqlite", disk), disk)
        return
    ordinarily("postgresql", "sqlite")
    postgres: Postgres = request.getfixturevalue("postgres")
    if not postgres.own:
        pytest.skip("CHATIFY_TEST_DATABASE_URL names a server whose disks are not ours")
    with small_disk(postgres.user) as disk, tempfile.TemporaryDirectory(dir="/tmp") as folder:
        url = postgres.database()
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        yield from _running(built("postgresql", Path(folder), database_url=url), disk)
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.execute("DROP TABLESPACE small")


def _running(stage: Stage, disk: Path) -> Iterator[tuple[Stage, Path]]:
    (server,) = stage.servers
    server.start()
    yield stage, disk
    stage.maker.close()
    server.close()


async def test_a_full_disk_refuses_in_words_and_loses_nothing_acknowledged(
    on_small_disk: tuple[Stage, Path], tmp_path: Path, seed: int, request: pytest.FixtureRequest
) -> None:
    stage, disk = on_small_disk
    stage.told = request.node.user_properties
    world = stage.world("small", people=4, conversations=PLAN.conversations, members=PLAN.members)
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        load = Load(fleet, PLAN)
        talking = asyncio.create_task(load.run())
        await asyncio.sleep(1)
        ballast = _fill(disk)
        for client in fleet.clients:
            client.send(next(iter(world.conversations)), LONG)
        await until(lambda: any(client.errors for client in fleet.clients), 20, "a send was refused")
        await asyncio.sleep(FULL_S)
        ballast.unlink()
        heals = [await healed(fleet, time.monotonic())]
        load.enough = True
        await talking
        heals.append(await conclude(fleet))
        codes = {error["code"] for client in fleet.clients for error in client.errors}
    verdict = stage.judge(tmp_path, heals)
    assert codes == {"retry"}
    assert verdict.acked == verdict.sent


def _fill(disk: Path) -> Path:
    """A file that leaves no room at all."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while shutil.disk_usage(disk).free:
            try:
                file.write(b"\0" * 65_536)
            except OSError:
                break
    return ballast
