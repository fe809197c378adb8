"""People over JSON: found by name, shown without their address, and only to those who are signed in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.operations import people, profile

SignIn = Callable[[User], Client]


def names(client: Client, **query: Any) -> list[str]:
    answer = client.get("/api/v1/people", query)
    assert answer.status_code == 200, answer.content
    return [each["username"] for each in answer.json()["items"]]


def test_people_are_found_by_parts_of_their_name(
    alice: User, bob: User, carol: User, client_for: SignIn
) -> None:
    profile.update(carol, display_name="Carolina Šťastná")
    client = client_for(alice)
    assert names(client, q="caro") == ["carol"]
    assert names(client, q="ŠŤASTNÁ") == ["carol"]
    assert names(client, q="bob") == ["bob"]
    assert names(client, q="nobody") == []


def test_without_a_word_everybody_else_is_listed(
    alice: User, bob: User, carol: User, client_for: SignIn
) -> None:
    assert names(client_for(alice)) == ["bob", "carol"]


def test_suspended_people_are_not_there(alice: User, bob: User, carol: User, client_for: SignIn) -> None:
    client = client_for(alice)
    assert client.get(f"/api/v1/people/{bob.id}").status_code == 200
    people.suspend(bob)
    assert names(client) == ["carol"]
    assert client.get(f"/api/v1/people/{bob.id}").status_code == 404


def test_a_person_is_shown_without_address_or_rights(alice: User, sam: User, client_for: SignIn) -> None:
    answer = client_for(alice).get(f"/api/v1/people/{sam.id}")
    assert set(answer.json()) == {
        "id", "username", "display_name", "initials", "hue", "avatar_url", "status", "presence", "about",
        "relationship",
    }  # fmt: skip
    text = answer.content.decode()
    assert sam.email not in text and "staff" not in text


@pytest.mark.parametrize("path", ["/api/v1/people", "/api/v1/people?q=bob", f"/api/v1/people/{uuid4()}"])
def test_visitors_find_nobody(bob: User, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 401
    assert "bob" not in answer.content.decode().lower()


def test_an_unknown_person_is_404(alice: User, client_for: SignIn) -> None:
    assert client_for(alice).get(f"/api/v1/people/{uuid4()}").status_code == 404


def test_searching_is_limited(alice: User, client_for: SignIn, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "people.search": (2, 60)}
    client = client_for(alice)
    statuses = [client.get("/api/v1/people", {"q": "b"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_page_costs_the_same_at_any_size(
    alice: User, make_person: Callable[..., User], client_for: SignIn
) -> None:
    client = client_for(alice)

    def spent() -> int:
        with CaptureQueriesContext(connection) as queries:
            names(client, limit=100)
        return len(queries)

    make_person("erin")
    few = spent()
    for number in range(20):
        make_person(f"person{number}")
    assert spent() == few <= 4
