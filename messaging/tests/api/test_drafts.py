"""Drafts: there on the next device, gone with the message, nobody else's."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation, KeptDraft
from messaging.operations import messages

from .conftest import Call, Caller, refused


def draft(caller: Caller, conversation: Conversation) -> Any:
    shown = caller.get(f"/conversations/{conversation.id}").json()["my"]["draft"]
    listed = caller.get("/conversations", filter="all").json()["items"]
    assert [row["my"]["draft"] for row in listed if row["id"] == str(conversation.id)] == [shown]
    return shown


def test_a_draft_is_kept_replaced_and_cleared(
    call: Call, alice: User, bob: User, direct: Conversation
) -> None:
    messages.send(bob, conversation=direct.id, body="Hello", client_id=uuid4())
    first, second, other = call(alice), call(alice), call(bob)
    saved = first.put(f"/conversations/{direct.id}/draft", {"body": "Dear B"})
    assert saved.status_code == 200 and saved.json()["my"]["draft"]["body"] == "Dear B"
    assert draft(second, direct)["body"] == "Dear B" and draft(other, direct) is None
    second.put(f"/conversations/{direct.id}/draft", {"body": "Dear Bob,\n\n  so"})
    assert draft(first, direct)["body"] == "Dear Bob,\n\n  so", "the later save has its way"
    assert first.delete(f"/conversations/{direct.id}/draft").status_code == 204
    assert first.delete(f"/conversations/{direct.id}/draft").status_code == 204
    assert draft(second, direct) is None
    first.put(f"/conversations/{direct.id}/draft", {"body": "x"})
    first.put(f"/conversations/{direct.id}/draft", {"body": " \n"})
    assert draft(second, direct) is None


def test_sending_ends_the_draft_by_either_door(call: Call, alice: User, direct: Conversation) -> None:
    caller = call(alice)
    caller.put(f"/conversations/{direct.id}/draft", {"body": "Hello"})
    assert caller.say(direct.id, "Hello").status_code == 201
    assert draft(caller, direct) is None
    client_id = uuid4()
    caller.put(f"/conversations/{direct.id}/draft", {"body": "Hello again", "client_id": str(client_id)})
    assert draft(caller, direct)["client_id"] == str(client_id)
    # As a socket sends: nothing is deleted, and the draft is over all the same.
    messages.send(alice, conversation=direct.id, body="Hello again", client_id=client_id)
    assert KeptDraft.objects.count() == 1 and draft(caller, direct) is None


def test_what_is_taken_back_is_the_draft_again(call: Call, alice: User, direct: Conversation) -> None:
    caller = call(alice)
    wish = {"body": "Later", "client_id": str(uuid4()), "send_at": "2099-01-01T00:00:00Z"}
    held = caller.post(f"/conversations/{direct.id}/messages", wish).json()
    caller.put(f"/conversations/{direct.id}/draft", {"body": "Meanwhile"})
    caller.delete(f"/scheduled/{held['id']}")
    assert draft(caller, direct)["body"] == "Later\n\nMeanwhile"


@pytest.mark.parametrize("body", [None, 5, "a\x00b", "x" * 32_001, ["x"]])
def test_what_is_no_text_is_refused_and_the_old_one_stays(
    call: Call, alice: User, direct: Conversation, body: Any
) -> None:
    caller = call(alice)
    caller.put(f"/conversations/{direct.id}/draft", {"body": "Old"})
    refused(caller.put(f"/conversations/{direct.id}/draft", {"body": body}), 400, 422)
    assert draft(caller, direct)["body"] == "Old"


def test_others_are_refused(call: Call, dave: User, direct: Conversation) -> None:
    for who, status in ((dave, 404), (None, 401)):
        refused(call(who).put(f"/conversations/{direct.id}/draft", {"body": "Mine"}), status)
        refused(call(who).delete(f"/conversations/{direct.id}/draft"), status)
    assert not KeptDraft.objects.exists()
