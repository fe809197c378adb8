"""What a page reads does not grow with the tables: the databases are asked how they would answer each query."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chatify.lib import db
from messaging.models import Conversation, MailReference, Membership, Message, Notice, Scheduled, Star
from messaging.operations import labels as labelling
from messaging.queries import (
    access,
    counts,
    gathered,
    imports,
    inbox,
    labels,
    members,
    notices,
    pins,
    scheduled,
    search,
    stars,
    sync,
    timeline,
)
from messaging.queries.search import ways

pytestmark = pytest.mark.django_db
LOG = ("messaging_message", "messaging_event")
LARGE = (
    *LOG,
    "messaging_notice",
    "messaging_star",
    "messaging_scheduled",
    "messaging_mailreference",
    "messaging_searchentry",
)
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
    "requests": lambda user, row: inbox.page(user, filter="requests"),
    "starred conversations": lambda user, row: inbox.page(user, filter="starred"),
    "labelled": lambda user, row: inbox.page(user, filter=f"label:{labels.of(user)[0].pk}"),
    "starred messages": lambda user, row: stars.page(user),
    "pinned": lambda user, row: pins.of(opened(user, row)),
    "notices": lambda user, row: notices.page(user),
    "notices waiting": lambda user, row: notices.waiting(user.pk),
    "notices due": lambda user, row: notices.due("push", timezone.now(), limit=50),
    "notices read": lambda user, row: notices.read_through([(user.pk, row.pk)]),
    "waiting to be sent": lambda user, row: scheduled.page(user),
    "waiting here": lambda user, row: scheduled.waiting_in(user, row),
    "known mail": lambda user, row: imports.known(user, [uuid4() for _ in range(50)]),
    "heads": lambda user, row: sync.heads([row.pk]),
    "sockets": lambda user, row: sync.socket_memberships([user.pk]),
    "missed": lambda user, row: sync.missed([sync.Missing(row.pk, row.head - 20, row.head)]),
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
    first = User.objects.get(username="flood-0")
    fill(first)
    return User.objects.get(pk=first.pk), longest


def fill(first: User) -> None:
    """Of what is kept beside the log, many rows of everybody and a few that wait for the first."""
    everybody, now = list(User.objects.filter(username__startswith="flood-")), timezone.now()
    messages = list(Message.objects.order_by("pk")[:900])
    Star.objects.bulk_create(Star(user=everybody[n % 30], message=row) for n, row in enumerate(messages))
    Notice.objects.bulk_create(_notice(everybody[n % 30], row, n) for n, row in enumerate(messages))
    Scheduled.objects.bulk_create(
        Scheduled(
            conversation_id=row.conversation_id, user=everybody[n % 30], client_id=uuid4(), body="later", due_at=now,
            state=Scheduled.State.WAITING if n < 60 else Scheduled.State.SENT,
        )
        for n, row in enumerate(messages)
    )  # fmt: skip
    MailReference.objects.bulk_create(
        MailReference(user=everybody[n % 30], key=uuid4(), conversation_id=row.conversation_id)
        for n, row in enumerate(messages)
    )
    label = labelling.create(first, name="Garden", colour="green")
    rows = Membership.objects.filter(user=first).values_list("conversation_id", flat=True)
    labelling.put(first, label=label.pk, conversations=rows[:3])
    db.analyze(Star, Notice, Scheduled, MailReference)


def _notice(user: User, row: Message, number: int) -> Notice:
    now = timezone.now()
    unread = number < 60
    return Notice(
        user=user, conversation_id=row.conversation_id, message=row, number=row.number, kind="mention", key=str(row.pk),
        reason="mention", read_at=None if unread else now, push_due=now, push_sent=None if unread else now,
    )  # fmt: skip


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
        for whole in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{whole} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (told,) = cursor.fetchone()
    plans = json.loads(told) if isinstance(told, str) else told
    return [f"{table}: {count:g} rows" for table, count in rows_read(plans[0]["Plan"]) if count > MOST]


def scans(step: str) -> bool:
    """Whether SQLite would read a whole table; a SEARCH goes by an index."""
    return step.startswith((*(f"SCAN {table}" for table in LARGE), "SCAN messaging_membership", "SCAN U"))


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


def test_a_search_reads_by_an_index(flooded, monkeypatch):
    """How many entries it reads is up to the words; never all of them because no index leads to what is asked for."""
    monkeypatch.setattr(ways, "FEW_MESSAGES", 0)
    for q in ("the", "上海", "from:flood-3", "has:link st", "is:unread e", "before:2020 st"):
        found = statements(lambda user, row, q=q: search.page(user, q), *flooded)
        plans = [explained(sql) for sql in found if "messaging_searchentry" in sql and "ORDER BY" in sql]
        assert plans, q
        for plan in plans:
            assert any(name in plan for name in ("search_pairs", "position", "VIRTUAL TABLE INDEX")), (
                q,
                plan,
            )
            assert "SCAN e" not in plan and "SCAN messaging_searchentry" not in plan, (q, plan)


def test_notices_and_invitations_are_counted_once_and_not_for_each_conversation(flooded):
    (sql,) = statements(lambda user, row: counts.by_filter(user.pk), *flooded)
    plan = explained(sql)
    once = "InitPlan" if connection.vendor == "postgresql" else "SCALAR SUBQUERY"
    assert sum(line.strip().startswith(once) for line in plan.splitlines()) == 2, plan


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return "\n".join(step for *_, step in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(step for (step,) in cursor.fetchall())


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
            for table in LOG
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
