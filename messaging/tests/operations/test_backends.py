"""The log's statements: each database's own do exactly what the portable ones do, in a constant number."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from chatify.lib import db
from chatify.lib.errors import ChatifyError, Invalid, NotFound
from messaging.events import LogAppended
from messaging.models import Conversation, Event, Membership, Message, SearchProgress, Unsettled
from messaging.operations import (
    backends,
    conversations,
    groups,
    inbox,
    log,
    members,
    messages,
    rows,
    settle,
)
from messaging.operations.backends import portable, postgresql, sqlite
from messaging.queries import access, verify

pytestmark = pytest.mark.django_db
OWN = {"postgresql": postgresql, "sqlite": sqlite}
START = datetime(2026, 11, 21, 9, 41, tzinfo=UTC)
HOSTILE = [
    "'; DROP TABLE messaging_message; --",
    'Quotes " and \'\' and “”, backslashes \\ \\\\ \\" \\n, braces {"a",NULL} and %s %% %(name)s',
    "NULL",
    "Emoji 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿, \u2028 lines, \U0010abcd, עברית, 中文",
    "Tabs\tand\nlines\n\n    and\x7f controls\x1f",
    "x" * 8_000,
    "\U0001f600" * 8_000,
]


@pytest.fixture(params=["own", "portable"])
def statements(request):
    """Runs the test with the database's own statements, then with the portable ones."""
    with backends.using(OWN[connection.vendor] if request.param == "own" else portable):
        yield request.param


@pytest.fixture
def chat(alice, bob):
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted, alice, bob, carol):
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def draft():
    def make(sender, conversation, body="Hello", **fields):
        fields.setdefault("client_id", uuid4())
        return messages.prepare(sender, conversation=conversation.id, body=body, **fields)

    return make


class Undone(Exception):
    """Takes the transaction back."""


def told(outcome):
    return str(outcome) if isinstance(outcome, ChatifyError) else (outcome, outcome.shape())


def tables():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Conversation, Membership, Message, Event, Unsettled)
    ]


def run(backend, batches, monkeypatch, **options):
    """Outcomes, facts and tables after appending the batches, with ids and a clock of the test's own; then undone."""
    number, facts, outcomes = iter(range(10_000)), [], []

    monkeypatch.setattr("messaging.operations.ledger.ids.uuid7", lambda: UUID(int=(7 << 76) + next(number)))
    monkeypatch.setattr("messaging.operations.log.events.emit", facts.append)
    monkeypatch.setattr(
        "messaging.operations.log.timezone.now", lambda: START + timedelta(milliseconds=next(number))
    )
    with contextlib.suppress(Undone), backends.using(backend), db.atomic():
        for batch in batches:
            outcomes.append([told(outcome) for outcome in log.append(batch, **options)])
        found = outcomes, facts, tables()
        raise Undone
    return found


