"""Quiet hours, keywords and levels: what goes out, what waits, and what is told at the end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from chatify.jobs.models import Job
from chatify.jobs.runner import run_due
from messaging.models import Notice
from messaging.notifications import delivery
from messaging.operations import inbox, standing, wishes
from messaging.queries.wishes import Quiet

pytestmark = pytest.mark.django_db(transaction=True)
BERLIN = ZoneInfo("Europe/Berlin")


def at(hour, minute=0, day=25):
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)  # the 25th is a Wednesday


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (at(21, 59), None), (at(22), at(7, day=26)), (at(23, 59), at(7, day=26)), (at(0), at(7)), (at(6, 59), at(7)),
        (at(7), None), (at(12), None),
    ],
)  # fmt: skip
def test_hours_over_midnight(now, over):
    assert Quiet(on=True).until(now.astimezone(UTC), BERLIN) == over


def test_days_are_those_on_which_they_begin_and_the_zone_is_the_persons():
    weekend = Quiet(on=True, days=(4, 5))
    assert weekend.until(at(23, day=27), BERLIN) == at(7, day=28)  # a Friday
    assert weekend.until(at(3, day=29), BERLIN) == at(7, day=29)
    assert weekend.until(at(23, day=29), BERLIN) is None
    assert Quiet(on=True, start=time(9), end=time(17)).until(at(12), BERLIN) == at(17)
    assert Quiet(on=True).until(at(22, 30), ZoneInfo("America/New_York")) is None
    assert Quiet(on=True, start=time(8), end=time(8)).until(at(8), BERLIN) is None


def test_hours_that_the_clock_skips_end_all_the_same():
    spring = datetime(2027, 3, 28, 1, 30, tzinfo=BERLIN)
    assert Quiet(on=True, start=time(1), end=time(2, 30)).until(spring, BERLIN) is not None


@pytest.fixture
def quiet(carol: User) -> User:
    """Carol's quiet hours are now: from an hour ago to an hour from now, in the zone that she lives in."""
    now = timezone.now()
    times = {
        "from": (now - timedelta(hours=1)).strftime("%H:%M"),
        "until": (now + timedelta(hours=1)).strftime("%H:%M"),
    }
    wishes.choose(carol, quiet={"on": True, "calls": True, **times})
    return carol


def end_quiet():
    Job.objects.filter(kind=delivery.QUIET_OVER, done_at=None).update(due=timezone.now())
    run_due()


def test_nothing_goes_out_and_one_summary_follows(quiet, alice, group, say, follow, later, rows, handed):
    say(alice, group, "@carol are you awake?")
    say(alice, group, "No? Well, good night")
    follow()
    assert rows(quiet, listed=True) == [("invite", "added"), ("mention", "mentioned")]
    later_now = [each for each in handed if each[1] == "carol"]
    assert later_now == []
    assert Job.objects.filter(kind=delivery.QUIET_OVER, done_at=None).count() == 1
    wishes.choose(quiet, quiet={"on": False})
    end_quiet()
    later()
    assert sorted(each for each in handed if each[1] == "carol") == [
        ("mail", "carol", "summary"), ("push", "carol", "summary"),
    ]  # fmt: skip
    assert Notice.objects.get(user=quiet, kind="summary").said == "1"
    end_quiet()
    assert Notice.objects.filter(user=quiet, kind="summary").count() == 1


def test_what_was_read_meanwhile_needs_no_summary(quiet, alice, group, say, follow, rows, handed):
    say(alice, group, "@carol are you awake?")
    follow()
    inbox.mark_read(quiet.pk, conversation=group.pk, number=1)
    end_quiet()
    assert rows(quiet, kind="summary") == []


def test_who_may_come_through_does(quiet, alice, bob, group, say, follow, later, handed):
    wishes.choose(quiet, quiet={"people": [str(bob.pk)]})
    say(alice, group, "@carol from alice")
    say(bob, group, "@carol from bob")
    follow()
    waiting = Notice.objects.filter(user=quiet, kind="mention", quieted=True)
    assert [row.actor_id for row in waiting] == [alice.pk]
    later()
    assert handed.count(("push", "carol", "mention")) == 1


def test_hours_that_begin_while_it_waits_hold_it(carol, alice, group, say, follow, later, handed):
    say(alice, group, "@carol soon")
    follow()
    now = timezone.now()
    until = (now + timedelta(hours=1)).strftime("%H:%M")
    wishes.choose(carol, quiet={"on": True, "from": now.strftime("%H:%M"), "until": until})
    later()
    assert [each for each in handed if each[1] == "carol"] == []
    assert Notice.objects.filter(user=carol, quieted=True).exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("The COMPOST is warm", True), ("a café in the garden", True), ("composting", False), ("cafe", False),
        ("compost", True), ("我在上海工作", True), ("compost!", True), ("(compost), he said", True),
    ],
)  # fmt: skip
def test_a_word_to_watch_for_counts_as_a_mention(carol, alice, group, say, follow, rows, body, told):
    wishes.choose(carol, keywords=["compost", "café in", "上海"], levels={"group": "mentions"})
    say(alice, group, body)
    follow()
    assert rows(carol, kind="keyword") == ([("keyword", "keyword")] if told else [])


def test_levels_and_mute_decide(carol, alice, bob, group, say, follow, rows, later, handed):
    wishes.choose(carol, levels={"group": "mentions"})
    standing.hear(bob, conversations=[group.pk], level="nothing")
    say(alice, group, "A word for all")
    follow()
    assert rows(carol, kind="message") == rows(bob, kind="message") == []
    standing.hear(carol, conversations=[group.pk], level="all")
    say(alice, group, "Another")
    follow()
    assert rows(carol, kind="message") == [("message", "all_here")]
    standing.mute(carol, conversations=[group.pk])
    say(alice, group, "@carol @bob look")
    follow()
    later()
    assert rows(carol, kind="mention") == rows(bob, kind="mention") == []
    assert [each for each in handed if each[2] != "invite"] == []
