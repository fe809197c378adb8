"""Requests of strangers and blocked people on pages and over JSON: what is shown, what is answered, and who may."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
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
