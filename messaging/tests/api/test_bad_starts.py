"""Starting what cannot be started: refused with the field that is wrong, and nothing is made."""

import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User

from .conftest import Call, Caller, refused, rows

ID = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def caller(call: Call, alice: User) -> Caller:
    return call(alice)


def test_people_who_do_not_exist_cannot_be_written_to(caller: Caller, bob: User) -> None:
    before = rows()
    client_id = str(uuid4())
    for wish in (
        {"kind": "direct", "members": [ID]},
        {"kind": "group", "title": "G", "members": [str(bob.id), ID], "client_id": client_id},
        {
            "kind": "mail",
            "subject": "s",
            "to": [str(bob.id)],
            "cc": [ID],
            "body": "b",
            "client_id": client_id,
        },
    ):
        refused(caller.post("/conversations", wish), 404)
    assert rows() == before


def test_suspended_people_cannot_be_written_to(caller: Caller, bob: User) -> None:
    bob.is_active = False
    bob.save()
    refused(caller.post("/conversations", {"kind": "direct", "members": [str(bob.id)]}), 404)
    refused(caller.get(f"/people/{bob.id}"), 404)


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "direct", "members": []}, {"kind": "direct", "members": [ID, ID]}, {"kind": "direct"},
        {"kind": "direct", "members": "x"}, {"kind": "direct", "members": [1]}, {"kind": "direct", "members": {}},
        {"kind": "group", "title": "x", "members": [ID] * 101, "client_id": ID},
        {"kind": "group", "title": "x" * 101, "members": [], "client_id": ID}, {"kind": "group", "members": []},
        {"kind": "mail", "to": ["{bob}"], "body": "x", "client_id": ID},
        {"kind": "mail", "subject": " ", "to": ["{bob}"], "body": "x", "client_id": ID},
        {"kind": "mail", "subject": "x", "to": [], "body": "x", "client_id": ID},
        {"kind": "mail", "subject": "x" * 201, "to": ["{bob}"], "body": "x", "client_id": ID},
        {"kind": "mail", "subject": "x", "to": ["{bob}"], "bcc": ["bob"], "body": "x", "client_id": ID},
        {"kind": "mail", "subject": "x", "to": ["{bob}"], "bcc": [ID] * 101, "body": "x", "client_id": ID},
        {"kind": "mail", "subject": "x", "to": ["{bob}"], "attachments": [ID, ID], "body": "x", "client_id": ID},
        {"kind": "assistant"}, {"kind": "channel"}, {"kind": None}, {"kind": ["direct"]}, {"kind": {"x": 1}}, {},
    ],
    ids=lambda wish: json.dumps(wish)[:50],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_starts_nothing(caller: Caller, bob: User, wish: dict[str, Any]) -> None:
    before = rows()
    body = json.dumps(wish).replace("{bob}", str(bob.id))
    assert refused(caller.post("/conversations", body), 422)["errors"]
    assert rows() == before


def test_a_chat_with_oneself_is_refused(caller: Caller, alice: User) -> None:
    refused(caller.post("/conversations", {"kind": "direct", "members": [str(alice.id)]}), 422)


def test_the_assistant_says_that_it_is_not_there(caller: Caller) -> None:
    answer = refused(caller.post("/conversations", {"kind": "assistant"}), 422)
    assert answer["errors"]["kind"] == ["The assistant does not answer on this server yet."]
