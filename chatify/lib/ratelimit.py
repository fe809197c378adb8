"""Rate limits counted in the shared cache: exactly N pass in a window, however many try at once.

While the cache is down nothing can be counted: the doors of sign-in (CHATIFY_RATES_CLOSED) stay shut, all others open.
"""

import logging
import time

from django.conf import settings
from django.core.cache import cache

from chatify.lib.errors import TooMany

log = logging.getLogger(__name__)
SHUT_SECONDS = 30.0


def limit_for(name: str) -> tuple[int, int] | None:
    """`(hits, seconds)` after CHATIFY_LIMITS, or None where limits are off."""
    factor = settings.CHATIFY_LIMITS
    if factor is None:
        return None
    hits, seconds = settings.CHATIFY_RATES[name]
    return max(1, round(hits * factor)), seconds


def hit(name: str, key: object) -> None:
    """Count one use of `name` by `key`. Raises TooMany beyond the limit of the running window."""
    limit = limit_for(name)
    if limit is None:
        return
    try:
        wait = _count(f"rate:{name}:{key}", *limit)
    except Exception as error:  # each cache has errors of its own
        log.warning("%s cannot be counted (%s)", name, type(error).__name__)
        wait = SHUT_SECONDS if name in settings.CHATIFY_RATES_CLOSED else 0.0
    if wait:
        raise TooMany(retry_after=wait)


def _count(entry: str, hits: int, seconds: int) -> float:
    """Count one use; the seconds to wait when it is one too many, else 0."""
    now = time.time()
    if cache.add(entry, 1, timeout=seconds):
        cache.set(f"{entry}:until", now + seconds, timeout=seconds)
        return 0.0
    try:
        count = cache.incr(entry)
    except ValueError:  # the window ended between the two calls
        cache.add(entry, 1, timeout=seconds)
        return 0.0
    if count == 1:  # Redis made the entry anew, without an end: it would count for ever
        cache.touch(entry, seconds)
    if count <= hits:
        return 0.0
    return max(0.1, (cache.get(f"{entry}:until") or now + seconds) - now)
