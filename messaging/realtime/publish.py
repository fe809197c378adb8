"""Telling sockets what was committed. Callable from any thread; never raises, never waits for the layer in the
process that serves."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from messaging.events import PublishedEvent, ReadState
from messaging.realtime import outside
from messaging.realtime.names import digest_of

log = logging.getLogger(__name__)


Taken = Callable[[], object]
Shape = dict[str, Any]


class Process(Protocol):
    """The serving process, as far as publishing needs it. `hop` runs a call on its loop."""

    def hop(self, work: Callable[[], object]) -> bool: ...
    def log(self, rows: Sequence[PublishedEvent], taken: Taken) -> None: ...
    def receipts(self, states: Sequence[ReadState]) -> None: ...
    def revoke(self, user: str, session: str | None) -> None: ...
    def reach(self, users: Sequence[str]) -> None: ...
    def rows(self, user: str, conversations: Sequence[str]) -> None: ...
    def met(self, user: str, conversation: str) -> None: ...
    def told(self, user: str, waiting: int, fresh: Sequence[Shape]) -> None: ...


_process: Process | None = None


def serve_with(process: Process | None) -> None:
    """Name the process whose sockets hear everything first (None: it ended)."""
    global _process
    _process = process


def batch(rows: Sequence[PublishedEvent], taken: Taken) -> None:
    """Announce committed events, in the order of their logs.

    `taken()` is called once the other processes' layer has all of them, from this thread or another: then the batch is
    settled. What it never gets is announced again by the relay.
    """
    process = _process
    if process is not None and process.hop(lambda: process.log(rows, taken)):
        return
    if _safely(lambda: outside.log(rows)):
        taken()


def receipts(states: Sequence[ReadState]) -> None:
    """Show how far members have received and read."""
    process = _process
    if process is None or not process.hop(lambda: process.receipts(states)):
        _safely(lambda: outside.receipts(states))


def revoke(user_id: UUID, session_key: str | None = None) -> None:
    """End the sockets of one session at once, or look again at all sessions of this person."""
    user, session = str(user_id), digest_of(session_key) if session_key else None
    process = _process
    if process is None or not process.hop(lambda: process.revoke(user, session)):
        _safely(lambda: outside.revoke(user, session))


def reach(user_ids: Iterable[UUID]) -> None:
    """Look again at what these people show, and to whom."""
    users, process = [str(user) for user in user_ids], _process
    if process is None or not process.hop(lambda: process.reach(users)):
        _safely(lambda: outside.reach(users))


def rows(user_id: UUID, conversation_ids: Iterable[UUID]) -> None:
    """Have a person's open pages look again at these rows of their inbox."""
    user, names, process = str(user_id), [str(id) for id in conversation_ids], _process
    if process is None or not process.hop(lambda: process.rows(user, names)):
        _safely(lambda: outside.rows(user, names))


def met(user_id: UUID, conversation_id: UUID) -> None:
    """Somebody takes part in a conversation from now on: its people may see each other."""
    user, name, process = str(user_id), str(conversation_id), _process
    if process is None or not process.hop(lambda: process.met(user, name)):
        _safely(lambda: outside.met(user, name))


def told(user_id: UUID, waiting: int, fresh: Sequence[Shape] = ()) -> None:
    """Show a person's open pages how many notices wait, and those that are new."""
    user, process = str(user_id), _process
    if process is None or not process.hop(lambda: process.told(user, waiting, fresh)):
        _safely(lambda: outside.told(user, waiting, fresh))


def _safely(work: Callable[[], bool]) -> bool:
    try:
        return work()
    except Exception as error:
        log.warning("publishing failed (%s)", type(error).__name__)
        return False
