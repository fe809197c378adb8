"""A bound on what a request may bring: Django writes a body to disk before anybody looks at it."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

LARGEST_BODY = 16 * 1024 * 1024
REFUSAL = json.dumps(
    {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "This is more than the server takes at once.",
    }
).encode()

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def bounded(
    application: Application, largest: int = LARGEST_BODY, larger: Mapping[re.Pattern[str], int] | None = None
) -> Application:
    """The application, for which a client that brings more has gone away; the client is told 413. `larger` are paths
    that take more, and how much."""
    exceptions = [*(larger or {}).items()]

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        taken, most = 0, next((most for path, most in exceptions if path.fullmatch(scope["path"])), largest)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= most else {"type": "http.disconnect"}

        await application(scope, counted, send)
        if taken > most:
            await _refuse(send)

    return guarded


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSAL})