@pytest.fixture
def mixed(acquainted, alice, bob, carol, dave, chat, group, draft):
    """Two batches with everything that may come: repeats, strangers, answers, texts of every sort."""
    first = messages.send(alice, conversation=group.id, body="Frost tonight", client_id=uuid4())
    members.add(alice, conversation=group.id, users=[dave])
    kept, later = draft(bob, chat, "Kept"), uuid4()
    batch = [draft((alice, bob, carol)[place % 3], group, body) for place, body in enumerate(HOSTILE)]
    batch += [
        kept,
        kept,
        draft(alice, chat, client_id=kept.client_id),
        draft(dave, chat),
        replace(kept, conversation=uuid4()),
        draft(bob, group, "Yes", reply_to=first.id),
        draft(dave, group, "What?", reply_to=first.id),
        draft(bob, chat, "Elsewhere", reply_to=first.id),
        draft(carol, group, "By a bot", reads=False, client_id=later),
        draft(carol, group, "Old", sent_at=datetime(2019, 1, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        draft(bob, group, "On the second", sent_at=datetime(2031, 1, 1, tzinfo=UTC)),
    ]
    return [batch, [draft(carol, group, "Again", client_id=later), kept, draft(alice, chat, reads=False)]]


def test_both_ways_store_and_tell_exactly_the_same(mixed, monkeypatch):
    own = run(OWN[connection.vendor], mixed, monkeypatch)
    assert own == run(portable, mixed, monkeypatch)
    outcomes, facts, stored = own
    assert [type(each).__name__ for each in outcomes[0]].count("str") == 4
    assert sum(len(fact.rows) for fact in facts) == len(mixed[0]) - 5 + 1
    assert len(stored[2]) == len(mixed[0]) - 5 + 1 + 1


def test_both_ways_store_the_unannounced_the_same(mixed, monkeypatch):
    before = Unsettled.objects.count()
    own = run(OWN[connection.vendor], mixed, monkeypatch, announce=False)
    assert own == run(portable, mixed, monkeypatch, announce=False)
    _, facts, (*_, events, _) = own
    assert facts == []
    assert len(events) > 3
    assert Unsettled.objects.count() == before


def test_the_log_holds_after_all_of_it(mixed, group, chat, statements):
    for batch in mixed:
        log.append(batch)
    assert [finding for row in (group, chat) for finding in verify.check(row.id)] == []


def test_every_text_comes_back_as_it_was_sent(alice, chat, draft, statements):
    rng = Random(17)
    odd = "".join(map(chr, [*range(32, 127), 9, 10, 92, 34, 39, 123, 125, 44, 0x85, 0x2028, 0x1F600]))
    texts = HOSTILE + ["x" + "".join(rng.choices(odd, k=rng.randrange(60))) + "x" for _ in range(60)]
    drafts = [draft(alice, chat, text) for text in texts]
    sent = log.append(drafts)
    stored = Message.objects.in_bulk([each.id for each in sent])
    assert [stored[each.id].body for each in sent] == [each.body for each in drafts]
    assert [stored[each.id].html for each in sent] == [each.html for each in drafts]


def test_a_text_that_no_database_keeps_is_refused_before_the_log(alice, chat, draft):
    for text in ("a\x00b", "half \ud800 of one"):
        with pytest.raises(Invalid):
            draft(alice, chat, text)


def test_a_bigger_batch_costs_no_more_statements(acquainted, alice, bob, chat, group, draft):
    def count(size):
        drafts = [draft((alice, bob)[n % 2], (chat, group)[n % 3 > 0], f"Message {n}") for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            log.append(drafts)
        return len(captured)

    # With the savepoint that a transaction inside the test's own is.
    assert (
        count(2) == count(40) == count(200) == {"postgresql": 2 + 2, "sqlite": 3 + 5 + 2}[connection.vendor]
    )


def test_a_violated_constraint_takes_everything_back(alice, bob, chat, group, draft, statements):
    log.append([draft(alice, chat), draft(alice, group)])
    Conversation.objects.filter(pk=chat.pk).update(message_count=0)
    before = tables()
    with pytest.raises(IntegrityError):
        log.append([draft(bob, group), draft(bob, chat)])
    assert tables() == before


def test_what_was_sent_before_is_found_by_its_whole_name(alice, bob, chat, group, draft, statements):
    key = uuid4()
    (sent,) = log.append([draft(alice, chat, client_id=key)])
    known, others = (chat.id, alice.id, key), [(chat.id, bob.id, key), (group.id, alice.id, key)]
    assert rows.sent_before([known, *others, known]) == {known: sent.again()}
    assert rows.sent_before([]) == {}


def test_a_batch_stays_unsettled_until_it_was_announced(alice, group, chat, draft, statements):
    settle.settle(list(Unsettled.objects.values_list("id", flat=True)))
    log.append([draft(alice, where, f"Message {n}") for n in range(15) for where in (group, chat)])
    log.append([draft(alice, group, "One more")])
    first, second = Unsettled.objects.order_by("id")
    left = settle.unsettled(older_than=-60)
    assert left.batches == [first.id, second.id]
    assert sorted(row.id for row in left.rows) == sorted(
        Event.objects.filter(message__sender=alice).values_list("id", flat=True)
    )
    for where in (group, chat):
        seqs = [row.event["seq"] for row in left.rows if row.conversation == where.id]
        assert seqs == sorted(seqs)
    assert settle.unsettled(older_than=60) is None
    assert settle.settle([first.id, uuid4()]) == 1
    assert settle.unsettled(older_than=-60).batches == [second.id]
    assert settle.settle([first.id, second.id]) == 1
    assert settle.settle([]) == 0 and settle.unsettled(older_than=-60) is None


def test_other_databases_get_the_portable_statements(monkeypatch):
    assert backends.current() is OWN[connection.vendor]
    monkeypatch.setattr(connection, "vendor", "oracle", raising=False)
    assert backends.current() is portable


def in_thread(work):
    try:
        return work()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_with_batches_leave_no_hole_and_no_double(
    alice, bob, carol, group, draft, statements
):
    people, keys = (alice, bob, carol), [uuid4() for _ in range(90)]

    def work(turn):
        if turn % 4 == 3:
            return inbox.mark_read(people[turn % 3].id, conversation=group.id, number=turn) and []
        start = turn * 7 % len(keys)
        chosen = [(place % 3, keys[place % len(keys)]) for place in range(start, start + 12)]
        return log.append([draft(people[who], group, client_id=key) for who, key in chosen])

    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(in_thread, lambda turn=turn: work(turn)) for turn in range(48)]
        outcomes = [outcome for future in futures for outcome in future.result()]
    fresh = [outcome for outcome in outcomes if not outcome.duplicate]
    assert sorted(outcome.number for outcome in fresh) == list(range(1, len(fresh) + 1))
    assert len({(outcome.id, outcome.seq, outcome.number) for outcome in outcomes}) == len(fresh)
    assert list(verify.check(group.id)) == []


@contextlib.contextmanager
def waiting(work):
    """Hold the block's lock until `work` waits for it, then let the block commit; gives what comes of `work`."""
    with ThreadPoolExecutor(1) as pool:
        started, results = threading.Event(), []
        with db.atomic():
            yield results
            future = pool.submit(in_thread, lambda: (started.set(), work())[1])
            started.wait()
            with contextlib.suppress(TimeoutError):
                results.append(future.result(timeout=0.5))
            assert not results, "it did not wait"
        results.append(future.result())


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_a_send_waited_for_counts(alice, bob, group, draft, statements):
    with waiting(lambda: log.append([draft(bob, group), draft(alice, group)])) as results:
        members.remove(alice, conversation=group.id, user=bob)
    assert [type(outcome) for outcome in results[0]] == [NotFound, log.Sent]


@pytest.mark.django_db(transaction=True)
def test_a_repeat_that_waited_for_the_original_gets_it(alice, group, draft, statements):
    twice = draft(alice, group)
    with waiting(lambda: log.append([twice])) as results:
        (first,) = log.append([twice])
    assert results[0] == [first.again()]


@pytest.mark.django_db(transaction=True)
def test_a_locked_conversation_does_not_hold_up_the_others(alice, chat, group, draft, statements):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits for one conversation alone")
    drafts = [draft(alice, chat), draft(alice, group), draft(alice, chat)]

    def impatient():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return log.append(drafts)

    with ThreadPoolExecutor(1) as pool, log.open_ledger(chat.id):
        outcomes = pool.submit(in_thread, impatient).result()
    assert [type(outcome) for outcome in outcomes] == [rows.Busy, log.Sent, rows.Busy]
    assert access.conversation_for(alice, chat.id).head == 0


@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_gives_each_transaction_another_session_is_found_out(
    alice, chat, group, draft, monkeypatch, caplog
):
    if connection.vendor != "postgresql":
        pytest.skip("nothing is prepared elsewhere")
    monkeypatch.setattr(postgresql, "_pooled", False)
    log.append([draft(alice, chat)])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    outcomes = log.append([draft(alice, chat), draft(alice, group)])
    assert [type(outcome) for outcome in outcomes] == [log.Sent, log.Sent]
    assert "a pooler stands before PostgreSQL" in caplog.text
    log.append([draft(alice, chat)])
    assert list(verify.check(chat.id)) == [] == list(verify.check(group.id))
    assert access.conversation_for(alice, chat.id).message_count == 3


def test_what_is_prepared_says_the_same_without_preparing():
    plain = postgresql._SENT_BEFORE.plain
    assert "unnest(%s::uuid[], %s::uuid[], %s::uuid[])" in plain
    for statement in postgresql._ALL:
        assert statement.plain.count("%s") == len(statement.types) == statement.call.count("%s")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["append", "ledger"])
def test_what_only_names_a_conversation_never_waits_for_its_writers(alice, group, draft, statements, way):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer")
    wanted = [draft(alice, group).identity]

    def index():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        SearchProgress.objects.update_or_create(conversation_id=group.id, defaults={"seq": 7})

    with ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as held:
        if way == "ledger":
            held.enter_context(log.open_ledger(group.id))
        else:
            held.enter_context(db.atomic())
            backends.current().lock(wanted)
        pool.submit(in_thread, index).result()
    assert SearchProgress.objects.get(conversation_id=group.id).seq == 7


def test_a_renamed_group_tells_its_title(alice, group, monkeypatch, statements):
    facts = []
    monkeypatch.setattr("messaging.operations.log.events.emit", facts.append)
    groups.change(alice, conversation=group.id, title="Orchard")
    (fact,) = facts
    assert isinstance(fact, LogAppended)
    assert fact.rows[0].event["data"]["title"] == "Orchard"
    assert fact.rows[0].event["data"]["actor"]["username"] == "alice"
    assert fact.rows[0].id == Event.objects.get(conversation=group, seq=fact.rows[0].event["seq"]).id
