"""A caller of the JSON API for each of the cast, and the conversations they have."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from messaging.models import Conversation, Event, Membership, Message
from messaging.operations import conversations, messages

ROOT = "/api/v1"


@dataclass
class Caller:
    """Somebody who calls the API with the session of their browser; nobody when `user` is None."""

    user: User | None = None
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        if self.user:
            self.client.force_login(self.user)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(ROOT + path, query)

    def send(self, method: str, path: str, body: Any = None) -> HttpResponse:
        """`body` goes as JSON; text and bytes go as they are."""
        data = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
        return self.client.generic(method, ROOT + path, data, content_type="application/json")

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(ROOT + path)

    def say(self, conversation: UUID, body: str, client_id: UUID | None = None) -> HttpResponse:
        """POST one message."""
        wish = {"body": body, "client_id": str(client_id or uuid4())}
        return self.post(f"/conversations/{conversation}/messages", wish)


def rows() -> tuple[int, ...]:
    """How much there is: equal before and after what must do nothing."""
    return tuple(model.objects.count() for model in (Conversation, Membership, Event, Message))


def refused(answer: HttpResponse, *statuses: int) -> dict[str, Any]:
    """The problem of an answer, which must be one of these."""
    assert answer.status_code in statuses, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == answer.status_code
    return body


Call = Callable[[User | None], Caller]


@pytest.fixture
def call(db: None) -> Call:
    """`call(alice)`: the API as alice; `call(None)`: without any credential."""
    return Caller


@pytest.fixture
def direct(acquainted: None, alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Alice owns it, Bob and Carol are members."""
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def mail(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Carol writes to Alice, with a copy to Bob."""
    return conversations.start_mail(
        carol, subject="Minutes", to=[alice], cc=[bob], body="Dear all", client_id=uuid4()
    )


@pytest.fixture
def write() -> Callable[..., messages.Sent]:
    """`write(alice, group, "hello")` sends one message."""

    def send(sender: User, conversation: Conversation, body: str = "hello") -> messages.Sent:
        return messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4())

    return send
