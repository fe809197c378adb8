"""Where the server comes in: pages and API by Django, sockets by one consumer, start and end by the lifespan."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")

import django

django.setup(set_prefix=False)

import re  # noqa: E402
from collections.abc import Awaitable, Callable  # noqa: E402
from typing import Any  # noqa: E402

from django.conf import settings  # noqa: E402

from chatify.lib.bodies import bounded  # noqa: E402
from chatify.lib.handler import ThreadedHandler  # noqa: E402
from chatify.lib.static_door import StaticDoor  # noqa: E402
from chatify.lifespan import lifespan  # noqa: E402
from media.receiving import PREFIX, receive_upload  # noqa: E402
from messaging.realtime.consumer import SocketConsumer  # noqa: E402

# These forms bring files where no script sends them apart.
WITH_FILES, FORM_BYTES = re.compile(r"/c/[0-9a-f-]{36}/messages/|/settings/data/import/"), 64 * 1024 * 1024
django_pages = ThreadedHandler(settings.CHATIFY_PAGE_THREADS)
pages = StaticDoor(bounded(django_pages, larger={WITH_FILES: FORM_BYTES}))  # type: ignore[arg-type]
sockets = SocketConsumer.as_asgi()

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One ASGI application for everything."""
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    elif scope["path"].startswith(PREFIX):
        await receive_upload(scope, receive, send)
    else:
        await pages(scope, receive, send)
