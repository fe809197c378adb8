"""Done, snoozed, muted, pinned: whatever a message changes about them follows from its being there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib import events as facts
from chatify.lib.errors import Conflict, Invalid, NotFound
from messaging.events import RowsChanged
from messaging.models import Membership
from messaging.operations import changes, conversations, inbox, messages, standing
from messaging.queries import counts, filters
from messaging.queries import inbox as inbox_of
from messaging.queries.standing import FOREVER, Standing, done, here, snoozed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]


def say(sender, conversation, body="Hello", **fields):
    return messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4(), **fields)


@pytest.fixture
def chat(alice, bob):
    found = conversations.start_direct(alice, other=bob)
    say(bob, found, "First")
    return found


@pytest.fixture
def mine(alice, chat):
    return lambda: Membership.objects.select_related("conversation").get(user=alice, conversation=chat)


def shown(user):
    """The names of the filters that show the one conversation."""
    return {name for name in filters.NAMES if inbox_of.page(user, filter=name).items}


def later(**gap):
    return timezone.now() + timedelta(**gap)


def test_done_leaves_the_inbox_and_its_count_and_a_new_message_brings_both_back(alice, bob, chat, mine):
    assert shown(alice) == {"all", "unread", "chats"} and counts.unread_total(alice.id) == 1
    standing.done(alice, conversations=[chat.id])
    assert shown(alice) == {"done"} and counts.unread_total(alice.id) == 0
    assert shown(bob) == {"all", "read", "chats", "sent"}, "nobody else's inbox changes"
    say(bob, chat, "And one more thing")
    assert shown(alice) == {"all", "unread", "chats"} and counts.unread_total(alice.id) == 2
    assert Standing.of(mine()) == Standing()


def test_what_is_muted_stays_done_until_the_mute_is_over(alice, bob, chat, mine):
    standing.mute(alice, conversations=[chat.id], until=later(hours=1))
    standing.done(alice, conversations=[chat.id])
    say(bob, chat, "Not heard")
    assert shown(alice) == {"done"} and Standing.of(mine()).done_at
    Membership.objects.filter(pk=mine().pk).update(muted_until=later(seconds=-1))
    assert "all" in shown(alice) and not Standing.of(mine()).done_at


def test_muting_later_does_not_put_away_again_what_a_message_brought_back(alice, bob, chat, mine):
    standing.done(alice, conversations=[chat.id])
    say(bob, chat, "Back")
    standing.mute(alice, conversations=[chat.id])
    assert "all" in shown(alice)
    assert Standing.of(mine()).muted_until == FOREVER


def test_a_snooze_ends_by_time_or_by_an_answer_whichever_is_first(alice, bob, chat, mine):
    standing.snooze(alice, conversations=[chat.id], until=later(days=3))
    assert shown(alice) == {"snoozed"} and counts.unread_total(alice.id) == 0
    assert inbox_of.row(alice, chat.id).snoozed_until
    say(bob, chat, "Wake up")
    assert "all" in shown(alice) and "snoozed" not in shown(alice)
    standing.snooze(alice, conversations=[chat.id], until=later(days=3))
    Membership.objects.filter(pk=mine().pk).update(snoozed_until=later(seconds=-1))
    assert "all" in shown(alice) and "snoozed" not in shown(alice)


def test_what_comes_back_from_a_snooze_stands_on_top_again(alice, bob, carol, chat, mine):
    say(carol, conversations.start_direct(alice, other=carol), "Newer")
    standing.snooze(alice, conversations=[chat.id], until=later(hours=1))
    Membership.objects.filter(pk=mine().pk).update(snoozed_until=later(seconds=-1))
    Membership.objects.filter(user=alice).exclude(pk=mine().pk).get().conversation.__class__.objects.exclude(
        pk=chat.pk
    ).update(last_activity_at=later(minutes=-5))
    assert [row.title for row in inbox_of.page(alice).items] == ["Bob", "Carol"]


def test_the_end_of_a_snooze_is_told_to_what_is_open(alice, chat, django_capture_on_commit_callbacks):
    heard = []
    facts.subscribe(RowsChanged, heard.append)
    with django_capture_on_commit_callbacks(execute=True):
        standing.snooze(alice, conversations=[chat.id], until=later(hours=1))
    heard.clear()
    Job.objects.update(due=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert runner.run_due() == 1
    assert heard == [RowsChanged(alice.id, (chat.id,))]


def test_a_pinned_one_stands_above_newer_ones(alice, bob, carol, chat):
    say(carol, conversations.start_direct(alice, other=carol), "Newer")
    standing.pin(alice, conversations=[chat.id])
    assert [row.title for row in inbox_of.page(alice).items] == ["Bob", "Carol"]
    first = inbox_of.page(alice, limit=1)
    assert [row.title for row in inbox_of.page(alice, limit=1, cursor=first.next).items] == ["Carol"]
    standing.pin(alice, conversations=[chat.id], on=False)
    assert [row.title for row in inbox_of.page(alice).items] == ["Carol", "Bob"]


@pytest.mark.parametrize("gap", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400)])
def test_a_time_that_is_over_is_refused_and_nothing_is_changed(alice, chat, mine, gap):
    for act in (standing.snooze, standing.mute):
        with pytest.raises(Invalid) as refused:
            act(alice, conversations=[chat.id], until=timezone.now() + gap)
        assert "until" in refused.value.errors
    assert Standing.of(mine()) == Standing()


def test_a_stranger_and_who_left_find_nothing(alice, bob, dave, chat):
    for act in (standing.done, standing.pin, standing.mute, standing.wake):
        with pytest.raises(NotFound):
            act(dave, conversations=[chat.id])
    Membership.objects.filter(user=bob, conversation=chat).update(left_seq=1)
    with pytest.raises(NotFound):
        standing.done(bob, conversations=[chat.id])


def test_everything_can_be_undone_once(alice, bob, chat, mine):
    until = later(hours=2)
    standing.mute(alice, conversations=[chat.id], until=until)
    for act in (
        lambda: standing.done(alice, conversations=[chat.id]),
        lambda: standing.pin(alice, conversations=[chat.id]),
        lambda: standing.snooze(alice, conversations=[chat.id], until=later(days=1)),
        lambda: standing.mute(alice, conversations=[chat.id], on=False),
    ):
        before = Standing.of(mine())
        change = act()
        assert Standing.of(mine()) != before
        with pytest.raises(NotFound):
            changes.undo(bob, change=change.id)
        changes.undo(alice, change=change.id)
        assert Standing.of(mine()) == before
        with pytest.raises(Conflict):
            changes.undo(alice, change=change.id)
    assert mine().muted_until == until


def test_a_row_and_a_query_judge_alike(alice, bob, chat, mine):
    now = timezone.now()
    past, future = now - timedelta(hours=1), now + timedelta(hours=1)
    for done_at in (None, past):
        for snoozed_until in (None, past, future):
            for muted_until in (None, past, future):
                for number in (0, 1):
                    Membership.objects.filter(pk=mine().pk).update(
                        done_at=done_at,
                        done_number=number,
                        snoozed_until=snoozed_until,
                        snoozed_number=number,
                        muted_until=muted_until,
                    )
                    row, rows = mine(), Membership.objects.filter(user=alice)
                    assert row.is_done(now) == rows.filter(done(now)).exists()
                    assert row.is_snoozed(now) == rows.filter(snoozed(now)).exists()
                    inside = not row.is_done(now) and not row.is_snoozed(now)
                    assert inside == rows.filter(here(now)).exists()


def test_pages_hold_every_conversation_once_though_any_of_them_moves_meanwhile(alice, bob):
    groups = [
        conversations.start_group(alice, title=f"Group {n}", members=[bob], client_id=uuid4())
        for n in range(23)
    ]
    for each in groups:
        say(bob, each)
    seen, cursor = [], None
    while True:
        page = inbox_of.page(alice, cursor=cursor, limit=5)
        seen += [row.title for row in page.items]
        cursor = page.next
        if cursor is None:
            break
        say(bob, groups[0], "the oldest one moves to the top, unseen")
        say(bob, groups[20], "and one that was seen")
        say(bob, conversations.start_group(bob, title="Fresh", members=[alice], client_id=uuid4()))
    assert seen == [f"Group {n}" for n in reversed(range(23))]


def test_reading_is_undone_by_the_same_change(alice, bob, chat, mine):
    change = changes.remember(alice, "read", 1, read={str(chat.id): 0})
    inbox.mark_read(alice.id, conversation=chat.id, number=1)
    changes.undo(alice, change=change.id)
    assert counts.unread(mine()) == 1


def test_an_answer_that_came_before_its_reading_is_shown_as_read(
    chat, alice, bob, django_capture_on_commit_callbacks, monkeypatch
):
    told = []
    monkeypatch.setattr("messaging.followups.publish.receipts", told.extend)
    hers = say(alice, chat, "Are you there?")
    his = say(bob, chat, "Yes.")
    with django_capture_on_commit_callbacks(execute=True):
        inbox.mark_read(bob.id, conversation=chat.id, number=his.number)
    assert [(state.user, state.read) for state in told] == [(bob.id, his.number)]
    with django_capture_on_commit_callbacks(execute=True):
        inbox.mark_read(bob.id, conversation=chat.id, number=hers.number)
    assert len(told) == 1
