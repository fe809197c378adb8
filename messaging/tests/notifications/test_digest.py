"""What somebody missed comes by mail: once, in one letter, at their time, unless they read it before."""

import re
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as conf
from django.test import Client

from accounts.models import Bounce, User
from chatify.jobs.models import Job
from chatify.jobs.runner import run_due
from messaging.models import Notice
from messaging.notifications import digest
from messaging.operations import conversations, inbox, standing, wishes
from messaging.queries import notices
from messaging.queries import wishes as chosen
from messaging.queries.wishes import Wishes
from tests.services.smtp import mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings):
    with mail_server(settings) as told:
        yield told


@pytest.fixture
def due(later):
    """The quarter of an hour is over, and then the minute in which letters are gathered."""

    def work():
        for _ in range(3):
            later()

    return work


def to(server, person):
    return [letter for _, people, letter in server.letters if people == [person.email]]


def test_what_was_missed_comes_in_one_letter(alice, bob, carol, group, say, follow, due, server):
    say(alice, group, "@bob the <script>alert(1)</script> beans")
    say(carol, group, "@bob and the peas")
    follow()
    due()
    (letter,) = to(server, bob)
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "the <script>alert(1)</script> beans" in text and "and the peas" in text and "Garden" in text
    assert "<script" not in html and "&lt;script&gt;" in html
    assert f"{conf.CHATIFY_ORIGINS[0]}/c/{group.id}/" in text
    assert "/settings/notifications/" in text
    due()
    assert len(to(server, bob)) == 1


def test_nothing_is_sent_for_what_was_read_meanwhile(alice, bob, carol, group, say, follow, due, server):
    say(alice, group, "@bob @carol look")
    follow()
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    due()
    assert to(server, bob) == [] and len(to(server, carol)) == 1


def test_nothing_is_sent_of_what_was_muted_or_where_mail_is_off(
    alice, bob, carol, group, say, follow, due, server
):
    say(alice, group, "@bob @carol look")
    follow()
    standing.mute(bob, conversations=[group.pk])
    wishes.choose(carol, mail="off")
    due()
    assert server.letters == []


def test_no_address_of_anybody_else_is_in_it(alice, bob, carol, group, say, follow, due, server):
    say(alice, group, "@bob look")
    follow()
    due()
    sender, _, letter = server.letters[0]
    ours = parseaddr(conf.DEFAULT_FROM_EMAIL)[1]
    assert (
        sender == ours and parseaddr(letter["Reply-To"])[1] == ours and parseaddr(letter["From"])[1] == ours
    )
    found = set(re.findall(r"[\w.+-]+@example\.test", letter.as_string()))
    assert found <= {bob.email} and letter["Auto-Submitted"] == "auto-generated"


def test_one_click_ends_it_signed_out_and_a_look_does_not(alice, bob, group, say, follow, due, server):
    say(alice, group, "@bob look")
    follow()
    due()
    (letter,) = to(server, bob)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter["List-Unsubscribe"].strip("<> ").removeprefix(conf.CHATIFY_ORIGINS[0])
    client = Client(enforce_csrf_checks=True)
    assert "Stop these e-mails" in client.get(path).content.decode()
    bob = User.objects.get(pk=bob.pk)
    assert chosen.of(bob).mail == "personal"
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "No more e-mail" in answer.content.decode()
    assert chosen.of(User.objects.get(pk=bob.pk)).mail == "off"
    assert client.post(path).status_code == 200  # again
    say(alice, group, "@bob again")
    follow()
    due()
    assert len(to(server, bob)) == 1


@pytest.mark.parametrize(
    "change", [lambda path: path[:-5] + "aaaa/", lambda path: "/mail/off/x/", lambda path: "/mail/off/%00/"]
)
def test_a_link_that_we_never_wrote_does_nothing(bob, change):
    path = digest.unsubscribing.url(bob).removeprefix(conf.CHATIFY_ORIGINS[0])
    assert Client().post(change(path)).status_code == 404
    assert chosen.of(User.objects.get(pk=bob.pk)).mail == "personal"


def test_an_address_that_mail_came_back_from_gets_none(alice, bob, group, say, follow, due, server):
    Bounce.objects.create(user=bob, email=bob.email, code=550, words="unknown")
    say(alice, group, "@bob look")
    follow()
    due()
    assert to(server, bob) == []


def test_who_wants_it_once_a_day_waits_and_whom_one_calls_does_not(
    alice, bob, carol, group, say, follow, later, server
):
    wishes.choose(bob, mail="all", mail_when="daily", mail_at="08:00")
    say(alice, group, "the beans")
    follow()
    later()  # the quarter of an hour
    job = Job.objects.get(kind=digest.KIND, done_at=None, payload__user=str(bob.pk), payload__all=True)
    assert job.due.astimezone(UTC).strftime("%H:%M") == "08:00"
    say(carol, group, "@bob the peas")
    follow()
    for row in Job.objects.filter(done_at=None).exclude(kind=digest.KIND):
        Job.objects.filter(pk=row.pk).update(due=row.created_at)
    assert to(server, bob) == []
    for _ in range(3):
        Job.objects.filter(done_at=None, payload__all=False).update(due=job.created_at)
        later_but_the_digest(job)
    assert ["peas" in letter.get_body(("plain",)).get_content() for letter in to(server, bob)] == [True]
    assert "beans" not in to(server, bob)[0].get_body(("plain",)).get_content()
    Job.objects.filter(pk=job.pk).update(due=job.created_at)
    run_due(), run_due()
    assert "beans" in to(server, bob)[1].get_body(("plain",)).get_content()


def later_but_the_digest(job):
    for row in Notice.objects.exclude(mail_due=None).filter(mail_sent=None):
        Notice.objects.filter(pk=row.pk).update(mail_due=row.created_at)
    Job.objects.filter(done_at=None).exclude(pk=job.pk).update(due=job.created_at)
    run_due()


@pytest.mark.parametrize(
    ("when", "now", "due"),
    [
        ("daily", "2026-03-27T06:59", "2026-03-27T08:00"),
        ("daily", "2026-03-27T08:00", "2026-03-28T08:00"),
        ("daily", "2026-03-28T12:00", "2026-03-29T08:00"),  # over a change of the clocks
        ("weekly", "2026-03-27T12:00", "2026-03-30T08:00"),
        ("weekly", "2026-03-30T07:00", "2026-03-30T08:00"),
    ],
)
def test_the_time_of_a_digest_is_the_readers_own(when, now, due):
    zone = ZoneInfo("Europe/Berlin")
    at = Wishes(mail_when=when).next_mail(datetime.fromisoformat(now).replace(tzinfo=zone), zone)
    assert at.astimezone(zone).isoformat()[:16] == due


def test_a_letter_costs_the_same_however_much_is_in_it(
    alice, bob, carol, acquainted, group, say, follow, later, server, django_assert_max_num_queries
):
    def missed(count):
        for number in range(count):
            found = conversations.start_group(alice, title=f"G{number}", members=[bob], client_id=uuid4())
            say(alice, found, "@bob look")
        follow()
        rows = notices.still_wanted(Notice.objects.filter(user=bob).values_list("pk", flat=True))
        return rows

    few, many = missed(1), missed(4)
    with django_assert_max_num_queries(40) as first:
        digest.letter(bob, few)
    with django_assert_max_num_queries(len(first.captured_queries)):
        digest.letter(bob, many)
