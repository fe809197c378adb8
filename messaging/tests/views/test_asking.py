"""Requests of strangers and blocked people on pages and over JSON: what is shown, what is answered, and who may."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.operations import privacy
from messaging.models import Conversation, Membership
from messaging.operations import blocks, conversations, messages

SignIn = Callable[[User], Client]
FOLDED = "Message from somebody you blocked"


@pytest.fixture
def asked(alice: User, dave: User) -> Conversation:
    """Dave, a stranger, writes to Alice."""
    row = conversations.start_direct(dave, other=alice)
    messages.send(dave, conversation=row.id, body="You do not know me", client_id=uuid4())
    return row


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_request_stands_in_its_own_list_with_ways_to_answer(
    asked: Conversation, as_alice: Client, as_dave: Client
) -> None:
    row = f'data-conversation="{asked.id}"'
    assert row not in text(as_alice, "/inbox/?filter=all")
    listed = text(as_alice, "/inbox/?filter=requests")
    assert row in listed and 'data-waiting="requests">1<' in listed
    page = text(as_alice, f"/c/{asked.id}/")
    assert "You do not know each other here" in page and 'value="accept"' in page and 'value="block"' in page
    assert "You do not know each other here" not in text(as_dave, f"/c/{asked.id}/")
    assert as_alice.post(f"/c/{asked.id}/request/", {"do": "accept"}).headers["Location"] == f"/c/{asked.id}/"
    assert "You do not know each other here" not in text(as_alice, f"/c/{asked.id}/")
    assert row in text(as_alice, "/inbox/?filter=all")
    assert 'data-waiting="requests"' not in text(as_alice, "/inbox/?filter=all")


def test_a_declined_one_can_still_be_accepted(asked: Conversation, as_alice: Client) -> None:
    answer = as_alice.post(f"/c/{asked.id}/request/", {"do": "decline"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox/?filter=requests")
    assert "No requests" in text(as_alice, "/inbox/?filter=requests")
    page = text(as_alice, f"/c/{asked.id}/")
    assert "You declined" in page and 'value="accept"' in page and 'value="decline"' not in page


def test_only_its_receiver_answers_and_only_with_an_answer(
    asked: Conversation, as_alice: Client, as_bob: Client, as_dave: Client, call_json: Callable[..., int]
) -> None:
    for client, status in ((as_bob, 404), (as_dave, 409)):
        assert client.post(f"/c/{asked.id}/request/", {"do": "decline"}).status_code == status
        assert call_json(client, f"/conversations/{asked.id}/decline") == status
    assert as_alice.post(f"/c/{asked.id}/request/", {"do": "vanish"}).status_code == 422
    assert as_alice.get(f"/c/{asked.id}/request/").status_code == 405
    assert Membership.objects.get(conversation=asked, user__username="alice").request == "waiting"
    assert call_json(as_alice, f"/conversations/{asked.id}/decline") == 200
    assert call_json(as_alice, f"/conversations/{asked.id}/accept") == 200
    assert call_json(as_alice, f"/conversations/{asked.id}/accept") == 200


@pytest.fixture
def call_json() -> Callable[..., int]:
    def post(client: Client, path: str) -> int:
        return client.post(f"/api/v1{path}", content_type="application/json").status_code

    return post


def test_what_a_blocked_person_wrote_in_a_group_is_folded_for_the_blocker(
    group: Conversation, alice: User, bob: User, as_alice: Client, as_bob: Client
) -> None:
    sent = messages.send(bob, conversation=group.id, body="Quiet, please", client_id=uuid4())

    def folded(client: Client) -> tuple[bool, bool, bool]:
        page, listed = text(client, f"/c/{group.id}/"), text(client, "/inbox/?filter=all")
        told = client.get(f"/api/v1/messages/{sent.id}").json()
        return FOLDED in page, FOLDED in listed and "Quiet" not in listed, told["blocked"]

    assert folded(as_alice) == (False, False, False)
    blocks.block(alice, other=bob)
    assert folded(as_alice) == (True, True, True)
    assert folded(as_bob) == (False, False, False)
    page = text(as_alice, f"/c/{group.id}/")
    assert "<details" in page and "Quiet, please" in page  # there is a way to look
    assert f'data-blocked="{bob.id}"' in page and "data-blocked" not in text(as_bob, f"/c/{group.id}/")


def test_a_chat_with_somebody_blocked_says_so_and_leads_back(
    chat: Conversation, alice: User, bob: User, as_alice: Client, as_bob: Client
) -> None:
    messages.send(bob, conversation=chat.id, body="Before", client_id=uuid4())
    blocks.block(alice, other=bob)
    page = text(as_alice, f"/c/{chat.id}/")
    assert "What they write does not reach you" in page and 'id="composer"' not in page
    assert "Before" in page and FOLDED not in page
    assert 'id="composer"' in text(as_bob, f"/c/{chat.id}/")
    wish = {"do": "unblock", "from": "conversation", "conversation": str(chat.id)}
    answer = as_alice.post("/people/bob/block/", wish)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{chat.id}/")
    assert 'id="composer"' in text(as_alice, f"/c/{chat.id}/")
    assert as_alice.post("/people/bob/block/", {**wish, "conversation": "nonsense"}).status_code == 422


def test_who_is_added_by_a_stranger_is_in_at_once_by_page_and_json(
    alice: User, bob: User, as_alice: Client, as_bob: Client, as_dave: Client
) -> None:
    body = {"kind": "group", "title": "Boats", "members": [str(alice.id)], "client_id": str(uuid4())}
    begun = as_dave.post("/api/v1/conversations", body, content_type="application/json").json()
    wish = {"kind": "group", "title": "Sails", "to": ["bob"], "client_id": str(uuid4())}
    assert as_dave.post("/c/new/", wish).status_code == 303
    page = text(as_alice, f"/c/{begun['id']}/")
    assert 'value="accept"' not in page and 'id="composer"' in page
    for client, title in ((as_alice, "Boats"), (as_bob, "Sails")):
        assert title in text(client, "/inbox/?filter=all")
        (shown,) = client.get("/api/v1/conversations").json()["items"]
        assert (shown["title"], shown["my"]["request"]) == (title, None)
        assert all(each["read_number"] == 0 for each in shown["members"])


def test_who_chose_so_and_is_added_by_a_stranger_is_asked_on_the_page_and_over_json(
    alice: User, bob: User, dave: User, as_alice: Client, as_dave: Client
) -> None:
    title = "Free money"
    for person in (alice, bob):
        privacy.update(person, groups="contacts")
    wish = {"kind": "group", "title": title, "to": ["alice"], "client_id": str(uuid4())}
    assert as_dave.post("/c/new/", wish).status_code == 303
    (row,) = Conversation.objects.filter(title=title)
    assert title not in text(as_alice, "/inbox/?filter=all") and title in text(
        as_alice, "/inbox/?filter=requests"
    )
    page = text(as_alice, f"/c/{row.id}/")
    assert "added you to this group" in page and 'value="accept"' in page and 'value="block"' in page
    body = {"members": [str(bob.id)]}
    added = as_dave.post(f"/api/v1/conversations/{row.id}/members", body, content_type="application/json")
    assert added.status_code == 201
    assert Membership.objects.get(conversation=row, user=bob).request == "waiting"
    told = as_alice.get(f"/api/v1/conversations/{row.id}").json()
    assert told["my"]["request"] == "waiting"
    as_alice.post(f"/c/{row.id}/request/", {"do": "decline"})
    again = as_dave.post("/c/new/", {**wish, "title": "Again", "client_id": str(uuid4())})
    assert again.status_code == 403 and "People choose who may reach them" in again.content.decode()
    assert not Conversation.objects.filter(title="Again").exists()


def test_a_request_can_be_answered_after_its_asker_is_gone(alice: User, dave: User, as_alice: Client) -> None:
    privacy.update(alice, groups="contacts")
    row = conversations.start_group(dave, title="Club", members=[alice], client_id=uuid4())
    Membership.objects.filter(conversation=row, user=dave).update(left_seq=row.head)
    User.objects.filter(pk=dave.pk).update(is_active=False)
    page = text(as_alice, f"/c/{row.id}/")
    assert 'value="accept"' in page and 'value="block"' not in page


@pytest.mark.parametrize("door", ["new", "add", "api"])
def test_too_many_strangers_are_put_off_in_words(
    alice: User, bob: User, carol: User, as_dave: Client, dave: User, settings: Any, door: str
) -> None:
    for person in (alice, bob, carol):
        privacy.update(person, groups="contacts")
    row = conversations.start_group(dave, title="Club", members=[], client_id=uuid4())
    settings.CHATIFY_LIMITS = 0.1
    names = ["alice", "bob", "carol"]
    if door == "api":
        body = {"members": [str(each.id) for each in (alice, bob, carol)]}
        answer = as_dave.post(
            f"/api/v1/conversations/{row.id}/members", body, content_type="application/json"
        )
    elif door == "add":
        answer = as_dave.post(f"/c/{row.id}/members/", {"to": names})
    else:
        wish = {"kind": "group", "title": "Other", "to": names, "client_id": str(uuid4())}
        answer = as_dave.post("/c/new/", wish)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert not Membership.objects.filter(user__in=(alice, bob, carol)).exists()
