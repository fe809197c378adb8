"""A request without end does not fill the disk."""

import asyncio
from typing import Any

from chatify.asgi import application
from chatify.lib.bodies import LARGEST_BODY

CHUNK = b"x" * 1024 * 1024
HEADERS = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")]


def post(chunks: int) -> tuple[int, list[int]]:
    """How many chunks were taken, and the statuses that were answered."""
    taken, answers = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken == chunks:
            await asyncio.sleep(3600)  # the client waits for its answer
        taken += 1
        return {"type": "http.request", "body": CHUNK, "more_body": taken < chunks}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    path = {
        "method": "POST",
        "path": "/healthz",
        "raw_path": b"/healthz",
        "query_string": b"",
        "root_path": "",
    }
    scope = {"type": "http", "http_version": "1.1", "scheme": "http", "headers": HEADERS, **path}
    asyncio.run(application(scope, receive, send))
    return taken, answers


def test_a_body_without_end_is_refused_at_the_bound() -> None:
    taken, answers = post(1000)
    assert taken == LARGEST_BODY // len(CHUNK) + 1
    assert answers == [413]


def test_a_body_below_the_bound_goes_the_usual_way() -> None:
    assert post(2) == (2, [403])  # no token of ours
