"""What one socket may ask in a minute."""

import time

from chatify.lib import ratelimit

REFUSALS_BEFORE_CLOSE = 3
BAD_FRAMES_BEFORE_CLOSE = 5
MOST_SYNC_WAIT = 5.0


class Window:
    """A count within a window of time that starts with its first use; free when limits are off."""

    __slots__ = ("_count", "_limit", "_start")

    def __init__(self, name: str) -> None:
        self._limit = ratelimit.limit_for(name)
        self._start = 0.0
        self._count = 0

    def hit(self) -> float:
        """Count one use; the seconds to wait when it is one too many, else 0."""
        if self._limit is None:
            return 0.0
        hits, seconds = self._limit
        now = time.monotonic()
        if now - self._start >= seconds:
            self._start, self._count = now, 0
        self._count += 1
        return 0.0 if self._count <= hits else max(0.1, self._start + seconds - now)


class Patience:
    """How often this socket was refused without a pause, and how much nonsense it said."""

    __slots__ = ("_bad", "_refused")

    def __init__(self) -> None:
        self._bad = 0
        self._refused = 0

    def allowed(self) -> None:
        self._refused = 0

    def refused(self) -> bool:
        """Count a refusal by a limit; True when it is time to close."""
        self._refused += 1
        return self._refused >= REFUSALS_BEFORE_CLOSE

    def nonsense(self) -> bool:
        """Count a frame that is no command; True when it is time to close."""
        self._bad += 1
        return self._bad >= BAD_FRAMES_BEFORE_CLOSE
