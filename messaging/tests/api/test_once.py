"""However often and from wherever a request comes, it is done once."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from messaging.models import Conversation, Message

from .conftest import Call


def at_once(times: int, work: Callable[[], Any]) -> list[Any]:
    """The answers of `work`, called in as many threads; each gives its database connection back."""

    def careful(_: int) -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(careful, range(times)))


def post(user: User, path: str, body: Any) -> Callable[[], Any]:
    def work() -> Any:
        client = Client()
        client.cookies = jar
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    first = Client()
    first.force_login(user)
    jar = first.cookies
    return work


def test_the_same_client_id_sends_once(call: Call, alice: User, direct: Conversation) -> None:
    client_id = uuid4()
    answers = [call(alice).say(direct.id, body, client_id) for body in ("hello", "hello", "another text")]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [answer.json()["duplicate"] for answer in answers] == [False, True, True]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.json()["body"] for answer in answers} == {"hello"}, "the original is the answer"
    assert Message.objects.count() == 1


def test_two_people_may_use_one_client_id(call: Call, alice: User, bob: User, direct: Conversation) -> None:
    client_id = uuid4()
    assert call(alice).say(direct.id, "from alice", client_id).status_code == 201
    assert call(bob).say(direct.id, "from bob", client_id).status_code == 201


@pytest.mark.parametrize("kind", ["group", "mail"])
def test_the_same_client_id_starts_once(call: Call, kind: str, alice: User, bob: User) -> None:
    wish = {
        "group": {"kind": "group", "title": "Garden", "members": [str(bob.id)], "client_id": str(uuid4())},
        "mail": {
            "kind": "mail",
            "subject": "Hi",
            "to": [str(bob.id)],
            "body": "x",
            "client_id": str(uuid4()),
        },
    }[kind]
    answers = [call(alice).post("/conversations", wish) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Conversation.objects.count() == 1


def test_a_pair_has_one_chat(call: Call, alice: User, bob: User) -> None:
    first = call(alice).post("/conversations", {"kind": "direct", "members": [str(bob.id)]})
    second = call(bob).post("/conversations", {"kind": "direct", "members": [str(alice.id)]})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_send_one_message(transactional_db: None, alice: User, direct: Conversation) -> None:
    wish = {"body": "once", "client_id": str(uuid4())}
    answers = at_once(20, post(alice, f"/conversations/{direct.id}/messages", wish))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Message.objects.count() == 1
    direct.refresh_from_db()
    assert (direct.head, direct.message_count) == (1, 1), "a repeated send spends no place"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_start_one_group(transactional_db: None, alice: User, bob: User) -> None:
    wish = {"kind": "group", "title": "Garden", "members": [str(bob.id)], "client_id": str(uuid4())}
    answers = at_once(20, post(alice, "/conversations", wish))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Conversation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_both_of_a_pair_at_once_find_one_chat(transactional_db: None, alice: User, bob: User) -> None:
    ask_bob = post(alice, "/conversations", {"kind": "direct", "members": [str(bob.id)]})
    ask_alice = post(bob, "/conversations", {"kind": "direct", "members": [str(alice.id)]})
    turns = iter([ask_bob, ask_alice] * 5)
    answers = at_once(10, lambda: next(turns)())
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
