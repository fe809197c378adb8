"""Many clients at once, and the question when they are all level."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.load.client import Client
from tests.load.door import Account, Api, Refused, in_pool


@dataclass(frozen=True)
class World:
    """The load's people and conversations, as `tests.load.world` printed them."""

    people: list[Account]
    conversations: dict[str, list[str]]

    @classmethod
    def parse(cls, told: dict[str, Any]) -> "World":
        """From the JSON of `tests.load.world`."""
        people = [Account(person["id"], person["email"], person["password"]) for person in told["people"]]
        return cls(people, {made["id"]: made["members"] for made in told["conversations"]})

    def account(self, user: str) -> Account:
        """The person with this id."""
        return next(person for person in self.people if person.id == user)


class Fleet:
    """One client per person, or `tabs` of them. Use as `async with`: it starts them level and stops them at the end."""

    def __init__(
        self,
        world: World,
        urls: Sequence[str],
        logs: Path,
        *,
        people: Sequence[Account] | None = None,
        heard: Callable[[Client, dict[str, Any], float], None] | None = None,
        seed: int = 1,
        tabs: int = 1,
    ) -> None:
        self.world = world
        self.clients = [
            Client(
                account,
                urls=[*urls[index % len(urls) :], *urls[: index % len(urls)]],
                logs=logs,
                name=f"{account.email.split('@')[0]}-{tab}" if tabs > 1 else None,
                seed=seed,
                observer=index == 0 and tab == 0,
                heard=heard,
            )
            for tab in range(tabs)
            for index, account in enumerate(people or world.people)
        ]
        self._runs: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(take_position(client, self.world) for client in self.clients))
        self._runs = [asyncio.create_task(client.run()) for client in self.clients]
        async with asyncio.timeout(30):
            await asyncio.gather(*(client.ready.wait() for client in self.clients))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(client.stop() for client in self.clients), return_exceptions=True)
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)

    def of(self, conversation: str) -> list[Client]:
        """The clients of a conversation's members."""
        members = set(self.world.conversations[conversation])
        return [client for client in self.clients if client.account.id in members]

    def client(self, user: str) -> Client:
        """The client of a person."""
        return next(client for client in self.clients if client.account.id == user)

    async def drained(self, timeout_s: float = 120.0) -> None:
        """Return once nothing waits in an outbox. A load above what the server can do takes its time."""
        async with asyncio.timeout(timeout_s):
            while any(len(client.outbox) for client in self.clients):
                await asyncio.sleep(0.05)

    async def level(self, timeout_s: float = 30.0, *, before: float | None = None) -> float:
        """Seconds until every client is connected, has nothing unsent from `before` and reached the heads
        that the server tells once that is so. TimeoutError names who is behind.
        """
        started = time.monotonic()
        limit = started if before is None else before
        heads: dict[str, int] | None = None
        while True:
            if heads is None and all(_sent(client, limit) for client in self.clients):
                heads = await self.heads()
            behind = [client for client in self.clients if heads is None or not _reached(client, heads)]
            if not behind:
                return time.monotonic() - started
            if time.monotonic() - started > timeout_s:
                raise TimeoutError("not level: " + "; ".join(_where(client, heads) for client in behind[:5]))
            await asyncio.sleep(0.05)

    async def heads(self) -> dict[str, int] | None:
        """The heads of all conversations as the API tells them, or None while it does not answer."""
        heads: dict[str, int] = {}
        try:
            for client in self.clients:
                if not set(client.cursors) <= set(heads):
                    heads.update(await in_pool(_heads_of, client.api))
        except (OSError, Refused):
            return None
        return heads


async def take_position(client: Client, world: World) -> None:
    """Read where each conversation of the world stands, as a page does before its socket opens."""
    shown = [item for item in await in_pool(client.api.conversations) if item["id"] in world.conversations]
    client.start_from({item["id"]: item["head"] for item in shown}, shown[0]["epoch"] if shown else None)
    if client.observer:
        await note_snapshots(client)


async def note_snapshots(client: Client) -> None:
    """Write the whole of each conversation into the client's log, for the comparison early against late."""
    for conversation in list(client.cursors):
        shown = await in_pool(client.api.snapshot, conversation)
        client.journal.write("snapshot", conv=conversation, head=shown["conversation"]["head"], shown=shown)


async def note_unread(client: Client, only: Collection[str] | None = None) -> None:
    """Write the unread figures that the API shows this person into the log, of all conversations or `only` these."""
    for item in await in_pool(client.api.conversations):
        if only is None or item["id"] in only:
            client.journal.write("shown", conv=item["id"], unread=item["unread"])


def _heads_of(api: Api) -> dict[str, int]:
    return {item["id"]: item["head"] for item in api.conversations()}


def _sent(client: Client, limit: float) -> bool:
    oldest = client.outbox.oldest()
    return client.ready.is_set() and (oldest is None or oldest > limit)


def _reached(client: Client, heads: dict[str, int]) -> bool:
    level = all(
        cursor.seq is not None and cursor.seq >= heads.get(at, 0) for at, cursor in client.cursors.items()
    )
    return level and client.ready.is_set()


def _where(client: Client, heads: dict[str, int] | None) -> str:
    if heads is None:
        return f"{client.account.email} ready={client.ready.is_set()} unsent={len(client.outbox)}"
    late = {
        at: (cursor.seq, heads.get(at))
        for at, cursor in client.cursors.items()
        if cursor.seq != heads.get(at)
    }
    return f"{client.account.email} ready={client.ready.is_set()} behind={late} closes={client.closes[-3:]}"
