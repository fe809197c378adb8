"""Where rows, cached values and sessions live."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from chatify.lib import env

from .base import DATA_DIR

_SQLITE: dict[str, object] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: a message that was acknowledged survives the loss of power. The cache is up to 8 MB a connection: the list
    # of somebody with thousands of conversations touches as many pages, and 2 MB would hold none until the next time.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;"
    ),
}
_POOL = env.whole("CHATIFY_DATABASE_POOL", 16)
_POSTGRES: dict[str, object] = {
    "pool": {"min_size": 2, "max_size": _POOL, "timeout": 10},
    "options": "-c statement_timeout=20s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s",
}

DATABASE: dict[str, Any] = env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'chatify.sqlite3'}")
if "sqlite" in str(DATABASE["ENGINE"]):
    DATABASE["OPTIONS"] = {**DATABASE.get("OPTIONS", {}), **_SQLITE}
    DATABASE["CONN_MAX_AGE"] = None
else:
    DATABASE["OPTIONS"] = {**DATABASE.get("OPTIONS", {}), **_POSTGRES}
    DATABASE["CONN_MAX_AGE"] = 0
DATABASES = {"default": DATABASE}
# A page keeps its connection to the end; sockets and jobs must find some left.
CHATIFY_PAGE_THREADS = env.whole("CHATIFY_PAGE_THREADS", max(2, _POOL - 4))

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL begins with redis://, rediss:// or unix://.")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # Limits ask the cache at every request: one that hangs must not hold them all.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "chatify",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
