"""PostgreSQL and Redis for a bench, the same ones for ours and the peers."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.services.postgres import Postgres
from tests.services.redis import Redis


@dataclass
class Services:
    """Both run wherever the kernel puts them: only servers and client are pinned."""

    postgres: Postgres
    redis: Redis

    @cached_property
    def ours(self) -> str:
        """The URL of one database for all of our own servers of a run: migrated once, with new conversations each."""
        return self.database()

    def database(self) -> str:
        """The URL of a new empty database."""
        return self.postgres.database()


@contextlib.contextmanager
def started() -> Iterator[Services]:
    """Start both; they end with the block."""
    with contextlib.ExitStack() as stack:
        postgres = Postgres(durable=True)
        stack.callback(postgres.stop)
        postgres.start()
        redis = Redis()
        stack.callback(redis.stop)
        redis.start()
        yield Services(postgres, redis)
