"""Who was blocked is answered like anybody else, whatever they ask; from outside they are a stranger like any other."""

import json
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation
from messaging.operations import blocks, conversations, messages

from .conftest import Call, Caller
from .test_permissions import ELSE, INSIDE, ask, titles

# method, path, body; {c} a chat with somebody, {m} their message in it, {u} they
TRIED: list[tuple[str, str, Any]] = [
    ("GET", "/conversations/{c}", None),
    ("GET", "/conversations/{c}/messages", None),
    ("GET", "/conversations/{c}/members", None),
    ("GET", "/conversations/{c}/events?since=0", None),
    ("POST", "/conversations/{c}/messages", {"body": "Are you there?", "client_id": "{new}"}),
    ("PUT", "/messages/{m}/reactions/👍", None),
    ("DELETE", "/messages/{m}/reactions/👍", None),
    ("PUT", "/messages/{m}/pin", None),
    ("PUT", "/messages/{m}/star", None),
    ("POST", "/messages/{m}/forward", {"conversation": "{c}", "client_id": "{new}"}),
    ("PUT", "/conversations/{c}/read", {"number": 1}),
    ("GET", "/people/{u}", None),
    ("POST", "/contacts", {"user": "{u}"}),
    ("POST", "/conversations", {"kind": "direct", "members": ["{u}"]}),
    (
        "POST",
        "/conversations",
        {"kind": "mail", "subject": "Us", "to": ["{u}"], "body": "Hi", "client_id": "{new}"},
    ),
]


def say(sender: User, chat: Conversation) -> str:
    return str(messages.send(sender, conversation=chat.id, body="Hello", client_id=uuid4()).id)


def tried(caller: Caller, other: User, chat: Conversation, message: str) -> list[tuple[int, Any]]:
    """Status and shape of each answer."""
    found = []
    for method, path, body in TRIED:
        names = {"c": str(chat.id), "m": message, "u": str(other.id), "new": str(uuid4())}
        text = json.dumps(body or "")
        for name, value in names.items():
            path, text = path.replace(f"{{{name}}}", value), text.replace(f"{{{name}}}", value)
        answer = caller.send(method, path, json.loads(text))
        found.append((answer.status_code, shape(answer.json()) if answer.content else None))
    return found


def shape(value: Any) -> Any:
    """The names in it, without what they say."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return shape(value[0]) if isinstance(value, list) and value else None


def test_who_was_blocked_cannot_tell_by_any_answer(call: Call, bob: User, make_person: Any) -> None:
    one, other = make_person("erin", password=None), make_person("fay", password=None)
    chats = [conversations.start_direct(each, other=bob) for each in (one, other)]
    said = [say(each, chat) for each, chat in zip((one, other), chats, strict=True)]
    blocks.block(one, other=bob)
    caller = call(bob)
    blocked, known = (
        tried(caller, each, *rest) for each, *rest in zip((one, other), chats, said, strict=True)
    )
    names = titles(TRIED)
    assert dict(zip(names, blocked, strict=True)) == dict(zip(names, known, strict=True))
    assert all(status < 300 for status, _ in known)


@pytest.mark.parametrize("operation", INSIDE, ids=titles(INSIDE))
def test_from_outside_who_was_blocked_is_a_stranger(
    operation: Any, call: Call, group: Conversation, alice: User, bob: User, dave: User
) -> None:
    message = say(alice, group)
    blocks.block(alice, other=dave)
    answer = ask(call(dave), operation, group.id, message, bob.id)
    assert answer.status_code == 404
    assert answer.json() == ask(call(dave), operation, ELSE, ELSE, bob.id).json()
