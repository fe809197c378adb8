"""The client's process: one JSON command a line in, one JSON answer a line out."""

import asyncio
import gc
import json
import sys
import time
from typing import Any

import uvloop

from bench.client import runs
from bench.client.adapters import ADAPTERS, Seat
from bench.client.crowd import Crowd
from bench.client.runs import Sender


class Client:
    """One crowd at a time."""

    def __init__(self) -> None:
        self._crowd: Crowd | None = None
        self._sender: Sender | None = None

    async def open(self, adapter: str, port: int, seats: list[dict[str, Any]], size: int) -> dict[str, Any]:
        crowd = Crowd(ADAPTERS[adapter](), port)
        await crowd.open(Seat(seat["user"], tuple(seat["rooms"]), seat.get("cookie", "")) for seat in seats)
        self._crowd, self._sender = crowd, Sender(crowd, size)
        # Nothing here makes cycles; a collection would only look like a slow server.
        gc.collect()
        gc.freeze()
        gc.disable()
        return {"open": len(crowd.lines)}

    async def at_rate(self, **how: Any) -> dict[str, Any]:
        return await runs.at_rate(*self._opened(), **how)

    async def closed_loop(self, **how: Any) -> dict[str, Any]:
        return await runs.closed_loop(*self._opened(), **how)

    async def listen(self, **how: Any) -> dict[str, Any]:
        return await runs.listen(self._opened()[0], **how)

    async def close(self) -> dict[str, Any]:
        self._opened()[0].close()
        self._crowd = self._sender = None
        gc.enable()
        return {}

    def _opened(self) -> tuple[Crowd, Sender]:
        if self._crowd is None or self._sender is None:
            raise RuntimeError("no sockets are open")
        return self._crowd, self._sender


async def main() -> None:
    """Answer commands until the input ends."""
    client, loop = Client(), asyncio.get_running_loop()
    commands = {
        work.__name__: work
        for work in (client.open, client.at_rate, client.closed_loop, client.listen, client.close)
    }
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        work, cpu = commands[command.pop("do")], time.process_time()
        try:
            answer = await work(**command)
        except (OSError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({**answer, "client_cpu_s": time.process_time() - cpu}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
