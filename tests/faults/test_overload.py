"""Three times what servers can do: what is missed least goes first, sends last, and nothing acknowledged is lost."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.run import TALK, ordinarily, under_load
from tests.faults.stage import Stage, healed
from tests.load import sockets
from tests.load.door import Account, Api, Refused, in_pool
from tests.load.fleet import Fleet, World

pytestmark = [pytest.mark.process, pytest.mark.fault("overload")]

# Ten sends a second are all that a server does: two at a time, for which the database takes 0.2 s.
CAPACITY = "narrow=2,slow_database=0.2"
DONE_A_SECOND = 10
TIMES = 3
TYPED_WITHIN_S = 0.3
ALL_SHED_WITHIN_S = 45.0
ORDER = ["typing", "search", "socket", "send"]


async def test_three_times_what_can_be_done_sheds_in_order_and_loses_nothing_acknowledged(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    """Twenty conversations of eight tabs each: 160 sends may be on their way, which is more than can wait."""
    ordinarily(stage.name, "sqlite")
    aside = stage.world("aside", people=2, conversations=12, members=2)
    since: dict[str, float] = {}

    async def overload(fleet: Fleet) -> list[float]:
        async with Probe(stage.urls[0], aside) as probe:
            assert await probe.had() == {"typing", "search", "socket"}, "without strain all of it is there"
            async with stage.failing(CAPACITY):
                began = time.monotonic()
                while len(since) < len(ORDER):
                    assert time.monotonic() - began < ALL_SHED_WITHIN_S, f"after seconds: {since}"
                    missing = {"typing", "search", "socket"} - await probe.had()
                    missing |= {"send"} if _put_off(fleet) else set()
                    since.update({name: time.monotonic() - began for name in missing - set(since)})
                with pytest.raises(Refused) as refused:
                    await in_pool(probe.api.send, next(iter(aside.conversations)), "now?", str(uuid.uuid4()))
                assert refused.value.status == 429
        return [await healed(fleet, time.monotonic())]

    plan = replace(TALK, conversations=20, rate=TIMES * DONE_A_SECOND * len(stage.servers))
    await under_load(stage, tmp_path, overload, seed=seed, plan=plan, people=8, tabs=2)
    print(f"[{stage.name}] shed after seconds: {since}")
    assert sorted(since, key=lambda name: since[name]) == ORDER
    async with Probe(stage.urls[0], aside) as probe:
        assert await probe.had() == {"typing", "search", "socket"}, "and afterwards all of it is there again"


def _put_off(fleet: Fleet) -> bool:
    codes = {error["code"] for client in fleet.clients for error in client.errors}
    assert codes <= {"rate", "retry"}, codes
    return "rate" in codes


class Probe:
    """Two people beside the load, who try what a server can leave undone."""

    def __init__(self, url: str, world: World) -> None:
        self._url = url
        self._people = world.people
        self._places = cycle(world.conversations)  # typing is forwarded once in three seconds for each
        self._stack = contextlib.AsyncExitStack()
        self.api = Api(url, world.people[0])

    async def __aenter__(self) -> "Probe":
        self._writer, self._reader = [
            await self._stack.enter_async_context(self._line(person)) for person in self._people
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def had(self) -> set[str]:
        """What is not left undone now."""
        tries: dict[str, Callable[[], Awaitable[bool]]]
        tries = {"typing": self._typing, "search": self._search, "socket": self._socket}
        return {name for name, had in tries.items() if await had()}

    @contextlib.asynccontextmanager
    async def _line(self, person: Account) -> AsyncIterator[sockets.ClientConnection]:
        token = await in_pool(person.token, self._url)
        async with sockets.bare(self._url, token=token) as socket:
            await sockets.hello(socket)
            yield socket

    async def _typing(self) -> bool:
        place = next(self._places)
        await sockets.say(self._writer, "typing", conversation=place)
        with contextlib.suppress(TimeoutError):
            await sockets.until(self._reader, "typing", timeout=TYPED_WITHIN_S)
            return True
        return False

    async def _search(self) -> bool:
        try:
            await in_pool(lambda: self.api.get("/people", q="load"))
        except Refused as refused:
            assert refused.status == 429
            return False
        return True

    async def _socket(self) -> bool:
        try:
            async with self._line(self._people[0]):
                return True
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            assert closed.rcvd.code == 4013
            return False
