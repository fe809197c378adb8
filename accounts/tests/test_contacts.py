"""Contacts and blocks: asked, answered and ended, by operation, page and JSON; nothing tells who was blocked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts import relations
from accounts.models import Block, Contact, ContactRequest, User
from accounts.operations import blocks, contacts
from chatify.lib.errors import Conflict, Invalid, NotFound, TooMany

SignIn = Callable[[User], Client]
JSON = "application/json"


def ask(client: Client, user: User, note: str = "") -> Any:
    return client.post("/api/v1/contacts/requests", {"user": str(user.id), "note": note}, content_type=JSON)


def answer(client: Client, request: str, how: str) -> Any:
    return client.post(f"/api/v1/contacts/requests/{request}/{how}")


def names(client: Client, path: str) -> list[str]:
    return [each.get("person", each)["username"] for each in client.get(f"/api/v1{path}").json()["items"]]


def test_two_people_become_contacts(alice: User, bob: User, client_for: SignIn) -> None:
    as_alice, as_bob = client_for(alice), client_for(bob)
    asked = ask(as_alice, bob, "We met at the fair")
    assert asked.status_code == 201
    assert ask(as_alice, bob).json()["id"] == asked.json()["id"]
    (waiting,) = as_bob.get("/api/v1/contacts/requests").json()["items"]
    assert (waiting["direction"], waiting["person"]["username"]) == ("in", "alice")
    assert (waiting["note"], waiting["state"]) == ("We met at the fair", "pending")
    assert answer(as_bob, waiting["id"], "accept").json()["state"] == "accepted"
    assert names(as_alice, "/contacts") == ["bob"]
    assert names(as_bob, "/contacts") == ["alice"]
    assert names(as_bob, "/contacts/requests") == []
    assert ask(as_alice, bob).status_code == 409
    assert as_bob.delete(f"/api/v1/contacts/{alice.id}").status_code == 204
    assert names(as_alice, "/contacts") == names(as_bob, "/contacts") == []


def test_who_is_asked_and_asks_has_accepted(alice: User, bob: User, client_for: SignIn) -> None:
    ask(client_for(alice), bob)
    answered = ask(client_for(bob), alice)
    assert (answered.status_code, answered.json()["state"]) == (200, "accepted")
    assert relations.are_contacts(alice, bob)
    assert relations.are_contacts(bob, alice)


def test_a_request_is_declined_taken_back_or_runs_out(alice: User, bob: User, client_for: SignIn) -> None:
    as_alice, as_bob = client_for(alice), client_for(bob)
    first = ask(as_alice, bob).json()["id"]
    assert answer(as_bob, first, "decline").json()["state"] == "declined"
    assert answer(as_bob, first, "accept").status_code == 409
    second = ask(as_alice, bob).json()["id"]
    assert as_alice.delete(f"/api/v1/contacts/requests/{second}").json()["state"] == "cancelled"
    third = contacts.ask(alice, other=bob)
    ContactRequest.objects.filter(pk=third.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert names(as_bob, "/contacts/requests") == []
    out = as_alice.get("/api/v1/contacts/requests?direction=out").json()["items"]
    assert [each["state"] for each in out] == ["expired", "cancelled", "declined"]
    assert answer(as_bob, str(third.id), "accept").status_code == 409
    assert ask(as_alice, bob).status_code == 201
    contacts.expire()
    assert ContactRequest.objects.get(pk=third.pk).state == "expired"


def test_requests_are_only_of_those_two(
    alice: User, bob: User, dave: User, client_for: SignIn, client: Client
) -> None:
    request = contacts.ask(alice, other=bob)
    for how in ("accept", "decline"):
        assert answer(client_for(dave), str(request.id), how).status_code == 404
        assert answer(client_for(alice), str(request.id), how).status_code == 404
    assert client_for(bob).delete(f"/api/v1/contacts/requests/{request.id}").status_code == 404
    assert client.get("/api/v1/contacts").status_code == 401
    assert answer(client_for(bob), str(uuid4()), "accept").status_code == 404
    assert relations.waiting_between(alice, bob) is not None


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({}, 422),
        ({"user": "x"}, 422),
        ({"user": 7}, 422),
        ({"user": str(uuid4())}, 404),
        ({"note": "x" * 301}, 422),
        ({"note": "a\x00b"}, 400),
        ({"note": 5}, 422),
    ],
)
def test_bad_requests_are_refused_in_words(
    alice: User, bob: User, client_for: SignIn, payload: dict[str, Any], status: int
) -> None:
    given = {"user": str(bob.id), **payload} if "note" in payload else payload
    refused = client_for(alice).post("/api/v1/contacts/requests", given, content_type=JSON)
    assert refused.status_code == status
    assert refused.json()["detail"]
    assert not ContactRequest.objects.exists()


def test_nobody_is_their_own_contact_or_blocks_themselves(alice: User) -> None:
    with pytest.raises(Invalid):
        contacts.ask(alice, other=alice)
    with pytest.raises(Invalid):
        blocks.block(alice, other=alice)


@override_settings(CHATIFY_LIMITS=1.0)
def test_twenty_strangers_a_day(alice: User, make_person: Callable[..., User]) -> None:
    for number in range(20):
        contacts.ask(alice, other=make_person(f"erin{number}", password=None))
    with pytest.raises(TooMany):
        contacts.ask(alice, other=make_person("frank"))


def test_a_blocked_person_cannot_tell(alice: User, bob: User, client_for: SignIn) -> None:
    as_alice, as_bob = client_for(alice), client_for(bob)
    assert as_alice.put(f"/api/v1/blocks/{bob.id}").status_code == 204
    assert as_alice.put(f"/api/v1/blocks/{bob.id}").status_code == 204
    asked = ask(as_bob, alice, "Why?")
    assert (asked.status_code, asked.json()["state"]) == (201, "pending")
    assert names(as_alice, "/contacts/requests") == []
    assert answer(as_alice, asked.json()["id"], "accept").status_code == 404
    shown = as_bob.get(f"/api/v1/people/{alice.id}").json()
    assert shown["relationship"] == {
        "contact": False,
        "blocked": False,
        "asked": asked.json()["id"],
        "asks": None,
    }
    assert names(as_alice, "/blocks") == ["bob"]
    assert names(as_bob, "/blocks") == []
    assert as_alice.delete(f"/api/v1/blocks/{bob.id}").status_code == 204
    assert names(as_alice, "/contacts/requests") == ["bob"]


def test_a_block_ends_the_contact_and_hides_the_profile(alice: User, bob: User, client_for: SignIn) -> None:
    contacts.accept(bob, request=contacts.ask(alice, other=bob).id)
    User.objects.filter(pk=alice.pk).update(about="Plums", status_text="Here", avatar="abc")
    blocks.block(alice, other=bob)
    assert not Contact.objects.exists()
    as_bob = client_for(bob)
    for shown in (
        as_bob.get(f"/api/v1/people/{alice.id}").json(),
        as_bob.get("/api/v1/people?q=alice").json()["items"][0],
    ):
        assert (shown["username"], shown["avatar_url"], shown["status"]["text"]) == ("alice", None, "")
        assert shown.get("about", "") == ""
    page = as_bob.get("/people/alice/").content.decode()
    assert "Plums" not in page and "Here<" not in page and "<img" not in page
    assert "<img" not in as_bob.get("/people/?q=alice").content.decode()
    with pytest.raises(Conflict):
        contacts.ask(alice, other=bob)


def test_whoever_blocks_takes_back_what_they_asked(alice: User, bob: User, client_for: SignIn) -> None:
    contacts.ask(alice, other=bob)
    blocks.block(alice, other=bob)
    assert names(client_for(bob), "/contacts/requests") == []
    blocks.unblock(alice, other=bob)
    blocks.unblock(alice, other=bob)
    assert not Block.objects.exists()


def test_the_lists_cost_the_same_however_long(
    alice: User, make_person: Callable[..., User], client_for: SignIn
) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    client = client_for(alice)
    paths = [
        "/api/v1/contacts",
        "/api/v1/contacts/requests",
        "/people/?show=requests",
        "/people/?show=contacts",
    ]
    make = iter(range(100))

    def more(count: int) -> None:
        for _ in range(count):
            contacts.ask(make_person(f"asks{next(make)}", password=None), other=alice)
            other = make_person(f"friend{next(make)}", password=None)
            contacts.accept(other, request=contacts.ask(alice, other=other).id)

    more(1)
    before = [cost(path) for path in paths]
    more(12)
    assert [cost(path) for path in paths] == before


def test_lists_page_without_skipping(
    alice: User, make_person: Callable[..., User], client_for: SignIn
) -> None:
    everybody = [make_person(f"erin{number:02}", password=None) for number in range(12)]
    for person in everybody:
        contacts.ask(person, other=alice)
    client, seen, cursor = client_for(alice), [], ""
    for _ in range(20):
        page = client.get(f"/api/v1/contacts/requests?limit=5&cursor={cursor}").json()
        seen += [each["person"]["username"] for each in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [person.username for person in reversed(everybody)]
    assert client.get("/api/v1/contacts/requests?cursor=zzz").status_code in (400, 422)


def test_pages_do_it_without_a_script(alice: User, bob: User, client_for: SignIn) -> None:
    as_alice, as_bob = client_for(alice), client_for(bob)
    assert as_alice.post("/people/bob/contact/", {"do": "ask", "note": "Hi"})["Location"] == "/people/bob/"
    assert "Take it back" in as_alice.get("/people/bob/").content.decode()
    assert "Hi" in as_bob.get("/people/?show=requests").content.decode()
    done = as_bob.post("/people/alice/contact/", {"do": "accept", "from": "requests"})
    assert done["Location"] == "/people/?show=requests"
    assert "@alice" in as_bob.get("/people/?show=contacts").content.decode()
    as_bob.post("/people/alice/block/", {"do": "block"})
    assert "Unblock" in as_bob.get("/people/alice/").content.decode()
    assert "@alice" in as_bob.get("/people/?show=blocked").content.decode()
    again = as_bob.post("/people/alice/contact/", {"do": "ask"})
    assert (again.status_code, "Unblock them first" in again.content.decode()) == (409, True)
    assert as_alice.post("/people/bob/contact/", {"do": "shout"}).status_code == 422
    assert as_alice.get("/people/?show=secrets").status_code == 422
    assert as_alice.post("/people/nobody/block/", {"do": "block"}).status_code == 404


def test_what_was_typed_with_a_refused_request_stays(alice: User, bob: User, client_for: SignIn) -> None:
    refused = client_for(alice).post("/people/bob/contact/", {"do": "ask", "note": "x" * 301})
    assert refused.status_code == 422
    assert "x" * 300 in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_have_one_request(alice: User, bob: User) -> None:
    def once(pair: tuple[User, User]) -> str:
        try:
            return str(contacts.ask(pair[0], other=pair[1]).state)
        except (Conflict, NotFound):
            return "conflict"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(once, [(alice, bob), (bob, alice)] * 8))
    assert "accepted" in states
    assert Contact.objects.count() == 2
    assert not ContactRequest.objects.filter(state="pending").exists()
