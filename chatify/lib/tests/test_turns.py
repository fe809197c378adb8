"""Writers take turns on SQLite, and what follows a commit may write without waiting for itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chatify.lib import db, events


@pytest.mark.django_db(transaction=True)
def test_what_is_called_after_a_commit_may_open_a_transaction() -> None:
    inside: list[bool] = []

    def after() -> None:
        with db.atomic():
            inside.append(connection.in_atomic_block)

    def once(_: int) -> None:
        try:
            with db.atomic():
                events.after_commit(after)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(once, range(8), timeout=30))
    assert inside == [True] * 8
