"""Publishing from a process that serves no sockets: a worker, a management command."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from channels.layers import get_channel_layer

from messaging.events import PublishedEvent, ReadState
from messaging.realtime import groups
from messaging.realtime.groups import Message
from messaging.realtime.names import new_origin

SECONDS = 3.0

_guard = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_origin = new_origin(listens=False)


def log(rows: Sequence[PublishedEvent]) -> bool:
    """True when the layer took all of it. Without a shared layer nobody would hear: the relay of the server will
    find the rows."""
    layer = _shared_layer()
    if layer is None:
        return False
    for message in groups.log_messages(_origin, groups.packets_of(rows)):
        _send(layer, message)
    return True


def receipts(states: Sequence[ReadState]) -> bool:
    return _notice("receipts", receipts_body(states))


def revoke(user: str, session: str | None) -> bool:
    return _notice("revoke", {"user": user, "session": session})


def reach(users: Sequence[str]) -> bool:
    told = [_notice("reach", {"user": user}) for user in users]
    return all(told)


def rows(user: str, conversations: Sequence[str]) -> bool:
    told = [_notice("row", {"user": user, "conversation": name}) for name in conversations]
    return all(told)


def met(user: str, conversation: str) -> bool:
    return _notice("met", {"user": user, "conversation": conversation})


def told(user: str, waiting: int, fresh: Sequence[dict[str, Any]]) -> bool:
    return _notice("told", {"user": user, "waiting": waiting, "fresh": list(fresh)})


def receipts_body(states: Sequence[ReadState]) -> dict[str, Any]:
    items = [
        [str(state.conversation), str(state.user), state.delivered, state.read, state.shown]
        for state in states
    ]
    return {"items": items}


def _notice(kind: str, body: dict[str, Any]) -> bool:
    layer = _shared_layer()
    if layer is not None:
        _send(layer, groups.notice(_origin, kind, body))
    return layer is not None


def _shared_layer() -> Any:
    layer = get_channel_layer()
    # Of the class: a Redis layer looks names up in its loop's part, and in this thread no loop runs.
    return layer if getattr(type(layer), "shared", True) else None


def _send(layer: Any, message: Message) -> None:
    asyncio.run_coroutine_threadsafe(_group_send(layer, message), _background()).result(SECONDS + 1)


async def _group_send(layer: Any, message: Message) -> None:
    await asyncio.wait_for(layer.group_send(groups.GROUP, message), SECONDS)


def _background() -> asyncio.AbstractEventLoop:
    """One loop in a daemon thread: a layer keeps its connection as long as its loop lives."""
    global _loop
    with _guard:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="publish", daemon=True).start()
        return _loop
