"""What no log tells is told all the same: once, and over when it was answered."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.operations import contacts
from chatify.jobs.models import Job
from chatify.jobs.runner import run_due
from messaging.models import Notice, Scheduled, Unsettled
from messaging.notifications import delivery, words
from messaging.operations import (
    blocks,
    conversations,
    invitations,
    members,
    moderation,
    notices,
    reports,
    requests,
    scheduled,
    settle,
)
from messaging.queries import notices as queries

pytestmark = pytest.mark.django_db(transaction=True)


def said(person):
    return [(row.kind, words.of(person, row)) for row in queries.page(person).items]


def test_who_asks_to_be_a_contact_is_told_of_until_it_is_answered(alice, dave):
    asked = contacts.ask(dave, other=alice)
    run_due()
    ((kind, told),) = said(alice)
    assert (kind, told.title, told.why) == (
        "contact", "Dave asks to be your contact", "Somebody asks to be your contact."
    )  # fmt: skip
    assert queries.waiting(alice.pk) == 1
    contacts.accept(alice, request=asked.id)
    assert queries.waiting(alice.pk) == 0


def test_a_stranger_is_told_of_once_and_interrupts_nobody(alice, dave, say, follow, rows, handed, later):
    chat = conversations.start_direct(dave, other=alice)
    for _ in range(3):
        say(dave, chat, "You do not know me")
    follow()
    assert rows(alice) == [("request", "asked")]
    later()
    assert handed == []
    requests.decline(alice, conversation=chat.id)
    say(dave, chat, "Well?")
    follow()
    assert queries.waiting(alice.pk) == 0 and rows(alice) == [("request", "asked")]


def test_what_could_not_go_at_its_time_is_told_to_its_sender(alice, bob, group):
    held = scheduled.hold(
        bob, conversation=group.id, body="Later", client_id=uuid4(), send_at=timezone.now() + timedelta(hours=1)
    )  # fmt: skip
    members.remove(alice, conversation=group.id, user=bob)
    Scheduled.objects.filter(pk=held.id).update(due_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        scheduled.release({"id": str(held.id)})
        run_due()
    ((kind, told),) = said(bob)
    assert (kind, told.text) == ("scheduled_failed", "You are no longer in this conversation.")


def test_what_became_of_a_report_is_told_without_a_name(alice, bob, sam, group, follow):
    report, _ = reports.report(alice, user=bob.id, reason="spam")
    sam.user_permissions.add(Permission.objects.get(codename="change_report"))
    moderation.resolve(sam, report=report.id, outcome="Thank you.")
    run_due()
    ((kind, told),) = said(alice)
    assert kind == "report" and "Bob" not in f"{told.title}{told.text}" and told.url == "/settings/reports/"


def test_a_missed_call_is_told_once(alice, bob, group):
    for _ in range(2):
        notices.tell(bob.pk, event="missed_call", key="call:1", actor=alice.pk, conversation=group.id)
    run_due()
    assert Notice.objects.filter(user=bob, kind="missed_call").count() == 1
    assert said(bob)[0][1].title == "Missed call from Alice"


def test_nothing_of_who_was_blocked_is_left(alice, bob, group, say, follow):
    say(alice, group, "@bob hello")
    follow()
    assert queries.waiting(bob.pk) == 2
    blocks.block(bob, other=alice)
    assert queries.page(bob).items == []
    say(alice, group, "@bob hello")
    follow()
    assert queries.page(bob).items == []


def test_who_was_removed_and_comes_back_finds_no_notice_of_what_they_may_not_read(
    alice, bob, group, say, follow
):
    say(alice, group, "@bob before")
    follow()
    members.remove(alice, conversation=group.id, user=bob)
    assert queries.page(bob).items == [] and queries.waiting(bob.pk) == 0
    members.add(alice, conversation=group.id, users=[bob])
    say(alice, group, "@bob after")
    follow()
    texts = [words.of(bob, row).text for row in queries.page(bob).items]
    assert "@bob after" in texts and "@bob before" not in texts


def test_who_is_invited_is_told_until_they_answer(alice, dave, group, rows, handed, later):
    (asked,) = invitations.invite(alice, conversation=group.id, users=[dave])
    run_due()
    ((kind, told),) = said(dave)
    assert (kind, told.title, told.text) == ("invite", "Alice invites you into a group", "Garden")
    assert told.url == f"/invite/{asked.pk}/" and told.why == "Somebody invites you into a group."
    later()
    assert [channel for channel, person, _ in handed if person == "dave"] == ["mail"]
    invitations.decline(dave, token=asked.token)
    assert queries.waiting(dave.pk) == 0


def test_what_is_stored_is_planned_with_it_or_not_at_all(
    alice, bob, group, say, follow, handed, later, monkeypatch
):
    """A process that ends in between leaves nothing that nobody looks at again."""
    say(alice, group, "@bob hello")
    plan, ends = delivery._plan, [True]

    def planned(rows):
        if ends.pop() if ends else False:
            raise RuntimeError("it ends here")
        plan(rows)

    monkeypatch.setattr(delivery, "_plan", planned)
    settle.settle(list(Unsettled.objects.values_list("pk", flat=True)))
    run_due()
    assert not Notice.objects.filter(kind="mention").exists()
    Job.objects.update(due=timezone.now())
    follow()
    later()
    assert ("push", "bob", "mention") in handed
