"""Messages that wait: nobody sees anything of them, they go once, and nothing makes them vanish."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib.errors import Conflict, Invalid, NotFound
from media.models import Upload
from media.operations import care, uploads
from media.tests import sending
from messaging.models import Event, Membership, Message, Scheduled
from messaging.operations import conversations, members, preferences, scheduled
from messaging.operations.log import Sent
from messaging.operations.scheduled import Held
from messaging.queries import counts
from messaging.queries import scheduled as queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(acquainted, alice, bob):
    return conversations.start_group(bob, title="Garden", members=[alice], client_id=uuid4())


def later(**gap):
    return timezone.now() + timedelta(**gap)


def hold(sender, conversation, body="Hello", client_id=None, **fields):
    fields.setdefault("send_at", later(hours=1))
    return scheduled.post(
        sender, conversation=conversation.id, body=body, client_id=client_id or uuid4(), **fields
    )


def due(held):
    """Its time has come."""
    now = timezone.now()
    Scheduled.objects.filter(pk=held.id).update(due_at=now)
    Job.objects.update(due=now)
    return runner.run_due()


def state(held):
    row = Scheduled.objects.get(pk=held.id)
    return row.state, row.reason


def test_nobody_sees_anything_before_its_time_and_then_it_goes_once_under_its_id(alice, bob, group):
    client_id, head = uuid4(), Event.objects.filter(conversation=group).count()
    held = hold(alice, group, "At eight", client_id)
    assert isinstance(held, Held) and held.shape()["seq"] is None and not held.duplicate
    assert Event.objects.filter(conversation=group).count() == head and not Message.objects.exists()
    assert counts.unread_total(bob.id) == 0 and not queries.page(bob).items
    assert due(held) == 1
    message = Message.objects.get()
    assert (message.body, message.client_id, message.sender) == ("At eight", client_id, alice)
    assert state(held) == ("sent", "") and counts.unread_total(bob.id) == 1
    scheduled.release({"id": str(held.id)})
    assert Message.objects.count() == 1
    again = hold(alice, group, "At eight", client_id)
    assert isinstance(again, Sent) and again.duplicate and again.id == message.id


def test_a_crash_after_the_claim_is_finished_by_the_next_try(alice, group):
    held = hold(alice, group)
    Scheduled.objects.filter(pk=held.id).update(state="sending")
    due(held)
    assert state(held) == ("sent", "") and Message.objects.count() == 1


def test_the_same_id_again_gets_the_first_answer(alice, group):
    client_id = uuid4()
    first, again = hold(alice, group, client_id=client_id), hold(alice, group, "Other", client_id)
    assert again.id == first.id and again.duplicate and Scheduled.objects.count() == 1


def test_what_was_taken_back_never_goes_however_often_it_is_sent_again(alice, bob, group):
    client_id = uuid4()
    held = hold(alice, group, "Better not", client_id)
    with pytest.raises(NotFound):
        scheduled.take_back(bob, scheduled=held.id)
    assert scheduled.take_back(alice, scheduled=held.id).body == "Better not"
    with pytest.raises(Conflict):
        hold(alice, group, "Better not", client_id)
    due(held)
    assert not Message.objects.exists() and not queries.page(alice).items
    with pytest.raises(NotFound):
        scheduled.take_back(alice, scheduled=held.id)


def test_what_has_gone_cannot_be_taken_back_or_changed(alice, group):
    held = hold(alice, group)
    due(held)
    for act in (scheduled.take_back, scheduled.change, scheduled.send_now):
        with pytest.raises(Conflict):
            act(alice, scheduled=held.id)


def test_some_seconds_to_think_again_hold_every_send(alice, group):
    preferences.set_sending(alice, undo=10)
    held = hold(alice, group, send_at=None)
    assert isinstance(held, Held)
    assert timedelta(seconds=8) < held.held_until - timezone.now() <= timedelta(seconds=10)
    preferences.set_sending(alice, undo=0)
    assert isinstance(hold(alice, group, send_at=None), Sent)
    for wrong in (-1, 31):
        with pytest.raises(Invalid):
            preferences.set_sending(alice, undo=wrong)


def test_it_can_be_changed_and_sent_now(alice, group):
    held = hold(alice, group)
    time = later(days=2)
    row = scheduled.change(alice, scheduled=held.id, body="Other words", send_at=time)
    assert (row.body, row.due_at) == ("Other words", time)
    Job.objects.update(due=timezone.now())
    runner.run_due()
    assert not Message.objects.exists(), "the job of its first time finds that it is not due"
    for wrong in ({"body": " "}, {"send_at": later(seconds=-1)}):
        with pytest.raises(Invalid):
            scheduled.change(alice, scheduled=held.id, **wrong)
    assert scheduled.send_now(alice, scheduled=held.id).state == "sent"
    assert Message.objects.get().body == "Other words"


def test_who_was_removed_meanwhile_keeps_the_text_and_learns_why(alice, bob, group):
    held = hold(alice, group, "Too late")
    members.remove(bob, conversation=group.id, user=alice)
    due(held)
    assert state(held) == ("refused", "You are no longer in this conversation.")
    assert [row.body for row in queries.page(alice).items] == ["Too late"]
    with pytest.raises(NotFound):
        hold(alice, group)


def test_after_a_downtime_it_goes_or_asks_as_its_sender_chose(alice, bob, group):
    first, second = hold(alice, group, "one"), hold(bob, group, "two")
    preferences.set_sending(bob, late="ask")
    Scheduled.objects.update(due_at=later(hours=-30))
    Job.objects.all().delete()
    scheduled.release_late()
    assert [row.body for row in Message.objects.all()] == ["one"]
    assert state(first)[0] == "sent" and state(second)[0] == "asking"
    scheduled.send_now(bob, scheduled=second.id)
    assert Message.objects.count() == 2


def test_it_does_not_read_the_conversation(alice, bob, group):
    held = hold(alice, group)
    scheduled.post(bob, conversation=group.id, body="Meanwhile", client_id=uuid4())
    due(held)
    assert counts.unread(Membership.objects.get(user=alice, conversation=group)) == 1


def left_for_days():
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=3))


def test_a_message_that_waits_for_days_has_its_files_when_it_goes(alice, group):
    file, other = sending.arrive(alice, b"beans", name="a.txt"), sending.arrive(alice, b"peas", name="b.txt")
    held = hold(alice, group, attachments=[file.pk], send_at=later(days=3))
    left_for_days()
    assert care.sweep() == 1 and list(Upload.objects.all()) == [file], f"nothing waits for {other.name}"
    with pytest.raises(Conflict, match="Take the message back first"):
        uploads.discard(alice, file.pk)
    due(held)
    assert state(held) == ("sent", "") and Message.objects.get().attached == "file"


def test_what_is_taken_back_gives_its_files_another_day(alice, group):
    file = sending.arrive(alice, b"beans", name="a.txt")
    held = hold(alice, group, attachments=[file.pk], send_at=later(days=3))
    left_for_days()
    scheduled.take_back(alice, scheduled=held.id)
    assert care.sweep() == 0
    left_for_days()
    assert care.sweep() == 1


def test_only_ones_own_free_files_can_wait(alice, bob, group):
    mine, foreign = sending.arrive(alice, b"beans", name="a.txt"), sending.arrive(bob, b"peas", name="b.txt")
    client_id = uuid4()
    first = hold(alice, group, attachments=[mine.pk], client_id=client_id)
    assert hold(alice, group, attachments=[mine.pk], client_id=client_id).id == first.id
    for id in (mine.pk, foreign.pk, uuid4()):
        with pytest.raises(NotFound, match="not here, or was sent already"):
            hold(alice, group, attachments=[id])
    assert Scheduled.objects.count() == 1
