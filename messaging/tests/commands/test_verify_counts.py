"""verify_counts finds each sort of wrong number, and nothing where all is right."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from messaging.models import Membership
from messaging.operations import blocks, conversations, deletions, messages, standing

pytestmark = pytest.mark.django_db


def run(*usernames):
    out = StringIO()
    call_command("verify_counts", *usernames, stdout=out)
    return out.getvalue()


@pytest.fixture
def chat(alice, bob):
    found = conversations.start_direct(alice, other=bob)
    for number in range(3):
        messages.send(bob, conversation=found.id, body=f"No {number}", client_id=uuid4())
    return found


def test_right_numbers_are_confirmed(alice, bob, chat):
    assert run() == "2 people checked: 0 differences.\n"
    standing.done(alice, conversations=[chat.id])
    assert run("alice") == "1 people checked: 0 differences.\n"


def test_a_wrong_number_is_named_and_the_command_fails(alice, bob, chat):
    Membership.objects.filter(user=alice).update(skip=1)
    out = StringIO()
    with pytest.raises(CommandError, match="differences in the inboxes of 2 people"):
        call_command("verify_counts", stdout=out)
    assert f"@alice, conversation {chat.id} under unread: shows 2, counted 3" in out.getvalue()
    assert "@alice, the number of unread: shows 2, counted 3" in out.getvalue()
    assert "@bob" not in out.getvalue()


def test_an_unknown_person_is_refused(alice, bob, chat):
    with pytest.raises(CommandError, match="@nobody is in no conversation"):
        run("nobody")


def test_a_deleted_message_of_somebody_blocked_is_left_out_once(alice, bob, carol):
    group = conversations.start_group(bob, title="Garden", members=[alice, carol], client_id=uuid4())
    sent = messages.send(bob, conversation=group.id, body="Hello", client_id=uuid4())
    messages.send(carol, conversation=group.id, body="Hello", client_id=uuid4())
    blocks.block(alice, other=bob)
    deletions.delete(bob, message=sent.id)
    assert Membership.objects.get(user=alice, conversation=group).skip == 1
    assert run() == "3 people checked: 0 differences.\n"
