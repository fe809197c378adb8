"""Passkeys by HTTP: what a page or a program says of a key is read without trust, and keys are their owner's."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from accounts.tests.flows import post, prove, signed_in, tokens

pytestmark = pytest.mark.django_db
LOGIN, ADD, KEYS = "/accounts/2fa/webauthn/login/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/"
B64 = "AAAA"
CREATED = {"clientDataJSON": B64, "attestationObject": B64}
GOT = {"clientDataJSON": B64, "authenticatorData": B64, "signature": B64, "userHandle": B64}
SHELL = {"id": B64, "rawId": B64, "type": "public-key", "clientExtensionResults": {}}
NONSENSE: list[Any] = [
    None,
    1,
    "text",
    [],
    [[]],
    {},
    {"id": None},
    SHELL,
    SHELL | {"response": None},
    SHELL | {"response": []},
    SHELL | {"response": {}},
    SHELL | {"response": CREATED},
    SHELL | {"response": GOT},
    SHELL | {"response": GOT | {"userHandle": "zzzz"}},
    SHELL | {"response": GOT | {"userHandle": 7}},
    SHELL | {"response": GOT | {"clientDataJSON": "e30", "userHandle": ""}},
    SHELL | {"response": GOT | {"signature": "\x00"}},
    SHELL | {"response": GOT, "extra": "\x00"},
    SHELL | {"response": GOT, "extra": "x" * 40_000},
    SHELL | {"rawId": "$$$$", "response": GOT},
]


@pytest.fixture
def key(alice: User) -> Authenticator:
    """A key of Alice, as it is kept."""
    data = {"name": "Blue key", "credential": SHELL | {"response": CREATED}}
    return Authenticator.objects.create(user=alice, type="webauthn", data=data)


def test_a_passkey_sign_in_begins_without_a_name(client: Client) -> None:
    answer = client.get(LOGIN, headers={"accept": "application/json"})
    wanted = answer.json()["request_options"]["publicKey"]
    assert wanted["userVerification"] == "required" and not wanted.get("allowCredentials")
    assert client.get(LOGIN).url == "/accounts/login/"


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_signs_nobody_in(client: Client, alice: User, credential: Any) -> None:
    client.get(LOGIN, headers={"accept": "application/json"})
    answer = client.post(LOGIN, {"credential": json.dumps(credential)})
    assert answer.status_code in (200, 302) and not signed_in(client)
    started = post(client, "auth/webauthn/login", {"credential": credential})
    assert 400 <= started.status_code < 500


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_adds_no_key(alice: User, client_for: Callable[[User], Client], credential: Any) -> None:
    client = client_for(alice)
    prove(client)
    client.get(ADD)
    page = client.post(ADD, {"name": "x", "credential": json.dumps(credential)})
    assert page.status_code == 200 and page.context["form"].errors
    assert not Authenticator.objects.exists()


def test_a_credential_without_a_ceremony_is_refused(client: Client) -> None:
    answer = client.post(LOGIN, {"credential": json.dumps(SHELL | {"response": GOT})})
    assert answer.status_code == 302 and not signed_in(client)


def test_keys_are_renamed_and_removed_by_their_owner_alone(
    alice: User, dave: User, client_for: Callable[[User], Client], key: Authenticator
) -> None:
    edit, remove = f"{KEYS}keys/{key.pk}/edit/", f"{KEYS}keys/{key.pk}/remove/"
    stranger, owner = client_for(dave), client_for(alice)
    prove(stranger)
    assert [stranger.post(way, {"name": "mine"}).status_code for way in (edit, remove)] == [404, 404]
    assert "/reauthenticate/" in owner.post(edit, {"name": "Green"}).url
    prove(owner)
    assert owner.post(edit, {"name": "  "}).context["form"].errors
    assert owner.post(edit, {"name": "x" * 61}).context["form"].errors
    assert owner.post(edit, {"name": "Grün\u202e 🔑"}).status_code == 302
    key.refresh_from_db()
    assert key.data["name"] == "Grün 🔑"
    assert "Grün 🔑" in owner.get(KEYS).content.decode()
    assert owner.post(remove).status_code == 302 and not Authenticator.objects.exists()


def test_a_program_sees_only_its_owners_keys(client: Client, dave: User, key: Authenticator) -> None:
    bearer = {"authorization": f"Bearer {tokens(client, dave.email)['access_token']}"}
    answer = client.get("/api/auth/app/v1/account/authenticators", headers=bearer)
    assert answer.status_code == 200 and answer.json()["data"] == []
