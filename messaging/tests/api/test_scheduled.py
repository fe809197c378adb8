"""Sending later, for programs."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation

from .conftest import Call, Caller, refused

FUTURE = "2099-01-31T08:00:00Z"


def hold(caller: Caller, conversation: Conversation, **more: Any) -> Any:
    wish = {"body": "Later", "client_id": str(uuid4()), "send_at": FUTURE, **more}
    return caller.post(f"/conversations/{conversation.id}/messages", wish)


def test_a_held_message_has_no_place_is_listed_changed_and_taken_back(
    call: Call, alice: User, bob: User, direct: Conversation
) -> None:
    caller = call(alice)
    client_id = str(uuid4())
    answer = hold(caller, direct, client_id=client_id)
    assert answer.status_code == 201
    held = answer.json()
    assert (held["seq"], held["number"], held["held_until"]) == (None, None, "2099-01-31T08:00:00.000Z")
    again = hold(caller, direct, client_id=client_id)
    assert again.status_code == 200 and again.json()["id"] == held["id"] and again.json()["duplicate"]
    assert [row["id"] for row in caller.get("/scheduled").json()["items"]] == [held["id"]]
    changed = caller.patch(f"/scheduled/{held['id']}", {"body": "Other", "send_at": "2098-01-01T00:00:00Z"})
    assert (changed.json()["body"], changed.json()["send_at"]) == ("Other", "2098-01-01T00:00:00.000Z")
    assert call(bob).get("/scheduled").json()["items"] == []
    assert call(bob).get(f"/conversations/{direct.id}/messages").json()["items"] == []
    assert caller.delete(f"/scheduled/{held['id']}").status_code == 204
    assert caller.get("/scheduled").json()["items"] == []


def test_others_find_nothing(call: Call, alice: User, bob: User, dave: User, direct: Conversation) -> None:
    held = hold(call(alice), direct).json()["id"]
    for who, status in ((bob, 404), (dave, 404), (None, 401)):
        refused(call(who).patch(f"/scheduled/{held}", {"body": "Mine"}), status)
        refused(call(who).delete(f"/scheduled/{held}"), status)
    refused(hold(call(dave), direct), 404)


@pytest.mark.parametrize(
    "send_at",
    ["soon", "2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "2099-01-01T00:00:00", 5, "", True],
)
def test_a_time_that_cannot_be_is_refused(
    call: Call, alice: User, direct: Conversation, send_at: Any
) -> None:
    refused(hold(call(alice), direct, send_at=send_at), 422)
    assert call(alice).get("/scheduled").json()["items"] == []


def test_the_seconds_to_undo_are_a_setting(call: Call, alice: User, direct: Conversation) -> None:
    caller = call(alice)
    kept = caller.patch("/me", {"settings": {"sending": {"undo": 20}}}).json()["settings"]["sending"]
    assert kept == {"undo": 20, "late": "send", "previews": True}
    held = hold(caller, direct, send_at=None)
    assert held.json()["held_until"] and held.json()["seq"] is None
    for wrong in ({"undo": 31}, {"undo": -1}, {"late": "never"}, {"undo": "5"}):
        refused(caller.patch("/me", {"settings": {"sending": wrong}}), 422)
