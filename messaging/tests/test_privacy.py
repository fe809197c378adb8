"""What a person hides is nowhere: not on a page, not over JSON, not in a list of members; and they see none of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.operations import contacts, privacy
from messaging.models import Conversation
from messaging.operations import blocks, conversations, inbox, messages, requests
from messaging.queries.presence import cache_key
from messaging.realtime import presence as process

SignIn = Callable[[User], Client]
SEEN = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
NOTHING = {"online": None, "last_seen": None}
AWAY = {"online": False, "last_seen": "2026-11-20T09:41:00.000Z"}
UNDATED = {"online": False, "last_seen": None}


@pytest.fixture
def chat(alice: User, bob: User) -> Conversation:
    privacy.update(bob, groups="contacts")
    group = conversations.start_group(alice, title="Where they met", members=[bob], client_id=uuid4())
    requests.accept(bob, conversation=group.id)
    row = conversations.start_direct(alice, other=bob)
    messages.send(alice, conversation=row.id, body="Hello", client_id=uuid4())
    privacy.seen([alice.pk], SEEN)
    return row


def presence(client: Client, person: User) -> dict[str, Any]:
    one = client.get(f"/api/v1/people/{person.id}").json()["presence"]
    (listed,) = [
        each for each in client.get("/api/v1/people").json()["items"] if each["id"] == str(person.id)
    ]
    assert listed["presence"] == one
    return dict(one)


def test_who_shares_a_conversation_sees_presence_and_strangers_do_not(
    chat: Conversation, alice: User, bob: User, dave: User, client_for: SignIn
) -> None:
    assert presence(client_for(bob), alice) == AWAY
    assert presence(client_for(dave), alice) == NOTHING
    cache.set(cache_key(str(alice.id)), 1)
    assert presence(client_for(bob), alice) == {"online": True, "last_seen": None}
    assert presence(client_for(dave), alice) == NOTHING
    assert "here now" in client_for(bob).get("/people/alice/").content.decode()
    assert "here now" in client_for(bob).get(f"/c/{chat.id}/").content.decode()
    assert "here now" not in client_for(dave).get("/people/alice/").content.decode()


@pytest.mark.parametrize(
    ("switches", "audience", "seen"),
    [
        ({"presence": False}, None, NOTHING),
        ({"last_seen": False}, None, UNDATED),
        ({}, "nobody", NOTHING),
        ({}, "contacts", NOTHING),
        ({"typing": False, "receipts": False}, None, AWAY),
    ],
)
@pytest.mark.parametrize("whose", ["theirs", "mine"])
def test_each_switch_works_both_ways(
    chat: Conversation, alice: User, bob: User, client_for: SignIn,
    switches: dict[str, bool], audience: str | None, seen: dict[str, Any], whose: str,
) -> None:  # fmt: skip
    person = alice if whose == "theirs" else bob
    privacy.update(person, switches=switches, audience=audience)
    assert presence(client_for(bob), alice) == seen
    page = client_for(bob).get(f"/c/{chat.id}/").content.decode()
    assert ("last here" in page) == (seen == AWAY)


def test_who_was_here_when_their_process_was_killed_was_last_here_minutes_before(
    chat: Conversation, alice: User, bob: User, dave: User, client_for: SignIn
) -> None:
    who = str(alice.id)
    process._refresh([who], [], [who])  # what it does by the clock; then it is killed, and tells nobody
    assert presence(client_for(bob), alice) == {"online": True, "last_seen": None}
    cache.delete(cache_key(who))  # its lease is over
    told = presence(client_for(bob), alice)
    assert told["online"] is False
    seen = datetime.fromisoformat(told["last_seen"])
    assert timedelta(0) <= datetime.now(UTC) - seen < timedelta(minutes=2)
    assert (seen.second, seen.microsecond) == (0, 0)
    assert presence(client_for(dave), alice) == NOTHING
    privacy.seen([alice.pk], SEEN)  # never back in time
    assert presence(client_for(bob), alice) == told


def test_contacts_see_who_shows_only_to_contacts(
    chat: Conversation, alice: User, bob: User, client_for: SignIn
) -> None:
    privacy.update(alice, audience="contacts")
    contacts.accept(bob, request=contacts.ask(alice, other=bob).id)
    assert presence(client_for(bob), alice) == AWAY


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_block_hides_both(
    chat: Conversation, alice: User, bob: User, client_for: SignIn, blocker: str
) -> None:
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    blocks.block(one, other=other)
    privacy.seen([bob.pk], SEEN)
    assert presence(client_for(bob), alice) == presence(client_for(alice), bob) == NOTHING
    blocks.unblock(one, other=other)
    assert presence(client_for(bob), alice) == AWAY


def read_numbers(client: Client, chat: Conversation, person: User) -> list[int | None]:
    shown = client.get(f"/api/v1/conversations/{chat.id}").json()["members"]
    listed = client.get(f"/api/v1/conversations/{chat.id}/members").json()["items"]
    rows = [row for row in [*shown, *listed] if row["person"]["id"] == str(person.id)]
    return [value for row in rows for value in (row["read_number"], row["delivered_number"])]


def test_receipts_are_shown_until_one_of_the_two_hides_them(
    chat: Conversation, alice: User, bob: User, client_for: SignIn
) -> None:
    inbox.mark_read(bob.pk, conversation=chat.id, number=1)
    as_alice = client_for(alice)
    assert read_numbers(as_alice, chat, bob) == [1, 1, 1, 1]
    assert 'data-state="read"' in as_alice.get(f"/c/{chat.id}/").content.decode()
    for person in (alice, bob):
        privacy.update(person, switches={"receipts": False})
        assert read_numbers(as_alice, chat, bob) == [None] * 4
        assert read_numbers(client_for(bob), chat, bob) == [1, 1, 1, 1]
        page = as_alice.get(f"/c/{chat.id}/").content.decode()
        assert 'data-state="read"' not in page and 'data-state="delivered"' not in page
        privacy.update(person, switches={"receipts": True})
    blocks.block(bob, other=alice)
    messages.send(alice, conversation=chat.id, body="Are you there?", client_id=uuid4())
    inbox.mark_read(bob.pk, conversation=chat.id, number=2)
    assert read_numbers(as_alice, chat, bob) == [1] * 4  # as of somebody who is away
    assert read_numbers(client_for(bob), chat, alice) == [None] * 4


def test_the_switches_are_changed_by_page_and_json(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    assert "Who may add me to groups" in client.get("/settings/privacy/").content.decode()
    wish = {"presence": "on", "typing": "on", "audience": "contacts", "groups": "contacts"}
    assert client.post("/settings/privacy/", wish).status_code == 303
    switches = {"presence": True, "last_seen": False, "typing": True, "receipts": False}
    assert client.get("/api/v1/me").json()["settings"]["privacy"] == {
        **switches,
        "audience": "contacts",
        "groups": "contacts",
    }
    given = {"settings": {"privacy": {"receipts": True, "audience": "nobody"}}}
    told = client.patch("/api/v1/me", given, content_type="application/json").json()["settings"]["privacy"]
    assert told == {**switches, "receipts": True, "audience": "nobody", "groups": "contacts"}
    given = {"settings": {"privacy": {"groups": "everyone"}}}
    told = client.patch("/api/v1/me", given, content_type="application/json").json()["settings"]["privacy"]
    assert told == {**switches, "receipts": True, "audience": "nobody", "groups": "everyone"}


@pytest.mark.parametrize(
    "privacy_",
    [
        {"audience": "everyone"},
        {"groups": "nobody"},
        {"groups": True},
        {"groups": ["everyone"]},
        {"presence": "yes"},
        {"typing": 1},
        [],
    ],
)
def test_switches_that_are_none_change_nothing(alice: User, client_for: SignIn, privacy_: Any) -> None:
    client = client_for(alice)
    given = {"display_name": "Changed", "settings": {"privacy": privacy_}}
    answer = client.patch("/api/v1/me", given, content_type="application/json")
    assert answer.status_code == 422
    assert client.get("/api/v1/me").json()["display_name"] == "Alice"
    for wish in ({"audience": "everyone", "groups": "everyone"}, {"audience": "shared", "groups": "nobody"}):
        assert client.post("/settings/privacy/", wish).status_code == 422


def test_a_page_of_people_costs_the_same_however_many(
    alice: User, make_person: Callable[..., User], client_for: SignIn
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/people?limit=100")
        return len(queries)

    client = client_for(alice)
    for number in range(3):
        conversations.start_direct(alice, other=make_person(f"erin{number}", password=None))
    few = cost()
    for number in range(12):
        conversations.start_direct(alice, other=make_person(f"finn{number}", password=None))
    assert cost() == few
