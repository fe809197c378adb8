"""The first letter of a thread that waits: until it goes, there is nothing for anybody else to see."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib.errors import Conflict, Forbidden, Invalid, NotFound
from media.tests import sending
from messaging.models import Conversation, Membership, Message, Scheduled
from messaging.operations import conversations, firsts, messages, preferences, scheduled
from messaging.queries import access, inbox, verify
from messaging.queries import scheduled as queries

pytestmark = pytest.mark.django_db


def write(alice: User, *to: User, **more: Any) -> Conversation:
    letter = {"subject": "Plums", "body": "They are ripe", "client_id": uuid4()} | more
    letter.setdefault("send_at", timezone.now() + timedelta(hours=1))
    return firsts.post(alice, to=to, **letter)


def due(thread: Conversation) -> Scheduled:
    row = Scheduled.objects.get(conversation=thread)
    Scheduled.objects.filter(pk=row.pk).update(due_at=timezone.now())
    Job.objects.update(due=timezone.now())
    runner.run_due()
    row.refresh_from_db()
    return row


def test_nobody_sees_anything_of_it_and_then_it_is_as_if_begun_now(
    acquainted: None, alice: User, bob: User, carol: User, dave: User
) -> None:
    key = uuid4()
    file = sending.arrive(alice, b"beans", name="a.txt")
    thread = write(alice, bob, cc=[carol], bcc=[dave], client_id=key, attachments=[file.pk])
    assert (thread.head, thread.message_count, thread.title) == (0, 0, "Plums")
    assert [row.user for row in thread.memberships.all()] == [alice]
    for other in (bob, carol, dave):
        assert not inbox.page(other).items and not inbox.page(other, filter="requests").items
        with pytest.raises(NotFound):
            access.conversation_for(other, thread.id)
    assert write(alice, bob, client_id=key) == thread, "the same again is the same"
    with pytest.raises(Forbidden, match="not gone yet"):
        messages.send(alice, conversation=thread.id, body="and", client_id=uuid4())
    Conversation.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert due(thread).state == "sent"
    thread.refresh_from_db()
    roles = {(row.user, row.role, row.mail_role) for row in thread.memberships.all()}
    assert roles == {(alice, "owner", "from"), (bob, "member", "to"), (carol, "member", "cc")}
    letter = Message.objects.get(conversation=thread)
    assert (letter.body, letter.client_id, letter.attached) == ("They are ripe", key, "file")
    assert timezone.now() - thread.created_at < timedelta(minutes=1), "nor when it was written"
    assert inbox.page(bob).items[0].unread == 1 and inbox.page(alice).items[0].unread == 0
    copy = Conversation.objects.get(copy_of=thread)
    assert copy.memberships.filter(user=dave).exists()
    assert list(verify.check(thread.id)) == list(verify.check(copy.id)) == []
    messages.send(alice, conversation=thread.id, body="and", client_id=uuid4())
    scheduled.release({"id": str(Scheduled.objects.get().pk)})
    assert thread.messages.count() == 2


def test_some_seconds_to_think_again_hold_it_too(acquainted: None, alice: User, bob: User) -> None:
    preferences.set_sending(alice, undo=10)
    thread = write(alice, bob, send_at=None)
    assert Scheduled.objects.get(conversation=thread).undo
    preferences.set_sending(alice, undo=0)
    assert write(alice, bob, send_at=None).message_count == 1


def test_what_is_taken_back_is_no_thread_and_never_goes(acquainted: None, alice: User, bob: User) -> None:
    key = uuid4()
    thread = write(alice, bob, client_id=key)
    row = Scheduled.objects.get()
    scheduled.take_back(alice, scheduled=row.pk)
    assert due(thread).state == "cancelled" and not Message.objects.exists()
    assert not inbox.page(alice).items and queries.taken_back(alice, row.pk).body == "They are ripe"
    for seen in (lambda: access.conversation_for(alice, thread.id), lambda: queries.taken_back(bob, row.pk)):
        with pytest.raises(NotFound):
            seen()
    for wish in ({}, {"send_at": None}):
        with pytest.raises(Conflict, match="taken back"):
            write(alice, bob, client_id=key, **wish)
    Scheduled.objects.update(due_at=timezone.now() - timedelta(days=31))
    scheduled.release_late()
    assert not Conversation.objects.exists() and not Scheduled.objects.exists()


def test_it_can_be_changed_and_sent_now(acquainted: None, alice: User, bob: User) -> None:
    write(alice, bob)
    row = Scheduled.objects.get()
    scheduled.change(alice, scheduled=row.pk, body="They were ripe")
    assert scheduled.send_now(alice, scheduled=row.pk).state == "sent"
    assert Message.objects.get().body == "They were ripe"


def test_who_left_meanwhile_gets_nothing_and_the_others_do(
    acquainted: None, alice: User, bob: User, carol: User
) -> None:
    her = User.objects.filter(pk=carol.pk)
    both = write(alice, bob, carol)
    her.update(is_active=False)
    assert due(both).state == "sent" and not Membership.objects.filter(user=carol).exists()
    her.update(is_active=True)
    one = write(alice, carol)
    her.update(is_active=False)
    refused = due(one)
    assert (refused.state, refused.reason) == ("refused", firsts.NOBODY)
    assert [row.pk for row in queries.page(alice).items] == [refused.pk]
    her.update(is_active=True)
    assert scheduled.send_now(alice, scheduled=refused.pk).state == "sent"


def test_what_cannot_be_sent_is_refused_whole(acquainted: None, alice: User, bob: User) -> None:
    for wrong in (
        {"body": " "},
        {"send_at": timezone.now() - timedelta(hours=1)},
        {"subject": "x" * 201},
        {"client_id": "no"},
    ):
        with pytest.raises(Invalid):
            write(alice, bob, **wrong)
    with pytest.raises(Invalid):
        write(alice)
    with pytest.raises(NotFound):
        write(alice, bob, attachments=[uuid4()])
    assert not Conversation.objects.exists() and not Scheduled.objects.exists()


def test_of_a_chat_that_was_only_opened_the_other_learns_nothing(
    acquainted: None, alice: User, bob: User
) -> None:
    chat = conversations.start_direct(alice, other=bob)
    assert inbox.page(alice).items and not inbox.page(bob).items and not inbox.shared_with(bob, alice)
    preferences.set_sending(alice, undo=10)
    held = scheduled.post(alice, conversation=chat.id, body="Hello", client_id=uuid4())
    assert not inbox.page(bob).items and not inbox.page(bob, filter="chats").items
    scheduled.send_now(alice, scheduled=held.id)
    assert inbox.page(bob).items[0].unread == 1 and inbox.shared_with(bob, alice)
