"""What begins and ends with the server: the process's realtime side, and its job runner."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async

from chatify.jobs import runner
from messaging import indexing
from messaging.realtime import process, settling

JOB_SECONDS = 4.0


async def lifespan(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """ASGI's lifespan protocol."""
    jobs = runner.for_this_process()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            process.current()
            jobs.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await process.stop()
            await sync_to_async(_finish, thread_sensitive=False)(jobs)
            await send({"type": "lifespan.shutdown.complete"})
            return


def _finish(jobs: runner.Runner) -> None:
    jobs.stop(JOB_SECONDS)
    settling.flush()
    indexing.flush()
