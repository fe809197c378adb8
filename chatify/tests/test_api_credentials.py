"""Who may ask the API: a bearer, or the session of a browser with its CSRF token; nobody else."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.services.people import PASSWORD

from .test_api import API, JSON, problem


@pytest.fixture
def token(alice: User) -> str:
    """An access token of alice, as a program gets one."""
    wish = json.dumps({"email": alice.email, "password": PASSWORD})
    answer = Client().post("/api/auth/app/v1/auth/login", wish, content_type=JSON)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["meta"]["access_token"])


def bearer(token: str, **extra: Any) -> Client:
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token}"}, **extra)


def test_a_bearer_needs_no_csrf_token(token: str, bob: User) -> None:
    client = bearer(token)
    assert client.get(f"{API}/me").json()["username"] == "alice"
    wish = json.dumps({"kind": "direct", "members": [str(bob.id)]})
    assert client.post(f"{API}/conversations", wish, content_type=JSON).status_code == 201


def test_a_session_needs_a_csrf_token_to_change_anything(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get(f"{API}/me").status_code == 200
    problem(client.patch(f"{API}/me", "{}", content_type=JSON), 403)
    problem(client.patch(f"{API}/me?csrfmiddlewaretoken=x", "{}", content_type=JSON), 403)
    client.get("/accounts/login/")
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    assert client.patch(f"{API}/me", "{}", content_type=JSON, headers=headers).status_code == 200
    problem(client.patch(f"{API}/me", "{}", content_type=JSON, headers={"X-CSRFToken": "b" * 32}), 403)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_a_page_of_another_site_changes_nothing(alice: User, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32, "Origin": origin}
    answer = client.patch(f"{API}/me", '{"display_name": "Evil"}', content_type=JSON, headers=headers)
    problem(answer, 403)
    assert "Access-Control-Allow-Origin" not in answer
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_no_credential_is_401_and_never_403(db: None, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    path = {"GET": "/me", "POST": "/conversations", "PATCH": "/me"}.get(
        method, "/conversations/01900000-0000-7000-8000-000000000000"
    )
    answer = client.generic(method, API + path, "not even JSON", content_type="text/plain")
    problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Bearer a.b.c", "bearer  ", "BEARER é", " Bearer x"])
def test_a_dead_token_does_not_fall_back_on_a_cookie(alice: User, value: str) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get(f"{API}/me").status_code == 200
    problem(client.get(f"{API}/me", headers={"Authorization": value}), 401)


def test_a_token_dies_with_its_session(token: str) -> None:
    client = bearer(token)
    assert client.get(f"{API}/me").status_code == 200
    client.delete("/api/auth/app/v1/auth/session")
    problem(client.get(f"{API}/me"), 401)


def test_a_token_of_a_suspended_person_opens_nothing(token: str, alice: User) -> None:
    alice.is_active = False
    alice.save()
    problem(bearer(token).get(f"{API}/me"), 401)


@pytest.mark.parametrize("cookie", ["x", "a" * 32, "a" * 5000, "\x01", "é"])
def test_a_made_up_cookie_is_nobody(db: None, cookie: str) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    problem(client.get(f"{API}/me"), 401)


def test_a_method_override_is_ignored(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    headers = {"X-HTTP-Method-Override": "PATCH"}
    assert client.get(f"{API}/me?_method=PATCH", headers=headers).status_code == 200
    problem(client.post(f"{API}/me", '{"display_name": "x"}', content_type=JSON, headers=headers), 405)


def test_the_header_of_a_gate_before_us_does_not_sign_out(alice: User) -> None:
    client = Client(headers={"Authorization": "Basic YTpi"})
    client.force_login(alice)
    assert client.get(f"{API}/me").status_code == 200
