"""The channel layer of the embedded default: one process, any thread."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from channels.layers import InMemoryChannelLayer


class InProcessLayer(InMemoryChannelLayer):
    """Channels' in-memory layer wakes nobody when it is used from another thread than the server's: asyncio queues
    are not thread-safe, and a message lies there until something else happens. This one hops to the server's loop.
    """

    shared = False
    """Nobody outside this process hears it; the hub hands its own events over directly."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._home: asyncio.AbstractEventLoop | None = None

    def serve_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the server's loop, where the receivers wait."""
        self._home = loop

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._at_home(super().send(channel, message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._at_home(super().group_send(group, message))

    async def _at_home(self, work: Coroutine[Any, Any, None]) -> None:
        home = self._home
        if home is None or home.is_closed() or home is asyncio.get_running_loop():
            await work
        else:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, home))
