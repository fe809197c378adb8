"""Who may call what: members may, for everybody else nothing exists, and without a credential nobody is anybody."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation
from messaging.operations import members
from messaging.operations.messages import Sent

from .conftest import Call, Caller

ELSE = "01900000-0000-7000-8000-000000000000"
TEXT = {"body": "hello", "client_id": str(uuid4())}

# method, path, body; {c} a group with carol in it, {m} a message in it, {u} bob
INSIDE: list[tuple[str, str, Any]] = [
    ("GET", "/conversations/{c}", None),
    ("PATCH", "/conversations/{c}", {"title": "Mine now"}),
    ("DELETE", "/conversations/{c}", None),
    ("GET", "/conversations/{c}/messages", None),
    ("POST", "/conversations/{c}/messages", TEXT),
    ("GET", "/conversations/{c}/events", None),
    ("GET", "/messages/{m}", None),
    ("PATCH", "/messages/{m}", {"body": "better"}),
    ("DELETE", "/messages/{m}", None),
    ("DELETE", "/messages/{m}?for=me", None),
    ("POST", "/messages/{m}/restore", None),
    ("GET", "/messages/{m}/history", None),
    ("PUT", "/messages/{m}/reactions/👍", None),
    ("DELETE", "/messages/{m}/reactions/👍", None),
    ("PUT", "/messages/{m}/star", None),
    ("DELETE", "/messages/{m}/star", None),
    ("PUT", "/messages/{m}/pin", None),
    ("DELETE", "/messages/{m}/pin", None),
    ("GET", "/conversations/{c}/pinned", None),
    ("POST", "/messages/{m}/forward", {"conversation": "{c}", "client_id": str(uuid4())}),
    ("PUT", "/conversations/{c}/read", {"number": 1}),
    ("GET", "/conversations/{c}/members", None),
    ("POST", "/conversations/{c}/members", {"members": ["{u}"]}),
    ("PATCH", "/conversations/{c}/members/{u}", {"role": "admin"}),
    ("DELETE", "/conversations/{c}/members/{u}", None),
]
OUTSIDE: list[tuple[str, str, Any]] = [
    ("GET", "/me", None),
    ("PATCH", "/me", {"display_name": "Me"}),
    ("GET", "/starred", None),
    ("GET", "/people", None),
    ("GET", "/search?q=hello", None),
    ("GET", "/people/{u}", None),
    ("GET", "/conversations", None),
    ("POST", "/conversations", {"kind": "direct", "members": ["{u}"]}),
]


def ask(caller: Caller, operation: tuple[str, str, Any], conversation: Any, message: Any, user: Any) -> Any:
    method, path, body = operation
    names = {"c": conversation, "m": message, "u": user}
    if body and "members" in body:
        body = {**body, "members": [str(user)]}
    if body and "conversation" in body:
        body = {**body, "conversation": str(conversation)}
    return caller.send(method, path.format(**names), body if body is not None else "")


def titles(operations: list[tuple[str, str, Any]]) -> list[str]:
    return [f"{method} {path}" for method, path, _ in operations]


@pytest.fixture
def told(group: Conversation, alice: User, write: Any) -> Sent:
    """A message in the group."""
    return write(alice, group)


@pytest.mark.parametrize("operation", INSIDE + OUTSIDE, ids=titles(INSIDE + OUTSIDE))
def test_the_owner_of_a_group_may(
    operation: Any, call: Call, group: Conversation, told: Sent, alice: User, bob: User, carol: User
) -> None:
    members.set_role(alice, conversation=group.id, user=carol, role="owner")  # so that alice may leave
    answer = ask(call(alice), operation, group.id, told.id, bob.id)
    assert answer.status_code in (200, 201, 204), answer.content


@pytest.mark.parametrize("operation", INSIDE, ids=titles(INSIDE))
def test_for_a_stranger_nothing_exists(
    operation: Any, call: Call, group: Conversation, told: Sent, dave: User, bob: User
) -> None:
    answer = ask(call(dave), operation, group.id, told.id, bob.id)
    nowhere = ask(call(dave), operation, ELSE, ELSE, bob.id)
    assert answer.status_code == 404
    assert answer.json() == nowhere.json(), "an answer must not tell that it exists"


@pytest.mark.parametrize("operation", INSIDE, ids=titles(INSIDE))
def test_for_a_removed_member_nothing_exists_any_more(
    operation: Any, call: Call, group: Conversation, told: Sent, alice: User, bob: User, carol: User
) -> None:
    caller = call(carol)
    assert caller.get(f"/messages/{told.id}").status_code == 200
    members.remove(alice, conversation=group.id, user=carol)
    assert ask(caller, operation, group.id, told.id, bob.id).status_code == 404


@pytest.mark.parametrize("operation", INSIDE + OUTSIDE, ids=titles(INSIDE + OUTSIDE))
def test_without_a_credential_the_answer_is_401(
    operation: Any, call: Call, group: Conversation, told: Sent, bob: User
) -> None:
    answer = ask(call(None), operation, group.id, told.id, bob.id)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert str(group.id) not in answer.content.decode()


@pytest.mark.parametrize("operation", INSIDE, ids=titles(INSIDE))
def test_staff_read_no_more_than_others(
    operation: Any, call: Call, group: Conversation, told: Sent, sam: User, bob: User
) -> None:
    assert ask(call(sam), operation, group.id, told.id, bob.id).status_code == 404


@pytest.mark.parametrize(
    "operation",
    [
        ("PATCH", "/conversations/{c}", {"title": "Mine now"}),
        ("POST", "/conversations/{c}/members", {"members": ["{u}"]}),
        ("PATCH", "/conversations/{c}/members/{u}", {"role": "owner"}),
        ("DELETE", "/conversations/{c}/members/{u}", None),
    ],
    ids=["rename", "add", "promote", "remove"],
)
def test_a_plain_member_may_not_manage(
    operation: Any, call: Call, group: Conversation, alice: User, bob: User, dave: User
) -> None:
    target = dave if operation[0] == "POST" else alice
    assert ask(call(bob), operation, group.id, ELSE, target.id).status_code == 403


def test_nobody_promotes_themselves(call: Call, group: Conversation, bob: User) -> None:
    assert (
        call(bob).patch(f"/conversations/{group.id}/members/{bob.id}", {"role": "owner"}).status_code == 403
    )


def test_a_suspended_person_is_nobody(call: Call, group: Conversation, bob: User) -> None:
    caller = call(bob)
    assert caller.get("/me").status_code == 200
    bob.is_active = False
    bob.save()
    assert caller.get("/me").status_code == 401


@pytest.mark.parametrize("kind", ["direct", "mail"])
def test_chats_and_mail_do_not_become_groups(
    call: Call, kind: str, request: Any, alice: User, dave: User
) -> None:
    row: Conversation = request.getfixturevalue(kind)
    caller = call(alice)
    assert caller.post(f"/conversations/{row.id}/members", {"members": [str(dave.id)]}).status_code == 403
    assert caller.patch(f"/conversations/{row.id}", {"title": "x"}).status_code == 403
    assert caller.delete(f"/conversations/{row.id}").status_code == 403
    assert caller.get(f"/conversations/{row.id}").json()["kind"] == kind
