"""One conversation as a client follows it: a position, and what arrived ahead of it."""

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
HELD_AT_MOST = 1_000


@dataclass
class Cursor:
    """`seq` is the last event applied. `asked_at` is when a `sync` was asked for and not answered yet."""

    seq: int | None
    held: dict[int, Event] = field(default_factory=dict)
    asked_at: float | None = None
    behind_since: float | None = None
    resetting: bool = False

    def offer(self, event: Event) -> list[Event]:
        """Take an event; the events that may now be applied, in order. Lower ones are dropped."""
        seq = event["seq"]
        if self.seq is None and not self.resetting:
            self.seq = seq - 1
        if self.seq is None or seq > self.seq:
            self._hold(event)
        return self._due()

    @property
    def gap(self) -> bool:
        """Something is held that cannot be applied: events are missing in front of it."""
        return bool(self.held)

    def jump(self, head: int) -> list[Event]:
        """A snapshot replaced everything up to `head`."""
        self.seq, self.resetting, self.asked_at = head, False, None
        self.held = {seq: event for seq, event in self.held.items() if seq > head}
        return self._due()

    def _hold(self, event: Event) -> None:
        if len(self.held) < HELD_AT_MOST:
            self.held.setdefault(event["seq"], event)

    def _due(self) -> list[Event]:
        due: list[Event] = []
        while self.seq is not None and not self.resetting and self.seq + 1 in self.held:
            self.seq += 1
            due.append(self.held.pop(self.seq))
        return due
