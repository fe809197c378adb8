"""Signing in with an account elsewhere: only where keys are given, and never by an address alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from accounts.tests.flows import last_code, mails, prove, set_up_app, signed_in
from accounts.tests.provider import Provider, running
from chatify.settings import social
from tests.services.processes import clean_environment
from tests.services.server import run_python

pytestmark = pytest.mark.django_db
LOGIN, BACK = "/accounts/oidc/sso/login/", "/accounts/oidc/sso/login/callback/"
ELSEWHERE = "/accounts/3rdparty/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running() as found:
        app = {"provider_id": "sso", "name": "Acme", "client_id": "chatify", "secret": "s3cret"}
        app["settings"] = {"server_url": found.url}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        yield found


def come_back(client: Client, provider: Provider, *, process: str = "login", **claims: Any) -> Any:
    """There and back again as somebody."""
    asked = client.post(f"{LOGIN}?process={process}")
    assert asked.status_code == 302, asked.content
    return client.get(f"{BACK}?{provider.agree(asked['Location'], **claims)}")


def test_without_keys_there_is_nothing_of_it(
    client: Client, alice: User, client_for: Callable[..., Client]
) -> None:
    assert social.SOCIALACCOUNT_PROVIDERS == {}
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "Continue with" not in client.get(path).content.decode()
    assert "Accounts elsewhere" not in client_for(alice).get("/settings/security/").content.decode()
    for path in (LOGIN, BACK, "/accounts/google/login/", "/accounts/github/login/callback/"):
        assert client.get(path).status_code in (401, 404), path
        assert client.post(path).status_code in (401, 403, 404, 405), path


def test_somebody_new_chooses_a_name_and_is_in(client: Client, provider: Provider) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "Continue with Acme" in client.get(path).content.decode()
    claims = {"sub": "7", "email": "Erin@Example.test", "email_verified": True, "name": "Erin Q"}
    assert come_back(client, provider, **claims)["Location"] == f"{ELSEWHERE}signup/"
    page = client.get(f"{ELSEWHERE}signup/").content.decode()
    assert "Erin Q" in page and "erin@example.test" in page.lower()
    form = {"username": "erin", "email": "erin@example.test", "display_name": "Erin Q"}
    assert client.post(f"{ELSEWHERE}signup/", {**form, "username": "admin"}).status_code == 200
    assert not User.objects.exists()
    assert client.post(f"{ELSEWHERE}signup/", form).status_code == 302
    erin = User.objects.get()
    assert signed_in(client) and erin.username == "erin" and erin.label == "Erin Q"
    assert not erin.has_usable_password() and EmailAddress.objects.get().verified
    again = Client()
    assert come_back(again, provider, **claims)["Location"] == "/inbox/"
    assert signed_in(again)


def test_an_address_that_is_not_proven_there_is_proven_here(client: Client, provider: Provider) -> None:
    come_back(client, provider, sub="8", email="frank@example.test", email_verified=False)
    client.post(f"{ELSEWHERE}signup/", {"username": "frank", "email": "frank@example.test"})
    assert not signed_in(client) and not EmailAddress.objects.get().verified
    client.post("/accounts/confirm-email/", {"code": last_code()})
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_that_has_an_account_opens_nothing(
    client: Client, provider: Provider, alice: User, verified: bool
) -> None:
    claims = {"sub": "9", "email": alice.email, "email_verified": verified, "name": "Mallory"}
    come_back(client, provider, **claims)
    assert not signed_in(client)
    client.post(f"{ELSEWHERE}signup/", {"username": "mallory", "email": alice.email})
    assert not signed_in(client) and not SocialAccount.objects.exists() and User.objects.count() == 1
    assert [each.to for each in mails()] == [[alice.email]]


def test_who_is_signed_in_connects_and_disconnects(
    client_for: Callable[[User], Client], provider: Provider, alice: User, bob: User
) -> None:
    client = client_for(alice)
    assert "Accounts elsewhere" in client.get("/settings/security/").content.decode()
    asked = come_back(client, provider, process="connect", sub="10", email="other@example.test")
    assert "/accounts/reauthenticate/" in asked["Location"] and not SocialAccount.objects.exists()
    prove(client)
    come_back(client, provider, process="connect", sub="10", email="other@example.test")
    row = SocialAccount.objects.get()
    assert row.user == alice and "Acme" in client.get(ELSEWHERE).content.decode()
    stranger = client_for(bob)
    prove(stranger)
    assert stranger.post(ELSEWHERE, {"account": row.pk}).status_code == 200 and SocialAccount.objects.exists()
    come_back(stranger, provider, process="connect", sub="10", email="other@example.test")
    assert SocialAccount.objects.get().user == alice
    back = Client()
    come_back(back, provider, sub="10", email="other@example.test")
    assert signed_in(back) and back.get("/api/v1/me").json()["username"] == "alice"
    assert client.post(ELSEWHERE, {"account": row.pk}).status_code == 302
    assert not SocialAccount.objects.exists()
    subjects = [each.subject for each in mails() if "elsewhere" in each.subject]
    assert subjects == ["An account elsewhere was connected", "An account elsewhere was disconnected"]


def test_a_second_step_is_asked_for_as_after_a_password(
    client_for: Callable[[User], Client], provider: Provider, alice: User
) -> None:
    client = client_for(alice)
    set_up_app(client)
    come_back(client, provider, process="connect", sub="11", email=alice.email)
    back = Client()
    assert "/accounts/2fa/authenticate/" in come_back(back, provider, sub="11", email=alice.email)["Location"]
    assert not signed_in(back)


def test_a_foreign_state_a_used_code_and_no_code_are_refused(client: Client, provider: Provider) -> None:
    asked = client.post(f"{LOGIN}?process=login")["Location"]
    query = provider.agree(asked, sub="12", email="gina@example.test", email_verified=True)
    for wrong in ("", "error=access_denied", query.split("&")[0], f"{query}x", "code=x&state=y"):
        answer = Client().get(f"{BACK}?{wrong}")
        assert (
            answer.status_code in (200, 302, 401, 404) and "_auth_user_id" not in answer.wsgi_request.session
        )
        assert "signup" not in answer.headers.get("Location", "")
    assert client.get(f"{BACK}?{query}")["Location"] == f"{ELSEWHERE}signup/"
    code = query.split("&")[0]
    state = client.post(f"{LOGIN}?process=login")["Location"].split("state=")[1].split("&")[0]
    assert client.get(f"{BACK}?{code}&state={state}").status_code == 401
    assert client.get(f"{LOGIN}?process=login").status_code == 200  # a link alone sends nobody anywhere


def test_half_of_the_keys_is_refused_at_the_start(tmp_path: Any) -> None:
    env = clean_environment(CHATIFY_DATA=str(tmp_path), CHATIFY_GITHUB_ID="x")
    done = run_python("manage.py", "check", env=env, check=False)
    assert done.returncode != 0 and "CHATIFY_GITHUB_SECRET" in done.stderr
