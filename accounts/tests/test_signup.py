"""Making an account, on the page and in JSON."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts import queries
from accounts.models import User
from accounts.tests.flows import PASSWORD, last_code, mails, other_code, post, sign_up, signed_in

pytestmark = pytest.mark.django_db
CONFIRM = "/accounts/confirm-email/"


def test_a_new_person_confirms_the_address_and_lands_in_the_inbox(client: Client) -> None:
    assert sign_up(client, display_name="Erin  Gray").headers["Location"] == CONFIRM
    assert not signed_in(client)
    page = client.get(CONFIRM)
    assert b"erin@example.test" in page.content and b'autocomplete="one-time-code"' in page.content

    confirmed = client.post(CONFIRM, {"code": last_code()})

    assert confirmed.headers["Location"] == "/inbox/"
    assert signed_in(client)
    erin = User.objects.get(username="erin")
    assert (erin.email, erin.label) == ("erin@example.test", "Erin Gray")
    assert erin.emailaddress_set.get().verified


def test_without_the_code_nobody_gets_in(client: Client) -> None:
    sign_up(client)
    assert (
        client.post("/accounts/login/", {"login": "erin@example.test", "password": PASSWORD}).status_code
        == 302
    )
    assert not signed_in(client)


def test_a_new_code_replaces_the_old_one(client: Client) -> None:
    sign_up(client)
    old = last_code()
    client.post(CONFIRM, {"action": "resend"})
    new = last_code()
    assert len(mails()) == 2
    if new != old:
        client.post(CONFIRM, {"code": old})
        assert not signed_in(client)
    client.post(CONFIRM, {"code": new})
    assert signed_in(client)


def test_three_wrong_codes_end_the_sign_up_flow(client: Client) -> None:
    sign_up(client)
    code = last_code()
    for _ in range(3):
        client.post(CONFIRM, {"code": other_code(code)})
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_a_mistyped_address_can_be_corrected_before_it_is_confirmed(client: Client) -> None:
    sign_up(client, email="erin@exmaple.test")
    client.post(CONFIRM, {"action": "change", "email": "ERIN@example.test"})
    assert mails()[-1].to == ["erin@example.test"]
    client.post(CONFIRM, {"code": last_code()})
    assert signed_in(client)
    assert User.objects.get(username="erin").email == "erin@example.test"


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(client: Client, alice: User) -> None:
    new = sign_up(Client(), "erin")
    known = sign_up(client, "mallory", email="ALICE@example.test")

    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert not User.objects.filter(username="mallory").exists()
    assert mails()[-1].to == ["alice@example.test"]
    assert "already" in mails()[-1].subject
    assert _words(client) == _words(sign_up_client("frank"))


def sign_up_client(username: str) -> Client:
    client = Client()
    sign_up(client, username)
    return client


def _words(client: Client) -> list[str]:
    page = client.get(CONFIRM)
    assert page.status_code == 200
    return [str(message) for message in get_messages(page.wsgi_request)]


@pytest.mark.parametrize(
    "username",
    [
        "admin", "me", "API", "..", "a", "<b>", "-erin", "\u200b\u200b", "er\u202ein", "p\u0430ypal", "straße",
        "erin gray", "e" * 31, "e" * 10_000, "erin\x00", "ｅｒｉｎ", "Kelvin".replace("K", "\u212a"),
    ],
)  # fmt: skip
def test_a_username_outside_the_rule_is_refused_in_words(client: Client, username: str) -> None:
    page = sign_up(client, "erin", username=username)
    assert page.status_code == 200
    assert page.context["form"].errors["username"]
    assert not User.objects.exists()
    answer = post(
        client, "auth/signup", {"email": "e@example.test", "username": username, "password": PASSWORD}
    )
    assert answer.status_code == 400


def test_a_username_is_taken_in_any_case(client: Client, alice: User) -> None:
    page = sign_up(client, "Alice", email="other@example.test")
    assert page.context["form"].errors["username"] == ["This username is taken."]


def test_a_name_taken_at_the_last_moment_is_an_answer_and_no_crash(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "username_taken", lambda name: False)
    page = sign_up(client, "alice", email="other@example.test")
    assert (page.status_code, page.headers["Location"]) == (302, "http://testserver/accounts/signup/")
    body = {"email": "third@example.test", "username": "alice", "password": PASSWORD}
    assert post(client, "auth/signup", body).status_code == 400
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "email",
    ["nobody", "a@b", "ünï@example.test", "adm\u0131n@example.test", "a@exämple.test", "a" * 250 + "@b.test"],
)
def test_an_address_outside_the_rule_is_refused(client: Client, email: str) -> None:
    assert sign_up(client, "erin", email=email).context["form"].errors["email"]
    body = {"email": email, "username": "erin", "password": PASSWORD}
    assert post(client, "auth/signup", body).status_code == 400


@pytest.mark.parametrize("twin", ["ALICE@Example.test", "ａｌｉｃｅ@example.test", "  alice@example.test "])
def test_a_twin_of_an_address_is_that_address(client: Client, alice: User, twin: str) -> None:
    sign_up(client, "mallory", email=twin)
    assert User.objects.count() == 1
    assert mails()[-1].to == ["alice@example.test"]


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password123",
        "chatify-2026!",
        "erin@example.test",
        "erin.example",
        "x" * 129,
        "y" * 200_000,
        "nul\x00" * 5,
    ],
)
def test_a_weak_or_endless_password_is_refused_at_both_doors(client: Client, password: str) -> None:
    fields: dict[str, Any] = {"email": "erin@example.test", "username": "erin.example"}
    page = sign_up(client, "erin", password1=password, **fields)
    assert page.context["form"].errors["password1"]
    assert post(client, "auth/signup", fields | {"password": password}).status_code == 400
    assert not User.objects.exists()


def test_spaces_and_emoji_in_a_password_are_kept_exactly(client: Client) -> None:
    password = "  🌊 a quiet walk  "
    sign_up(client, "erin", password1=password)
    post(Client(), "auth/signup", {"email": "f@example.test", "username": "frank", "password": password})
    for person in User.objects.all():
        assert person.check_password(password) and not person.check_password(password.strip())


def test_sign_up_in_json_waits_for_the_code(client: Client) -> None:
    body = {"email": "erin@example.test", "username": "erin", "password": PASSWORD, "display_name": "Erin"}
    pending = post(client, "auth/signup", body)
    assert pending.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in pending.json()["data"]["flows"]
    token = pending.json()["meta"]["session_token"]

    assert post(client, "auth/email/verify", {"key": last_code()}).status_code == 409
    done = post(client, "auth/email/verify", {"key": last_code()}, x_session_token=token)

    assert done.status_code == 200
    assert done.json()["meta"]["access_token"]
    assert User.objects.get().display_name == "Erin"


def test_the_page_keeps_what_was_typed_and_says_errors_next_to_it(client: Client) -> None:
    page = sign_up(client, "x", email="kept@example.test", username="x").content.decode()
    assert 'value="kept@example.test"' in page
    assert 'aria-describedby="id_username_helptext id_username_error"' in page
    assert 'id="id_username_error"' in page
    assert PASSWORD not in page


def test_a_member_has_no_need_to_sign_up(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(reverse("account_signup")).headers["Location"] == "/inbox/"
