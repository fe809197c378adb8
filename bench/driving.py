"""The load client as the benches use it: a process on the last core, asked by lines of JSON."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Any

from bench import machine
from bench.client.adapters import Seat
from tests.services.processes import ROOT, NotStarted

LONGEST_S = 180.0
LINE_BYTES = 2**26


class Lines:
    """A child that reads and writes one JSON object a line."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self._name = name

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, **command: Any) -> dict[str, Any]:
        """Say one command and wait for the answer. Raises as `answer`."""
        self.say(**command)
        return await self.answer()

    def say(self, **command: Any) -> None:
        """Say one command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def answer(self) -> dict[str, Any]:
        """The next line. Raises NotStarted when the child is gone or says that it failed."""
        assert self._process.stdout is not None
        async with asyncio.timeout(LONGEST_S):
            line = await self._process.stdout.readline()
        told: dict[str, Any] = json.loads(line) if line.strip() else {"error": "it ended"}
        if "error" in told:
            raise NotStarted(f"{self._name}: {told['error']}")
        return told


@contextlib.asynccontextmanager
async def lines(*command: str, name: str, env: dict[str, str] | None = None) -> AsyncIterator[Lines]:
    """Start such a child; it is ended with the block."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, env=env, cwd=ROOT, limit=LINE_BYTES
    )
    try:
        yield Lines(process, name)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[Lines]:
    """The load client, pinned to the last core."""
    async with lines(sys.executable, "-m", "bench.client", name="the load client") as child:
        machine.pin(child.pid, machine.last_core())
        yield child


@contextlib.asynccontextmanager
async def crowd(adapter: str, port: int, seats: Sequence[Seat], *, size: int) -> AsyncIterator[Lines]:
    """A load client with these seats taken at a server; its bodies have `size` bytes."""
    async with client() as child:
        await child.ask(
            do="open", adapter=adapter, port=port, seats=[asdict(seat) for seat in seats], size=size
        )
        yield child
