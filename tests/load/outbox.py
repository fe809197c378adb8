"""Sends that are not acknowledged yet: kept until the server says so, repeated under the same id."""

import asyncio
import random
import time
import uuid
from dataclasses import dataclass, field

from tests.load import contract


@dataclass
class Entry:
    """One send. Times are monotonic seconds; `intended` is when the load meant it to leave."""

    client_id: str
    conversation: str
    body: str
    intended: float
    tries: int = 0
    due: float = 0.0
    in_flight_since: float | None = None
    extra: dict[str, object] = field(default_factory=dict)
    done: asyncio.Future[dict[str, object]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Outbox:
    """Entries by conversation, first in first out, one in flight per conversation."""

    def __init__(self, rng: random.Random) -> None:
        self._lanes: dict[str, list[Entry]] = {}
        self._by_id: dict[str, Entry] = {}
        self._rng = rng

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, conversation: str, body: str, client_id: str | None, intended: float) -> Entry:
        """Keep a send until it is acknowledged or refused."""
        entry = Entry(client_id or str(uuid.uuid4()), conversation, body, intended)
        self._lanes.setdefault(conversation, []).append(entry)
        self._by_id[entry.client_id] = entry
        return entry

    def ready(self, now: float) -> list[Entry]:
        """The entries that should leave now: the first of each lane that is neither in flight nor waiting."""
        firsts = [lane[0] for lane in self._lanes.values() if lane]
        return [entry for entry in firsts if entry.in_flight_since is None and entry.due <= now]

    def left(self, entry: Entry, now: float) -> None:
        """The entry is on its way."""
        entry.in_flight_since = now
        entry.tries += 1

    def settle(self, client_id: str) -> Entry | None:
        """Acknowledged or refused for good: forget it. None when it was settled before."""
        entry = self._by_id.pop(client_id, None)
        if entry is not None:
            self._lanes[entry.conversation].remove(entry)
        return entry

    def postpone(self, client_id: str, wait_s: float | None = None) -> None:
        """The server asked for patience, or did not answer."""
        entry = self._by_id.get(client_id)
        if entry is None:
            return
        entry.in_flight_since = None
        entry.due = time.monotonic() + (
            wait_s if wait_s is not None else contract.retry_wait(entry.tries, self._rng)
        )

    def time_out(self, now: float) -> list[Entry]:
        """Put back what waited ten seconds for its answer; the entries concerned."""
        late = [entry for entry in self._by_id.values() if _is_late(entry, now)]
        for entry in late:
            self.postpone(entry.client_id)
        return late

    def disconnected(self) -> list[Entry]:
        """The socket is gone: everything in flight may or may not have arrived. It leaves again at once."""
        flying = [entry for entry in self._by_id.values() if entry.in_flight_since is not None]
        for entry in flying:
            entry.in_flight_since, entry.due = None, 0.0
        return flying

    def oldest(self) -> float | None:
        """When the oldest entry was meant to leave, or None when everything is settled."""
        return min((entry.intended for entry in self._by_id.values()), default=None)


def _is_late(entry: Entry, now: float) -> bool:
    return entry.in_flight_since is not None and now - entry.in_flight_since > contract.ACK_TIMEOUT_S
