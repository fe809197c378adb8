"""From a thread to the server's loop.

A wake-up costs both sides a turn of the interpreter's lock, so the thread of a batch gathers what it has to say and
hops once.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Call = Callable[[], object]
_thread = threading.local()


def to(loop: asyncio.AbstractEventLoop, call: Call) -> bool:
    """Run `call` on the loop soon, in the order of asking; False when the loop is gone."""
    gathered: list[Call] | None = getattr(_thread, "calls", None)
    if gathered is not None:
        gathered.append(call)
        return True
    if loop.is_closed():
        return False
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # it was closed just now
        return False
    return True


@contextmanager
def gathered() -> Iterator[list[Call]]:
    """What this thread wants to run on the loop meanwhile, for the caller to take along."""
    calls: list[Call] = []
    _thread.calls = calls
    try:
        yield calls
    finally:
        _thread.calls = None
