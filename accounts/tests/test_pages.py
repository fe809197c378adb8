"""Every account page, as it is served: one way forward, labels, no inline style or script."""

import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.flows import prove, sign_up

pytestmark = pytest.mark.django_db
OPEN = ["login/", "signup/", "login/code/", "password/reset/", "inactive/", "password/reset/done/"]
OWN = ["logout/", "password/change/", "email/", "reauthenticate/?next=/"]


def check(client: Client, path: str) -> str:
    page = client.get(f"/accounts/{path}")
    assert page.status_code == 200, path
    html = page.content.decode()
    assert "· Chatify</title>" in html and re.search('class="(entrance|settings)"', html)
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*src=)|<style", html)
    assert html.count("<h1") == 1
    assert html.count("button go") <= 1
    for name in re.findall(r'<input(?![^>]*type="hidden")[^>]* id="([^"]+)"', html):
        assert f'for="{name}"' in html
    return html


@pytest.mark.parametrize("path", OPEN)
def test_pages_for_everybody(client: Client, path: str) -> None:
    check(client, path)


@pytest.mark.parametrize("path", OWN)
def test_pages_for_members(client: Client, alice: User, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 302
    client.force_login(alice)
    check(client, path)


def test_a_member_without_a_password_can_set_one(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    check(client, "password/set/")


def test_the_pages_that_ask_for_a_code(alice: User) -> None:
    verify, login, reset = Client(), Client(), Client()
    sign_up(verify)
    login.post("/accounts/login/code/", {"email": alice.email})
    reset.post("/accounts/password/reset/", {"email": alice.email})
    paths = {"confirm-email/": verify, "login/code/confirm/": login, "password/reset/confirm/": reset}
    for path, client in paths.items():
        html = check(client, path)
        assert 'inputmode="numeric"' in html and 'autocomplete="one-time-code"' in html


def test_browsers_know_what_each_field_is(client: Client) -> None:
    login, signup = check(client, "login/"), check(client, "signup/")
    assert 'autocomplete="username"' in login and 'autocomplete="current-password"' in login
    assert 'name="login"' in login and 'name="password"' in login
    for word in ("name", "username", "email", "new-password"):
        assert f'autocomplete="{word}"' in signup


def test_a_reset_page_does_not_leak_its_address(client: Client) -> None:
    assert client.get("/accounts/password/reset/").headers["Referrer-Policy"] == "no-referrer"


def test_what_was_typed_is_shown_as_text(client: Client) -> None:
    page = sign_up(client, "erin", display_name="<b>{{ 7|add:7 }}", username="<i>").content.decode()
    assert "<b>" not in page.replace("<b>Chatify</b>", "") and "<i>" not in page
    assert "{{ 7|add:7 }}" in page


@pytest.mark.parametrize(
    "path", ["2fa/totp/activate/", "2fa/webauthn/add/", "2fa/webauthn/", "reauthenticate/code/?next=/"]
)
def test_the_pages_of_the_second_step(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)
    prove(client)
    check(client, path)
