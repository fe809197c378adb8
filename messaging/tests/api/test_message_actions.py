"""Actions on messages through the API: who may, what bad input gets, and what the viewer sees of their own."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation, Event, Message, MessageVersion, Reaction
from messaging.operations import conversations
from messaging.operations.messages import Sent

from .conftest import Call, refused


@pytest.fixture
def told(group: Conversation, alice: User, write: Any) -> Sent:
    """A message of Alice's in her group."""
    return write(alice, group)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/messages/{m}", {"body": "better"}),
        ("DELETE", "/messages/{m}", None),
        ("DELETE", "/messages/{m}?for=everyone", None),
        ("PUT", "/messages/{m}/pin", None),
        ("DELETE", "/messages/{m}/pin", None),
    ],
)
def test_a_plain_member_sees_it_and_may_not(
    method: str, path: str, body: Any, call: Call, told: Sent, bob: User
) -> None:
    refused(call(bob).send(method, path.format(m=told.id), "" if body is None else body), 403)
    assert Message.objects.get(pk=told.id).body == "hello"


def test_a_reaction_is_mine_only_for_me(call: Call, told: Sent, alice: User, bob: User) -> None:
    assert call(bob).put(f"/messages/{told.id}/reactions/👍", "").json()["reactions"] == [
        {"emoji": "👍", "count": 1, "mine": True, "users": [str(bob.id)]}
    ]
    (shown,) = call(alice).get(f"/messages/{told.id}").json()["reactions"]
    assert not shown["mine"]


def test_a_star_is_mine_only_for_me(
    call: Call, told: Sent, group: Conversation, alice: User, bob: User, dave: User
) -> None:
    assert call(bob).put(f"/messages/{told.id}/star", "").json()["starred"]
    assert not call(alice).get(f"/messages/{told.id}").json()["starred"]
    assert [each["id"] for each in call(bob).get("/starred").json()["items"]] == [str(told.id)]
    assert call(alice).get("/starred").json()["items"] == []
    (shown,) = call(bob).get(f"/conversations/{group.id}/messages").json()["items"]
    assert shown["starred"]
    elsewhere = conversations.start_direct(bob, other=alice)
    for conversation, found in ((group, 1), (elsewhere, 0)):
        assert len(call(bob).get("/starred", conversation=str(conversation.id)).json()["items"]) == found
    refused(call(dave).get("/starred", conversation=str(group.id)), 404)
    refused(call(bob).get("/starred", conversation="nonsense"), 422)


def test_starred_pages_without_skip_or_repeat(call: Call, group: Conversation, bob: User, write: Any) -> None:
    caller = call(bob)
    ids = [str(write(bob, group, f"number {number}").id) for number in range(5)]
    for id in ids:
        caller.put(f"/messages/{id}/star", "")
    seen, cursor = [], None
    while True:
        page = caller.get("/starred", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["id"] for each in page["items"]]
        if not (cursor := page["next"]):
            break
    assert seen == ids[::-1]
    refused(caller.get("/starred", cursor="nonsense"), 422)


def test_a_forward_is_refused_where_i_cannot_write(
    call: Call, told: Sent, alice: User, bob: User, dave: User
) -> None:
    theirs = conversations.start_direct(alice, other=dave)
    wish = {"conversation": str(theirs.id), "client_id": str(uuid4())}
    refused(call(bob).post(f"/messages/{told.id}/forward", wish), 404)
    again = {**wish, "conversation": str(conversations.start_direct(bob, other=dave).id)}
    assert [call(bob).post(f"/messages/{told.id}/forward", again).status_code for _ in "ab"] == [201, 200]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/messages/{m}", {"body": ""}),
        ("PATCH", "/messages/{m}", {"body": "x" * 8001}),
        ("PATCH", "/messages/{m}", {"body": "a\x00b"}),
        ("PATCH", "/messages/{m}", {"body": None}),
        ("PATCH", "/messages/{m}", {"body": {"$ne": ""}}),
        ("PATCH", "/messages/{m}", {}),
        ("DELETE", "/messages/{m}?for=nobody", None),
        ("PUT", "/messages/{m}/reactions/%3Cimg%3E", None),
        ("PUT", "/messages/{m}/reactions/ab", None),
        ("PUT", "/messages/{m}/reactions/👍👍", None),
        ("PUT", "/messages/{m}/reactions/%F0%9F", None),
        ("PUT", "/messages/{m}/reactions/%00", None),
        ("POST", "/messages/{m}/forward", {}),
        ("POST", "/messages/{m}/forward", {"conversation": "x", "client_id": "y"}),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    method: str, path: str, body: Any, call: Call, told: Sent, alice: User
) -> None:
    before = [model.objects.count() for model in (Event, Message, MessageVersion, Reaction)]
    refused(call(alice).send(method, path.format(m=told.id), "" if body is None else body), 400, 422)
    assert [model.objects.count() for model in (Event, Message, MessageVersion, Reaction)] == before


def test_fields_of_the_server_cannot_be_set(call: Call, told: Sent, alice: User, bob: User) -> None:
    wish = {
        "body": "better",
        "sender_id": str(bob.id),
        "seq": 1,
        "deleted": True,
        "pinned_at": "2030-01-01T00:00:00Z",
    }
    shown = call(alice).patch(f"/messages/{told.id}", wish).json()
    assert (shown["body"], shown["sender"]["username"], shown["deleted"]) == ("better", "alice", False)
    assert (shown["seq"], shown["pinned_at"]) == (told.seq, None)


def test_who_acts_too_often_waits(call: Call, told: Sent, bob: User, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "message.act": (3, 60)}
    caller = call(bob)
    for _ in range(3):
        assert caller.put(f"/messages/{told.id}/reactions/👍", "").status_code == 200
    answer = caller.put(f"/messages/{told.id}/reactions/👍", "")
    assert refused(answer, 429)
    assert int(answer["Retry-After"]) > 0
