"""What sockets ask: whose session is this, and which of these are over."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import queries
from accounts.events import SessionEnded, SessionsChanged
from accounts.models import User
from accounts.operations import people, sessions
from accounts.tests.flows import AUTH, PASSWORD, tokens
from chatify.jobs import sweeps
from chatify.lib import events

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "three green boats at noon"


@pytest.fixture
def facts() -> Iterator[list[Any]]:
    heard: list[Any] = []
    for kind in (SessionEnded, SessionsChanged):
        events.subscribe(kind, heard.append)
    yield heard
    for kind in (SessionEnded, SessionsChanged):
        events._handlers[kind].remove(heard.append)


def key_of(client: Client, user: User) -> str:
    client.force_login(user)
    return str(client.session.session_key)


def test_a_cookie_names_its_active_person(client: Client, alice: User) -> None:
    key = key_of(client, alice)
    found = queries.authenticate_cookie(key)
    assert found and (found.user, found.session_key) == (alice, key)
    people.suspend(alice)
    assert queries.authenticate_cookie(key) is None


@pytest.mark.parametrize(
    "key", [None, "", "x", "a" * 32, "\x00" * 32, "é" * 32, "../../etc/passwd", "a" * 10_000]
)
def test_a_cookie_that_we_did_not_make_is_nobody(key: str | None) -> None:
    assert queries.authenticate_cookie(key) is None


@pytest.mark.parametrize("value", ['"\\000\\000abcdefghijklmnop"', "gAJ9cQAu", "x" * 3_000])
def test_a_forged_cookie_opens_a_page_as_nobody(client: Client, value: str) -> None:
    assert (
        client.get(
            "/accounts/login/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={value}"}
        ).status_code
        == 200
    )


def test_an_anonymous_session_is_nobody(client: Client) -> None:
    client.session["seen"] = True
    client.session.save()
    assert queries.authenticate_cookie(client.session.session_key) is None


def test_dead_sessions_come_back_in_two_queries(
    alice: User, bob: User, carol: User, dave: User, django_assert_num_queries: Any
) -> None:
    alive, gone, other = (key_of(Client(), alice) for _ in range(3))
    bobs, carols, daves = key_of(Client(), bob), key_of(Client(), carol), key_of(Client(), dave)
    queries.SessionStore(gone).delete()
    people.suspend(bob)
    sessions.end_all(carol)
    queries.Session.objects.filter(session_key=daves).update(expire_date=timezone.now())
    pairs = {
        (alice.id, alive), (alice.id, gone), (str(alice.id), other), (bob.id, other), (bob.id, bobs),
        (carol.id, carols), (dave.id, daves), (uuid4(), alive), (alice.id, "nonsense"),
    }  # fmt: skip
    with django_assert_num_queries(2):
        dead = queries.sessions_alive(pairs)
    assert pairs - dead == {(alice.id, alive), (str(alice.id), other)}
    assert queries.session_alive(alice.id, alive)
    assert queries.sessions_alive([]) == set()


def test_signing_out_is_told_after_the_session_is_gone(client: Client, alice: User, facts: list[Any]) -> None:
    key = key_of(client, alice)
    client.post("/accounts/logout/")
    assert facts == [SessionEnded(key, alice.id)]
    assert not queries.session_alive(alice.id, key)


def test_signing_out_by_token_is_told(client: Client, alice: User, facts: list[Any]) -> None:
    access = tokens(client, alice.email)["access_token"]
    found = queries.authenticate_bearer(access)
    client.delete(f"{AUTH}/auth/session", headers={"authorization": f"Bearer {access}"})
    assert found and facts == [SessionEnded(found.session_key, alice.id)]


def test_a_new_password_is_told_and_ends_the_other_sessions(
    client: Client, alice: User, facts: list[Any]
) -> None:
    mine, elsewhere = key_of(client, alice), key_of(Client(), alice)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", fields)
    assert facts == [SessionsChanged(alice.id)]
    now = str(client.session.session_key)
    dead = queries.sessions_alive([(alice.id, key) for key in (mine, elsewhere, now)])
    assert dead == {(alice.id, mine), (alice.id, elsewhere)}


@pytest.mark.parametrize("end", [people.suspend, sessions.end_all])
def test_suspending_and_signing_out_everywhere_are_told(alice: User, facts: list[Any], end: Any) -> None:
    key = key_of(Client(), alice)
    end(alice)
    assert facts == [SessionsChanged(alice.id)]
    assert not queries.session_alive(alice.id, key)


def test_a_restored_person_does_not_get_old_sessions_back(alice: User) -> None:
    key = key_of(Client(), alice)
    people.suspend(alice)
    people.restore(alice)
    assert not queries.session_alive(alice.id, key)
    assert queries.authenticate_cookie(key_of(Client(), alice))


def test_rotating_the_secret_keeps_sessions_while_the_old_one_is_a_fallback(
    alice: User, settings: Any
) -> None:
    key = key_of(Client(), alice)
    data = queries.SessionStore(key).load()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    assert queries._fits(data, alice)
    settings.SECRET_KEY_FALLBACKS = []
    assert not queries._fits(data, alice)


def test_sessions_that_are_over_are_swept_away_and_living_ones_kept(alice: User, bob: User) -> None:
    over, alive = key_of(Client(), alice), key_of(Client(), bob)
    Session.objects.filter(session_key=over).update(expire_date=timezone.now())
    sweeps.sweep()
    assert set(Session.objects.values_list("session_key", flat=True)) == {alive}
