"""Tokens for programs: sign-in, rotation, sign-out, step-up, and JSON that cannot be stored."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import keys, queries
from accounts import tokens as sealing
from accounts.models import User
from accounts.operations import people, sessions
from accounts.tests.flows import AUTH, PASSWORD, mails, parallel, post, tokens

pytestmark = pytest.mark.django_db
NEW = "three green boats at noon"


def whoami(client: Client, access: str) -> int:
    return client.get(f"{AUTH}/auth/session", headers={"authorization": f"Bearer {access}"}).status_code


def refreshed(client: Client, refresh: str) -> tuple[int, dict[str, str]]:
    answer = post(client, "tokens/refresh", {"refresh_token": refresh})
    return answer.status_code, answer.json().get("data", {})


def test_a_sign_in_gives_tokens_that_open_the_account(client: Client, alice: User) -> None:
    made = tokens(client, alice.email)
    assert whoami(Client(), made["access_token"]) == 200
    found = queries.authenticate_bearer(made["access_token"])
    assert found and found.user == alice and found.session_key == Session.objects.get().session_key
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_the_session_token_is_not_the_cookie_and_neither_serves_as_the_other(
    client: Client, alice: User
) -> None:
    made = tokens(client, alice.email)
    key = Session.objects.get().session_key
    assert made["session_token"] != key and sealing.unseal(made["session_token"]) == key
    assert client.get(f"{AUTH}/auth/session", headers={"x-session-token": key}).status_code == 410
    assert (
        client.get(f"{AUTH}/auth/session", headers={"x-session-token": made["session_token"]}).status_code
        == 200
    )
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = made["session_token"]
    assert thief.get("/accounts/password/change/").status_code == 302


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "A" * 5_000, "\x00"])
def test_nonsense_is_nobody(client: Client, token: str) -> None:
    assert queries.authenticate_bearer(token) is None
    assert sealing.unseal(token) is None
    assert whoami(client, "a.b.c") == 401


@pytest.mark.parametrize("password", ["wrong wrong wrong", "x" * 129])
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    client: Client, alice: User, password: str
) -> None:
    known = post(client, "auth/login", {"email": alice.email, "password": password})
    unknown = post(client, "auth/login", {"email": "nobody@example.test", "password": password})
    assert known.status_code == unknown.status_code == 400
    assert known.json() == unknown.json()


def test_a_refresh_token_works_once(client: Client, alice: User) -> None:
    made = tokens(client, alice.email)
    status, renewed = refreshed(client, made["refresh_token"])
    assert status == 200 and renewed["refresh_token"] != made["refresh_token"]
    assert whoami(client, renewed["access_token"]) == 200
    assert refreshed(client, made["refresh_token"])[0] == 400
    assert refreshed(client, renewed["refresh_token"])[0] == 200
    assert refreshed(client, made["access_token"])[0] == 400


@pytest.mark.django_db(transaction=True)
def test_a_refresh_token_works_once_also_in_parallel(client: Client, alice: User) -> None:
    refresh = tokens(client, alice.email)["refresh_token"]
    answers = parallel(lambda _: refreshed(Client(), refresh)[0], range(6))
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]


def test_signing_out_kills_both_tokens(client: Client, alice: User) -> None:
    made = tokens(client, alice.email)
    headers = {"authorization": f"Bearer {made['access_token']}"}
    gone = client.delete(f"{AUTH}/auth/session", headers=headers)
    assert gone.status_code == 401 and gone.json()["meta"]["is_authenticated"] is False
    assert whoami(client, made["access_token"]) == 401
    assert refreshed(client, made["refresh_token"])[0] == 400
    assert queries.authenticate_bearer(made["access_token"]) is None


@pytest.mark.parametrize("end", [people.suspend, sessions.end_all])
def test_whatever_ends_the_sessions_ends_the_tokens(client: Client, alice: User, end: type) -> None:
    made = tokens(client, alice.email)
    end(alice)
    assert whoami(client, made["access_token"]) == 401
    assert refreshed(client, made["refresh_token"])[0] == 400


def test_a_bearer_alone_does_not_change_the_password_or_the_address(client: Client, alice: User) -> None:
    bearer = {"authorization": f"Bearer {tokens(client, alice.email)['access_token']}"}
    change = {"current_password": PASSWORD, "new_password": NEW}
    refused = post(client, "account/password/change", change, **bearer)
    assert refused.status_code == 401
    assert refused.json()["data"]["flows"] == [{"id": "reauthenticate"}]
    assert post(client, "account/email", {"email": "thief@example.test"}, **bearer).status_code == 401
    assert not mails()

    assert post(client, "auth/reauthenticate", {"password": PASSWORD}, **bearer).status_code == 200
    assert post(client, "account/password/change", change, **bearer).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_bearer_of_somebody_without_a_password_needs_a_new_sign_in(client: Client, alice: User) -> None:
    made = tokens(client, alice.email)
    session = queries.SessionStore(queries.authenticate_bearer(made["access_token"]).session_key)
    alice.set_unusable_password()
    alice.save()
    session["_auth_user_hash"] = alice.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "code", "at": 0}]
    session.save()
    bearer = {"authorization": f"Bearer {made['access_token']}"}
    refused = post(client, "account/password/change", {"new_password": NEW}, **bearer)
    assert refused.status_code == 401
    assert refused.json()["data"]["flows"] == [{"id": "login_by_code"}]


BAD_JSON = [
    '{"email": "e@example.test", "password": "half \\ud800 a letter"}',
    '{"email": "e@example.test", "password": "nul \\u0000 in between"}',
    '{"email": "\\ud800@example.test", "password": "long enough to try"}',
    '{"email": ' + "[" * 100_000 + "}",
    '{"email": ' + "9" * 5_000 + "}",
    "[]", "null", '"x"', "{", "NaN",
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_JSON)
@pytest.mark.parametrize("path", ["auth/login", "auth/signup", "auth/code/request", "tokens/refresh"])
def test_json_that_cannot_be_stored_is_a_400(client: Client, path: str, body: str) -> None:
    answer = post(client, path, body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"


def test_bytes_that_are_no_text_are_a_400(client: Client) -> None:
    for body in (b"\xff\xfe", b'{"email": "\xc0\xaf"}'):
        assert client.post(f"{AUTH}/auth/login", body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, ["x"], {"a": "b"}])
def test_values_of_another_sort_are_a_400(client: Client, alice: User, value: object) -> None:
    for body in ({"email": value, "password": PASSWORD}, {"email": alice.email, "password": value}):
        assert post(client, "auth/login", body).status_code == 400


def test_the_signing_key_is_made_once_and_kept_to_its_owner() -> None:
    path = settings.DATA_DIR / "jwt_key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.kept_private_key(path) == path.read_text() == settings.HEADLESS_JWT_PRIVATE_KEY
