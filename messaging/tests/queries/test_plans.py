"""What a page reads does not grow with the tables: the databases are asked how they would answer each query."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Conversation, Message
from messaging.queries import access, counts, gathered, inbox, members, sync, timeline

pytestmark = pytest.mark.django_db
LARGE = ("messaging_message", "messaging_event")
MOST = 130
"""Rows of a large table that one query may read; the flood has many more in every long conversation."""
Read = Callable[[User, Conversation], Any]

READS: dict[str, Read] = {
    "inbox": lambda user, row: inbox.page(user),
    "done": lambda user, row: inbox.page(user, filter="done"),
    "snoozed": lambda user, row: inbox.page(user, filter="snoozed"),
    "unread": lambda user, row: inbox.page(user, filter="unread"),
    "chats": lambda user, row: inbox.page(user, filter="chats"),
    "sent": lambda user, row: inbox.page(user, filter="sent"),
    "next page": lambda user, row: inbox.page(user, cursor=inbox.page(user, limit=3).next, limit=3),
    "unread total": lambda user, row: inbox.unread_total(user),
    "one row": lambda user, row: inbox.row(user, row.id),
    "latest": lambda user, row: timeline.page(opened(user, row)),
    "older": lambda user, row: timeline.page(opened(user, row), before=row.message_count // 2),
    "around": lambda user, row: timeline.page(opened(user, row), around=row.message_count // 2),
    "newcomer": lambda user, row: timeline.page(opened(user, row, from_seq=row.head - 2)),
    "media": lambda user, row: gathered.page(opened(user, row), "media"),
    "files": lambda user, row: gathered.page(opened(user, row), "files"),
    "members": lambda user, row: members.page(opened(user, row)),
    "resume": lambda user, row: sync.since(opened(user, row), row.head - 20),
    "recount": lambda user, row: counts.skip_after(opened(user, row).my, row.message_count - 5),
}


def opened(user: User, row: Conversation, from_seq: int = 0) -> Conversation:
    found = access.conversation_for(user, row.id)
    found.my.visible_from_seq = from_seq
    return found


@pytest.fixture
def flooded() -> tuple[User, Conversation]:
    """The person of all conversations, and the longest of those."""
    call_command("flood", messages=2_000, conversations=12, people=30, stdout=StringIO())
    longest = Conversation.objects.order_by("-message_count").first()
    assert longest.message_count > MOST
    return User.objects.get(username="flood-0"), longest


def statements(read: Read, user: User, row: Conversation) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        read(user, row)
    found = [query["sql"] for query in queries.captured_queries]
    assert found
    return found


def too_much(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return [step for *_, step in cursor.fetchall() if scans(step)]
        # Two thousand rows are few enough to be read whole: this asks whether there is a better way when they are not.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (told,) = cursor.fetchone()
    plans = json.loads(told) if isinstance(told, str) else told
    return [f"{table}: {count:g} rows" for table, count in rows_read(plans[0]["Plan"]) if count > MOST]


def scans(step: str) -> bool:
    """Whether SQLite would read a whole table; a SEARCH goes by an index."""
    return step.startswith(
        ("SCAN messaging_message", "SCAN messaging_event", "SCAN messaging_membership", "SCAN U")
    )


def rows_read(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """How many rows of each large table PostgreSQL looked at, thrown away ones included."""
    if node.get("Relation Name") in LARGE:
        thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield node["Relation Name"], (node["Actual Rows"] + thrown) * node["Actual Loops"]
    for child in node.get("Plans", []):
        yield from rows_read(child)


def test_no_page_reads_more_than_it_shows(flooded):
    findings = [
        (name, problem, sql)
        for name, read in READS.items()
        for sql in statements(read, *flooded)
        for problem in too_much(sql)
    ]
    assert not findings


def test_reading_a_whole_table_would_be_noticed(flooded):
    (sql,) = statements(lambda user, row: list(Message.objects.filter(body="x")), *flooded)
    assert too_much(sql)


def test_the_log_has_no_index_that_nobody_reads():
    """Each costs at every send: whoever adds one says here what reads it."""
    with connection.cursor() as cursor:
        found = {
            table: {
                name
                for name, rule in connection.introspection.get_constraints(cursor, table).items()
                if rule["index"] or rule["unique"] or rule["primary_key"]
            }
            for table in LARGE
        }
    named = {
        table: {name for name in names if not name.startswith(("messaging_", "__", "sqlite_"))}
        for table, names in found.items()
    }
    assert named == {
        # place: pages; once: duplicates, what a person sent; answers, forwards, carries, pinned: only such rows.
        "messaging_message": {
            "message_place",
            "message_once",
            "message_answers",
            "message_forwards",
            "message_carries",
            "message_pinned",
            "message_pinned_apart",
        },
        # place: notes, resume; of_message: erasing.
        "messaging_event": {"event_place", "event_of_message"},
    }
    assert all(len(names - named[table]) == 1 for table, names in found.items()), "and the primary key"
