"""Static files answered before Django: none of them needs a session or a turn of its middleware."""

import asyncio

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response, StaticFile

from .bodies import Application, Message, Receive, Send

CONDITIONS = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"range": "HTTP_RANGE",
}
"""What WhiteNoise reads of a request, and the name it reads it by."""


class StaticDoor:
    """An ASGI application: WhiteNoise's files with its caching and compression, all else by `application`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._files = WhiteNoiseMiddleware()
        self._security = _security_headers()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if not path.startswith(self._files.static_prefix):
            await self._application(scope, receive, send)
            return
        found = self._files.find_file(path) if self._files.autorefresh else self._files.files.get(path)
        if found is None:
            await self._application(scope, receive, send)
            return
        answer, body = await asyncio.to_thread(_read, found, scope)
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        await send(
            {
                "type": "http.response.start",
                "status": int(answer.status),
                "headers": [*headers, *self._security],
            }
        )
        await send({"type": "http.response.body", "body": body})


def _read(found: StaticFile, scope: Message) -> tuple[Response, bytes]:
    asked = {
        CONDITIONS[name]: value.decode("latin-1") for name, value in scope["headers"] if name in CONDITIONS
    }
    answer = found.get_response(scope["method"], asked)
    if answer.file is None:
        return answer, b""
    with answer.file as file:
        return answer, file.read()


def _security_headers() -> list[tuple[bytes, bytes]]:
    """What Django's SecurityMiddleware says of pages."""
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["strict-transport-security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        )
    return [(name.encode(), value.encode()) for name, value in headers.items()]
