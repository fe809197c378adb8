"""What is joined to messages costs the same for one message and for many, and nothing for plain ones."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from messaging import presenters
from messaging.models import Conversation, Message, Reaction
from messaging.operations import conversations, messages
from messaging.queries import access, extras, sync, timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(acquainted: None, alice: User, bob: User) -> Conversation:
    group = conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())
    for number in range(12):
        messages.send(alice, conversation=group.id, body=f"number {number}", client_id=uuid4())
    return group


def react(message: Message, *given: tuple[User, str]) -> None:
    for user, emoji in given:
        Reaction.objects.create(message=message, user=user, emoji=emoji)
    Message.objects.filter(pk=message.pk).update(reacted_at=timezone.now())


def spent(user: User, group: Conversation) -> int:
    found = access.conversation_for(user, group.id)
    timeline.page(found)
    with CaptureQueriesContext(connection) as queries:
        timeline.page(found)
        sync.since(found, 0)
    return len(queries)


def test_a_page_without_reactions_does_not_ask_for_any_and_many_cost_as_much_as_one(
    group: Conversation, alice: User, bob: User
) -> None:
    plain = spent(alice, group)
    first, *others = Message.objects.filter(conversation=group)
    react(first, (alice, "👍"))
    one = spent(alice, group)
    assert one == plain + 2, "one for the page, one for the replay"
    for message in others:
        react(message, (alice, "👍"), (bob, "👍"), (bob, "🌱"))
    assert spent(alice, group) == one


def test_reactions_stand_in_the_order_of_their_first_use_with_who_gave_them(
    group: Conversation, alice: User, bob: User
) -> None:
    message = Message.objects.select_related("sender").filter(conversation=group)[0]
    react(message, (bob, "🌱"), (alice, "👍"), (alice, "🌱"))
    message.refresh_from_db()
    extras.load([message])
    assert presenters.message(message)["reactions"] == [
        {"emoji": "🌱", "count": 2, "users": [str(bob.id), str(alice.id)]},
        {"emoji": "👍", "count": 1, "users": [str(alice.id)]},
    ]
    assert extras.mine(bob.id, [message]) == {(message.id, "🌱")}


def test_of_very_many_only_the_first_are_named_and_all_are_counted(
    group: Conversation, make_person: object, monkeypatch: pytest.MonkeyPatch, alice: User, bob: User
) -> None:
    monkeypatch.setattr(extras, "USERS_SHOWN", 1)
    message = Message.objects.filter(conversation=group)[0]
    react(message, (bob, "👍"), (alice, "👍"))
    ((only,),) = extras.reactions([message.id]).values()
    assert (only.count, only.users) == (2, [bob.id])
    message.refresh_from_db()
    extras.load([message])
    assert extras.mine(alice.id, [message]) == {(message.id, "👍")}, "also of who is not named"
