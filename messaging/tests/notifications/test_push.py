"""From a message to the browser of who is away: opened there by its own key, and by nothing else."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import PushSubscription, UserSession
from accounts.operations import preferences, subscriptions
from accounts.push import MOST_BYTES
from accounts.push import may_be_silent as allowed
from chatify.jobs.models import Job
from messaging.models import Notice
from messaging.notifications import push
from messaging.operations import conversations, deletions, inbox, standing
from tests.services.push import Browser, push_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(settings):
    with push_service(settings) as told:
        yield told


@pytest.fixture
def switch_on(service):
    """`switch_on(bob)`: a browser of his, called from now on."""

    def on(person, path="1"):
        key = f"{person.username}{path}".ljust(32, "x")[:32]
        UserSession.objects.create(user=person, session_key=key, client="Firefox", network="local")
        browser = Browser(service.url.removesuffix("1") + path)
        given = browser.given
        subscriptions.subscribe(person, session_key=key, endpoint=browser.endpoint, **given["keys"])
        return browser

    return on


def test_a_message_calls_who_is_away(alice, bob, carol, group, say, follow, later, service, switch_on):
    browser = switch_on(bob)
    sent = say(alice, group, "@bob the <b>beans</b> are up")
    follow()
    assert service.calls == []  # not before its time
    later()
    calls = [(headers, browser.opened(body)) for headers, body in service.calls]
    headers, told = next(each for each in calls if "beans" in each[1]["body"])
    assert told["title"] == "Alice mentioned you in Garden" and "<b>beans</b>" in told["body"]
    assert told["url"] == f"/c/{group.id}/?at=1#m-{sent.id}" and told["tag"] == str(group.id)
    assert told["unread"] == 1
    assert headers["Topic"] == group.id.hex and headers["Urgency"] == "high"
    assert {headers["Content-Encoding"] for headers, _ in calls} == {"aes128gcm"}
    once = len(service.calls)
    later()
    assert len(service.calls) == once


def test_every_browser_of_a_person_is_called(alice, bob, group, say, follow, later, service, switch_on):
    switch_on(bob, "1"), switch_on(bob, "2")
    follow()
    later()
    before = len(service.calls)
    say(alice, group, "Hello")
    follow()
    later()
    assert len(service.calls) == before + 2


def test_who_wants_no_words_there_gets_none(alice, bob, group, say, follow, later, service, switch_on):
    browser = switch_on(bob)
    preferences.keep(bob, "notifications", push_text=False)
    say(alice, group, "@bob the beans are up")
    follow()
    later()
    told = [browser.opened(body) for _, body in service.calls]
    assert told
    for each in told:
        assert not {"Alice", "Garden", "beans"} & set(f"{each['title']} {each['body']}".split())


def test_what_was_read_deleted_muted_or_left_meanwhile_calls_nobody(
    alice, bob, carol, group, say, follow, later, service, switch_on
):
    his, _ = switch_on(bob), switch_on(carol)
    follow()
    later()
    service.calls.clear()
    sent = say(alice, group, "@bob @carol the beans are up")
    follow()
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    deletions.delete(alice, message=sent.id)
    later()
    say(alice, group, "@bob look")
    follow()
    for person in (bob, carol):
        standing.mute(person, conversations=[group.pk])
    later()
    told = [his.opened(body) for _, body in service.calls]
    assert all(each.get("over") for each in told), (
        "what called them to the group is taken away, and that is all"
    )


def test_a_call_that_waits_is_not_made_for_what_was_read_since(
    alice, bob, group, say, follow, service, switch_on
):
    switch_on(bob)
    say(alice, group, "@bob the beans are up")
    follow()
    notice = Notice.objects.get(user=bob, kind="mention")
    push.send(bob, notice)
    (job,) = Job.objects.filter(kind=push.SEND, done_at=None)
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    push.deliver(job.payload)
    assert service.calls == []


def test_a_call_that_waits_is_not_made_where_they_muted_since(
    alice, bob, group, say, follow, service, switch_on
):
    switch_on(bob)
    say(alice, group, "@bob the beans are up")
    follow()
    push.send(bob, Notice.objects.get(user=bob, kind="mention"))
    (job,) = Job.objects.filter(kind=push.SEND, done_at=None)
    standing.mute(bob, conversations=[group.pk])
    push.deliver(job.payload)
    assert service.calls == []


def test_a_service_that_fails_is_asked_again_and_each_browser_is_called_once(
    alice, bob, group, say, follow, later, service, switch_on
):
    switch_on(bob)
    service.status = 503
    say(alice, group, "@bob the beans are up")
    follow()
    later()
    assert Job.objects.filter(kind=push.SEND, done_at=None).exclude(error="").exists()
    service.status, failed = 201, len(service.calls)
    later()
    waiting = Job.objects.filter(kind=push.SEND, done_at=None)
    assert len(service.calls) > failed and not waiting.exists()
    assert PushSubscription.objects.get().trouble == ""


@pytest.fixture
def over(later):
    """What browsers are told of what was read, without the calls before it."""

    def told(service, browser):
        service.calls.clear()
        later()
        return [browser.opened(body) for _, body in service.calls]

    return told


def test_what_was_read_elsewhere_is_taken_away_and_the_rest_stays(
    alice, bob, group, say, follow, later, over, service, switch_on
):
    browser = switch_on(bob)
    other = conversations.start_group(alice, title="Beds", members=[bob], client_id=uuid4())
    say(alice, group, "@bob the beans are up")
    say(alice, other, "@bob so are the peas")
    follow()
    later()
    shown = [browser.opened(body) for _, body in service.calls]
    assert {each["tag"] for each in shown} >= {str(group.id), str(other.id)}
    assert set(shown[-1]["left"]) >= {str(group.id), str(other.id)}, "each call names what is to stay"
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    (told,) = over(service, browser)
    assert told["over"] and str(group.id) not in told["left"] and str(other.id) in told["left"]
    assert not {"title", "body", "url"} & set(told) and told["unread"] == 1


def test_what_called_nobody_takes_nothing_away(alice, bob, group, say, follow, over, service, switch_on):
    browser = switch_on(bob)
    say(alice, group, "@bob the beans are up")
    follow()
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    assert over(service, browser) == []


def test_a_browser_is_called_without_anything_to_show_three_times_a_day_and_safari_never(bob, switch_on):
    switch_on(bob)
    row = PushSubscription.objects.get()
    assert [allowed(row) for _ in range(5)] == [True, True, True, False, False]
    row.pk, row.endpoint = uuid4(), "https://web.push.apple.com/abc"
    assert not allowed(row)
    row.endpoint = "https://push.apple.com.example/abc"
    assert allowed(row), "another host that only looks like it"


def test_a_service_that_is_away_when_something_is_taken_away_is_not_asked_again(
    alice, bob, group, say, follow, later, over, service, switch_on
):
    browser = switch_on(bob)
    say(alice, group, "@bob the beans are up")
    follow()
    later()
    assert service.calls
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    service.status = 503
    assert len(over(service, browser)) == 1 and over(service, browser) == []
    assert not Job.objects.filter(kind=push.OVER, done_at=None).exists()


def test_however_much_waits_a_call_can_be_read(alice, bob, group, say, follow, later, service, switch_on):
    browser = switch_on(bob)
    for number in range(push.MOST_NAMED + 1):
        row = Notice(
            user=bob, kind="missed_call", key=f"call:{number}", listed=True, push_sent=timezone.now()
        )
        row.save()
    say(alice, group, "@bob " + "😀" * 500)
    follow()
    later()
    told = [browser.opened(body) for _, body in service.calls]
    assert told and all("left" not in each for each in told)
    Notice.objects.filter(kind="missed_call").first().delete()
    Notice.objects.filter(key="call:1").delete()
    sent = push.call_of(bob, Notice.objects.get(user=bob, kind="mention"))
    assert json.loads(sent.body)["left"] and len(sent.body) < MOST_BYTES
