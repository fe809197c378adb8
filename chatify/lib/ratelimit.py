"""Rate limits counted in the shared cache: exactly N pass in a window, however many try at once."""

import time

from django.conf import settings
from django.core.cache import cache

from chatify.lib.errors import TooMany


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
    hits, seconds = limit
    entry = f"rate:{name}:{key}"
    now = time.time()
    if cache.add(entry, 1, timeout=seconds):
        cache.set(f"{entry}:until", now + seconds, timeout=seconds)
        return
    try:
        count = cache.incr(entry)
    except ValueError:  # the window ended between the two calls
        cache.add(entry, 1, timeout=seconds)
        return
    if count > hits:
        until = cache.get(f"{entry}:until") or now + seconds
        raise TooMany(retry_after=max(0.1, until - now))
