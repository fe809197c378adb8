"""Done, mute, pin and snooze for programs: `my` says how it stands."""

from typing import Any

import pytest

from accounts.models import User
from messaging.models import Conversation

from .conftest import Call, refused

FUTURE = "2100-01-01T08:00:00.000Z"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("done", {}, "done_at"),
        ("pin", {}, "pinned_at"),
        ("mute", {"until": None}, "muted_until"),
        ("mute", {"until": FUTURE}, "muted_until"),
        ("snooze", {"until": "2029-01-01T08:00:00Z"}, "snoozed_until"),
    ],
)
def test_put_sets_it_and_delete_ends_it(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any, path: str, body: Any, field: str
) -> None:
    write(bob, direct)
    caller, other = call(alice), call(bob)
    put = caller.put(f"/conversations/{direct.id}/{path}", body)
    assert put.status_code == 200 and put.json()["my"][field], put.content
    again = caller.put(f"/conversations/{direct.id}/{path}", body)
    assert again.status_code == 200 and again.json()["my"][field]
    assert other.get(f"/conversations/{direct.id}").json()["my"][field] is None
    ended = caller.delete(f"/conversations/{direct.id}/{path}")
    assert ended.status_code == 200 and ended.json()["my"][field] is None
    assert caller.get(f"/conversations/{direct.id}").json()["my"][field] is None


def test_done_leaves_the_list_and_a_message_brings_it_back(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    write(bob, direct)
    caller = call(alice)
    caller.put(f"/conversations/{direct.id}/done", {})
    assert caller.get("/conversations").json()["items"] == []
    assert caller.get("/me").json()["unread"] == 0
    assert [each["id"] for each in caller.get("/conversations", filter="done").json()["items"]] == [
        str(direct.id)
    ]
    write(bob, direct)
    assert caller.get("/conversations", filter="done").json()["items"] == []
    assert caller.get("/conversations").json()["items"][0]["my"]["done_at"] is None
    assert caller.get("/me").json()["unread"] == 2


@pytest.mark.parametrize("path", ["done", "pin", "mute", "snooze"])
def test_strangers_and_nobody_are_refused(call: Call, dave: User, direct: Conversation, path: str) -> None:
    for who, status in ((dave, 404), (None, 401)):
        refused(call(who).put(f"/conversations/{direct.id}/{path}", {"until": FUTURE}), status)
        refused(call(who).delete(f"/conversations/{direct.id}/{path}"), status)


@pytest.mark.parametrize(
    "until",
    [
        "soon",
        "2020-01-01T00:00:00Z",
        "2199-01-01T00:00:00Z",
        "2100-01-01T00:00:00",
        5,
        "",
        "9999-12-31T23:59:59+00:00",
    ],
)
def test_a_time_that_cannot_be_is_refused(call: Call, alice: User, direct: Conversation, until: Any) -> None:
    caller = call(alice)
    for path in ("mute", "snooze"):
        refused(caller.put(f"/conversations/{direct.id}/{path}", {"until": until}), 422)
    my = caller.get(f"/conversations/{direct.id}").json()["my"]
    assert my["muted_until"] is None and my["snoozed_until"] is None


def test_the_filter_is_kept_for_every_device(call: Call, alice: User) -> None:
    caller = call(alice)
    kept = caller.patch("/me", {"settings": {"inbox": {"filter": "unread"}}})
    assert kept.json()["settings"]["inbox"] == {"filter": "unread"}
    refused(caller.patch("/me", {"settings": {"inbox": {"filter": "nonsense"}}}), 422)
    assert caller.get("/me").json()["settings"]["inbox"] == {"filter": "unread"}
