"""verify_log names what was changed, dropped or swapped by hand."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from messaging.models import Conversation, Event, Membership, Message
from messaging.operations import conversations, groups, inbox, members, messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(acquainted, alice, bob, carol):
    row = conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())
    for number in range(1, 7):
        sender = alice if number % 2 else bob
        messages.send(
            sender, conversation=row.id, body=f"Message {number}", client_id=uuid4(), reads=number % 3 > 0
        )
    members.add(alice, conversation=row.id, users=[carol])
    inbox.mark_read(bob.id, conversation=row.id, number=2)
    groups.change(alice, conversation=row.id, title="Orchard")
    return row


def verdict() -> str:
    out = StringIO()
    try:
        call_command("verify_log", stdout=out)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def test_an_untouched_log_has_no_differences(group):
    assert "no differences" in verdict()


def test_what_is_left_of_a_conversation_that_is_gone_is_named(group):
    events, texts = Event.objects.filter(conversation=group), Message.objects.filter(conversation=group)
    told = f"conversation {group.id}, {events.count()} events: their conversation is gone"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_membership")
        cursor.execute("DELETE FROM messaging_conversation")
    texts_told = f"{texts.count()} messages: their conversation is gone"
    assert told in verdict() and texts_told in verdict()


def test_a_changed_text_is_named(group):
    row = Message.objects.get(conversation=group, number=3)
    Message.objects.filter(pk=row.pk).update(body="I never said that")
    assert f"message 3 ({row.id}): its text was changed" in verdict()


@pytest.mark.parametrize("field", ["actor_id", "at", "type", "data"])
def test_a_changed_event_is_named(group, field, carol):
    row = Event.objects.get(conversation=group, seq=4)
    value = {
        "actor_id": carol.id,
        "at": row.at.replace(year=2001),
        "type": "hidden",
        "data": {**row.data, "number": 99},
    }[field]
    Event.objects.filter(pk=row.pk).update(**{field: value})
    assert f"event 4 ({row.id}): it was changed" in verdict()


def test_a_dropped_event_is_named(group):
    Event.objects.filter(conversation=group, seq=5).delete()
    assert "the event 5 before it is missing" in verdict()


def test_a_dropped_last_event_is_named(group):
    head = Conversation.objects.get(pk=group.pk).head
    Event.objects.filter(conversation=group, seq=head).delete()
    assert f"the head says {head}" in verdict()


def test_two_swapped_events_are_named(group):
    first, second = Event.objects.filter(conversation=group, seq__in=[3, 4]).order_by("seq")
    Event.objects.filter(pk=first.pk).update(seq=1000)
    Event.objects.filter(pk=second.pk).update(seq=3)
    Event.objects.filter(pk=first.pk).update(seq=4)
    text = verdict()
    assert f"event 3 ({second.id}): it was changed, moved or swapped" in text
    assert f"event 4 ({first.id}): it was changed, moved or swapped" in text


def test_two_swapped_messages_are_named(group):
    first, second = Message.objects.filter(conversation=group, number__in=[1, 2]).order_by("number")
    Message.objects.filter(pk=first.pk).update(number=1000)
    Message.objects.filter(pk=second.pk).update(number=1)
    Message.objects.filter(pk=first.pk).update(number=2)
    assert f"message 1 ({second.id}): its place is not the one its event tells" in verdict()


def test_a_dropped_message_is_named(group):
    row = Message.objects.get(conversation=group, number=6)
    Event.objects.filter(message=row).update(message=None)
    Message.objects.filter(pk=row.pk).delete()
    assert f"its message {row.id} is missing" in verdict()


def test_a_wrong_count_is_named(group, bob):
    Membership.objects.filter(conversation=group, user=bob).update(skip=40)
    assert f"member {bob.id}: unread leaves out 40" in verdict()


def test_a_changed_title_is_named(group):
    Conversation.objects.filter(pk=group.pk).update(title="Casino")
    assert "the title is not the one that was last given" in verdict()


def test_unknown_and_malformed_ids_are_refused_in_words(group):
    with pytest.raises(CommandError, match="no conversation"):
        call_command("verify_log", str(uuid4()))
    with pytest.raises(CommandError, match="not an identifier"):
        call_command("verify_log", "nonsense")
    assert connection.is_usable()
