"""What a fault run needs: server processes on one database, worlds in it, and the verdict at the end."""

import asyncio
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.faults import checker
from tests.faults.verdict import Verdict
from tests.load import journal
from tests.load.door import Account
from tests.load.fleet import Fleet, World
from tests.services.processes import NotStarted
from tests.services.redis import Redis
from tests.services.server import Server, run_python

ROUNDS = int(os.environ.get("CHATIFY_TEST_FAULT_ROUNDS", "0"))


@dataclass
class Stage:
    """One database with one server (SQLite), or with two that share a Redis (PostgreSQL)."""

    name: str
    servers: list[Server]
    redis: Redis | None = None
    _marks: dict[int, int] = field(default_factory=dict)
    _cast: dict[str, Account] = field(default_factory=dict)

    @property
    def urls(self) -> list[str]:
        """Where the servers answer."""
        return [server.url for server in self.servers]

    @property
    def database(self) -> str:
        """The URL that the checker reads the tables from."""
        one = self.servers[0]
        return one.env.get("DATABASE_URL") or f"sqlite:///{one.data_dir / 'chatify.sqlite3'}"

    def world(self, run: str, *, people: int, conversations: int, members: int) -> World:
        """New groups for one test, among the same people as before: signing in is slow on purpose."""
        sizes = {"people": people, "conversations": conversations, "members": members}
        options = [part for name, size in sizes.items() for part in (f"--{name}", str(size))]
        made = run_python("-m", "tests.load.world", "--run", run, *options, env=self.servers[0].env)
        world = World.parse(json.loads(made.stdout.splitlines()[-1]))
        for account in world.people:
            self._cast.setdefault(account.id, account)
        return replace(world, people=[self._cast[account.id] for account in world.people])

    def judge(self, logs: Path, heals: Iterable[float] = ()) -> Verdict:
        """Run the checker, print its line, and fail with its findings when a property is broken."""
        verdict = checker.check(self.database, logs, heals)
        lineages = [record.fields for log in journal.read(logs) for record in log.of("epoch")]
        assert not lineages, f"nobody restored anything, and yet the epoch changed: {lineages[:3]}"
        print(f"\n[{self.name}] {verdict}")
        assert verdict.holds, checker.explain(verdict)
        return verdict

    def mark(self) -> None:
        """From here on `complaints` counts."""
        self._marks = {id(server): len(server.log) for server in self.servers}

    def complaints(self) -> str:
        """Tracebacks that the servers logged since `mark`, for the message of an assertion."""
        told = "\n".join(server.log[self._marks.get(id(server), 0) :] for server in self.servers)
        at = told.find("Traceback")
        return told[max(0, at - 300) : at + 3000] if at >= 0 else ""


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
