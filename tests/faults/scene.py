"""Who plays in the hostile tests, and what must still be true after each of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection

from tests.faults import tables
from tests.faults.stage import Stage
from tests.load import sockets
from tests.load.door import Account, in_pool


@dataclass(frozen=True)
class Scene:
    """Alice and Bob talk in `room`; Dave has a room of his own, `foreign`, that they know nothing of."""

    stage: Stage
    alice: Account
    bob: Account
    room: str
    foreign: str

    def stored(self) -> dict[str, int]:
        """How many events each conversation holds."""
        return tables.lengths(self.stage.database)

    @asynccontextmanager
    async def socket(self, person: Account | None = None) -> AsyncIterator[ClientConnection]:
        """An open, greeted socket."""
        token = await in_pool((person or self.alice).token, self.stage.urls[0])
        async with sockets.bare(self.stage.urls[0], token=token) as socket:
            await sockets.hello(socket)
            yield socket

    async def goes_on(self, before: dict[str, int]) -> None:
        """Nothing was stored, no traceback logged, and the next honest socket is served."""
        assert self.stored() == before
        assert not self.stage.complaints(), self.stage.complaints()
        async with self.socket():
            pass


def set_scene(stage: Stage) -> Scene:
    """Two rooms of two people each, on a stage."""
    world = stage.world("hostile", people=4, conversations=2, members=2, keep=True)
    alice, bob, *_ = world.people
    room = next(name for name, members in world.conversations.items() if alice.id in members)
    foreign = next(name for name in world.conversations if name != room)
    return Scene(stage, alice, bob, room, foreign)
