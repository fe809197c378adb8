"""What a fault run needs: server processes on one database, worlds in it, and the verdict at the end."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.faults import checker, tables
from tests.faults.maker import Maker
from tests.faults.verdict import Verdict
from tests.load import journal
from tests.load.door import Account
from tests.load.fleet import Fleet, World
from tests.services.processes import NotStarted, Unavailable
from tests.services.redis import Redis
from tests.services.server import Server

ROUNDS = int(os.environ.get("CHATIFY_TEST_FAULT_ROUNDS", "0"))
FULL_RUN = os.environ.get("CHATIFY_TEST_FULL_LOAD") == "1"
# The product's own heartbeat, ten seconds, is waited for at full size only.
PACE = {} if FULL_RUN else {"CHATIFY_HEARTBEAT_SECONDS": "3"}
ENTRY = ("-m", "tests.faults.sabotage")
SWITCHED_WITHIN_S = 15.0


@dataclass
class Stage:
    """One database with one server (SQLite), or with two that share a Redis (PostgreSQL).

    The servers watch `failpoints`, a file. `fault` is what the running test tries; `told` collects its verdicts.
    """

    name: str
    servers: list[Server]
    failpoints: Path
    maker: Maker
    redis: Redis | None = None
    fault: str = "none"
    told: list[tuple[str, object]] = field(default_factory=list)
    _marks: dict[int, int] = field(default_factory=dict)
    _cast: dict[str, Account] = field(default_factory=dict)
    _here: list[str] = field(default_factory=list)
    _over: list[str] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Where the servers answer."""
        return [server.url for server in self.servers]

    @property
    def database(self) -> str:
        """The URL that the checker reads the tables from."""
        one = self.servers[0]
        return one.env.get("DATABASE_URL") or f"sqlite:///{one.data_dir / 'chatify.sqlite3'}"

    def world(self, run: str, *, people: int, conversations: int, members: int, keep: bool = False) -> World:
        """New groups for one test (or with `keep` for all), among the same people: signing in is slow on purpose."""
        sizes = {"people": people, "conversations": conversations, "members": members}
        world = World.parse(self.maker.make(run, sizes, leave=self._over))
        self._over.clear()
        self._here += [] if keep else world.conversations
        for account in world.people:
            self._cast.setdefault(account.id, account)
        return replace(world, people=[self._cast[account.id] for account in world.people])

    def leave(self) -> None:
        """The test is over: nobody stays in its conversations, so that inboxes do not grow from test to test."""
        self._over += self._here
        self._here.clear()

    def verdict(self, logs: Path, heals: Iterable[float] = ()) -> Verdict:
        """Run the checker over what these clients know of."""
        records = journal.read(logs)
        return checker.judge(tables.read(self.database, checker.known(records)), records, heals)

    def judge(self, logs: Path, heals: Iterable[float] = ()) -> Verdict:
        """Print the checker's line, and fail with its findings when a property is broken."""
        verdict = self.verdict(logs, heals)
        lineages = [record.fields for log in journal.read(logs) for record in log.of("epoch")]
        assert not lineages, f"nobody restored anything, and yet the epoch changed: {lineages[:3]}"
        self.told.append(("verdict", {"stage": self.name, **verdict.figures()}))
        print(f"\n[{self.name}] {verdict}")
        assert verdict.holds, checker.explain(verdict)
        return verdict

    def start(self) -> None:
        """Have all servers running; those that are not start side by side."""
        ended = [server for server in self.servers if not server.running]
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(Server.start, ended))

    @contextlib.asynccontextmanager
    async def failing(self, failpoints: str) -> AsyncIterator[None]:
        """Every server has these on inside the block, and none after it."""
        await self.switch(failpoints)
        try:
            yield
        finally:
            await self.switch("")

    async def switch(self, failpoints: str) -> None:
        """Have exactly these on in every running server; one that starts later begins with them."""
        self.failpoints.write_text(failpoints)
        async with asyncio.timeout(SWITCHED_WITHIN_S):
            while not all(self._has(server, failpoints) for server in self.servers):
                await asyncio.sleep(0.01)

    def _has(self, server: Server, failpoints: str) -> bool:
        if not server.running:
            return True
        said = self.failpoints.with_name(f"{self.failpoints.name}.{server.pid}")
        return (said.read_text() if said.exists() else "") == failpoints

    def mark(self) -> None:
        """From here on `complaints` counts."""
        self._marks = {id(server): len(server.log) for server in self.servers}

    def complaints(self) -> str:
        """Tracebacks that the servers logged since `mark`, for the message of an assertion."""
        told = "\n".join(server.log[self._marks.get(id(server), 0) :] for server in self.servers)
        at = told.find("Traceback")
        return told[max(0, at - 300) : at + 3000] if at >= 0 else ""


def built(
    name: str,
    folder: Path,
    count: int = 1,
    redis: Redis | None = None,
    *,
    env: Mapping[str, str] | None = None,
    **urls: str | None,
) -> Stage:
    """A stage whose servers, not started yet, have their data in `folder` and can be made to fail."""
    failpoints = folder / "failpoints"
    told = {**PACE, **(env or {}), "CHATIFY_TEST_FAILPOINTS": str(failpoints)}
    servers = [Server(folder / str(number), env=told, entry=ENTRY, **urls) for number in range(count)]
    for server in servers:
        server.data_dir.mkdir()
    return Stage(name, servers, failpoints, Maker(servers[0].env, folder / "maker.log"), redis)


@contextlib.contextmanager
def own_redis() -> Iterator[Redis]:
    """A Redis to kill; the test is skipped where there is none."""
    try:
        redis = Redis().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield redis
    finally:
        redis.stop()


@contextlib.contextmanager
def running(stage: Stage) -> Iterator[Stage]:
    """Its servers, started and ended."""
    first, *others = stage.servers
    try:
        first.start()
        for server in others:
            shutil.copytree(first.data_dir, server.data_dir, ignore=_all_but_keys, dirs_exist_ok=True)
        stage.start()
        yield stage
    finally:
        stage.maker.close()
        for server in stage.servers:
            server.close()


def _all_but_keys(_: str, names: list[str]) -> set[str]:
    """The processes of one installation share its keys, and no other file."""
    return set(names) - {"secret_key", "jwt_key.pem"}


async def restart(server: Server) -> None:
    """Start a stopped server again on its port, without holding up the load."""
    for attempt in range(3):
        try:
            await asyncio.to_thread(server.start)
            return
        except NotStarted:
            if attempt == 2:
                raise
            await asyncio.sleep(0.5)


async def healed(fleet: Fleet, since: float) -> float:
    """Seconds from `since` until every client has sent what it had then and is level."""
    await fleet.level(before=since)
    return time.monotonic() - since
