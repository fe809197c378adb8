"""The number of queries does not grow with what is listed."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Conversation
from messaging.operations import conversations

from .conftest import Call, Caller

# Session, person, and what the operation needs.
MOST = 10


def spent(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert work().status_code == 200
    return len(queries)


@pytest.fixture
def caller(call: Call, alice: User) -> Caller:
    ready = call(alice)
    ready.get("/conversations")  # the epoch is read once per process
    return ready


def test_the_inbox(caller: Caller, alice: User, bob: User, make_person: Any, write: Any) -> None:
    write(bob, conversations.start_direct(alice, other=bob))
    caller.get("/conversations", limit=100)  # a process asks for its epoch once
    few = spent(lambda: caller.get("/conversations", limit=100))
    for name in range(12):
        other = make_person(f"person{name}")
        write(other, conversations.start_direct(alice, other=other))
        conversations.start_group(alice, title="Many", members=[bob, other], client_id=uuid4())
    assert spent(lambda: caller.get("/conversations", limit=100)) == few <= MOST


@pytest.mark.parametrize("path", ["", "/messages", "/events", "/members"])
def test_one_conversation(
    caller: Caller, path: str, alice: User, bob: User, group: Conversation, write: Any, make_person: Any
) -> None:
    write(bob, group)
    few = spent(lambda: caller.get(f"/conversations/{group.id}{path}"))
    people = [make_person(f"person{number}") for number in range(10)]
    caller.post(f"/conversations/{group.id}/members", {"members": [str(person.id) for person in people]})
    for person in people:
        write(person, group)
    more = spent(lambda: caller.get(f"/conversations/{group.id}{path}"))
    assert more <= few + 1, "one more where events speak of people"
    assert more <= MOST


def test_a_send(caller: Caller, group: Conversation) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert caller.say(group.id, "hello").status_code == 201
    assert len(queries) <= 20


def test_people(caller: Caller, bob: User, make_person: Any) -> None:
    few = spent(lambda: caller.get("/people"))
    for number in range(15):
        make_person(f"person{number}")
    assert spent(lambda: caller.get("/people")) == few <= MOST
