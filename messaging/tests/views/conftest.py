"""Conversations of the cast, and clients that are signed in or not."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from messaging.models import Conversation
from messaging.operations import conversations, messages
from messaging.operations.log import Sent

Say = Callable[..., Sent]


@pytest.fixture
def say() -> Say:
    """`say(bob, chat, "Hello")` sends one message."""

    def send(sender: User, conversation: Conversation, body: str = "Hello") -> Sent:
        return messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4())

    return send


@pytest.fixture
def chat(acquainted: None, alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def letter(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_mail(
        carol, subject="Lease", to=[alice], cc=[bob], body="The renewal is ready.", client_id=uuid4()
    )


@pytest.fixture
def as_alice(client_for: Callable[[User], Client], alice: User) -> Client:
    return client_for(alice)


@pytest.fixture
def as_bob(client_for: Callable[[User], Client], bob: User) -> Client:
    return client_for(bob)


@pytest.fixture
def as_dave(client_for: Callable[[User], Client], dave: User) -> Client:
    return client_for(dave)
