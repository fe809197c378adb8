"""Many sockets' sends as one append: everybody is answered, limits count what is new."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chatify.lib.errors import Invalid, NotFound, TooMany
from messaging.models import Conversation, Message
from messaging.operations import conversations, members
from messaging.operations.log import Sent
from messaging.operations.scheduled import Held
from messaging.realtime import sending
from messaging.realtime.protocol import Send
from messaging.realtime.sending import Posting


@pytest.fixture
def talk(alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


def posting(
    sender: User, conversation: UUID, body: str = "hi", client_id: UUID | None = None, wait: float = 0.0
) -> Posting:
    return Posting(sender, Send(conversation, client_id or uuid4(), body, None, ()), wait)


def test_each_posting_has_its_own_outcome(alice: User, bob: User, dave: User, talk: Conversation) -> None:
    outcomes = sending.post(
        [
            posting(alice, talk.id),
            posting(dave, talk.id),
            posting(bob, talk.id, ""),
            posting(bob, uuid4()),
            posting(bob, talk.id),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Sent, NotFound, Invalid, NotFound, Sent]
    assert Message.objects.count() == 2


def test_a_repeat_in_one_batch_and_in_the_next_is_answered_with_the_first(
    alice: User, talk: Conversation
) -> None:
    client_id = uuid4()
    first, second = sending.post(
        [posting(alice, talk.id, "a", client_id), posting(alice, talk.id, "b", client_id)]
    )
    (third,) = sending.post([posting(alice, talk.id, "c", client_id)])
    assert isinstance(first, Sent) and isinstance(second, Sent) and isinstance(third, Sent)
    assert first.seq == second.seq == third.seq
    assert (first.duplicate, second.duplicate, third.duplicate) == (False, True, True)


def test_a_hundred_new_sends_a_minute_and_repeats_without_end(
    alice: User, talk: Conversation, settings: Any
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    first = posting(alice, talk.id)
    sending.post([first])
    sending.post([first] * 50)
    outcomes = sending.post([posting(alice, talk.id) for _ in range(100)])
    assert [isinstance(outcome, Sent) for outcome in outcomes] == [True] * 99 + [False]
    assert isinstance(outcomes[-1], TooMany)
    (repeat,) = sending.post([first])
    assert isinstance(repeat, Sent) and repeat.duplicate


def test_what_is_refused_or_was_kept_before_is_not_rendered(
    alice: User, bob: User, talk: Conversation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    known = posting(alice, talk.id)
    sending.post([known])

    def prepare(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("rendered")

    monkeypatch.setattr(sending.messages, "prepare", prepare)
    repeat, fresh = sending.post([known, posting(alice, talk.id, wait=9.0)])
    assert isinstance(repeat, Sent) and repeat.duplicate
    assert isinstance(fresh, TooMany)


def test_a_repeat_of_somebody_who_was_removed_is_not_answered(alice: User, bob: User, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 1.0
    group = conversations.start_group(alice, title="Tea", members=[bob], client_id=uuid4())
    known = posting(bob, group.id)
    sending.post([known])
    members.remove(alice, conversation=group.id, user=bob)
    (outcome,) = sending.post([known])
    assert isinstance(outcome, NotFound)


def test_a_socket_over_its_limit_is_answered_for_repeats_only(
    alice: User, talk: Conversation, settings: Any
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    known = posting(alice, talk.id)
    sending.post([known])
    late = Posting(known.sender, known.command, wait=9.0)
    repeat, fresh = sending.post([late, posting(alice, talk.id, wait=9.0)])
    assert isinstance(repeat, Sent)
    assert isinstance(fresh, TooMany) and fresh.retry_after == 9.0


def test_a_counter_that_is_down_does_not_stop_the_sending(
    alice: User, talk: Conversation, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHATIFY_LIMITS = 1.0

    def down(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(sending.ratelimit, "hit", down)
    (outcome,) = sending.post([posting(alice, talk.id)])
    assert isinstance(outcome, Sent)


def test_what_waits_is_held_beside_what_goes_and_a_repeat_is_answered(
    alice: User, bob: User, dave: User, talk: Conversation
) -> None:
    later = timezone.now() + timedelta(hours=1)
    command = Send(talk.id, uuid4(), "later", None, (), later)
    now, held, undoable, stranger, past = sending.post(
        [
            posting(alice, talk.id),
            Posting(bob, command),
            Posting(alice, Send(talk.id, uuid4(), "in a moment", None, ()), undo=10),
            Posting(dave, Send(talk.id, uuid4(), "nobody", None, (), later)),
            Posting(bob, Send(talk.id, uuid4(), "too late", None, (), timezone.now())),
        ]
    )
    assert isinstance(now, Sent) and isinstance(held, Held) and isinstance(undoable, Held)
    assert isinstance(stranger, NotFound) and isinstance(past, Invalid)
    assert held.shape()["seq"] is None and held.held_until == later
    (again,) = sending.post([Posting(bob, command)])
    assert isinstance(again, Held) and again.duplicate and again.id == held.id
    assert Message.objects.count() == 1
