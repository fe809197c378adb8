"""Signing in by password and by code, signing out, and choosing a new password."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts.models import User
from accounts.operations import people
from accounts.tests.flows import PASSWORD, last_code, mails, other_code, post, sign_up, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
ASK = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
RESET = "/accounts/password/reset/"
RESET_CONFIRM = "/accounts/password/reset/confirm/"
RESET_COMPLETE = "/accounts/password/reset/complete/"
NEW = "three green boats at noon"


def by_password(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"login": email, "password": password}).status_code


def test_a_person_signs_in_by_password_and_gets_another_session(client: Client, alice: User) -> None:
    client.get("/accounts/password/reset/")
    client.session["planted"] = True
    before = client.session.session_key
    page = client.post(LOGIN, {"login": " Alice@Example.Test ", "password": PASSWORD})
    assert page.headers["Location"] == "/inbox/"
    assert signed_in(client) and client.session.session_key != before


def test_the_form_needs_its_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert by_password(client, alice.email) == 403
    assert not signed_in(client)


def test_next_leads_to_our_own_pages_only(client: Client, alice: User) -> None:
    fields = {"login": alice.email, "password": PASSWORD}
    assert client.post(f"{LOGIN}?next=/people/", fields).headers["Location"] == "/people/"
    away = Client().post(f"{LOGIN}?next=https://evil.example/", fields)
    assert away.headers["Location"] == "/inbox/"


@pytest.mark.parametrize(
    "password", ["wrong wrong wrong", PASSWORD.upper(), PASSWORD + " ", "x" * 129, "x" * 300_000]
)
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    client: Client, alice: User, password: str
) -> None:
    known = client.post(LOGIN, {"login": alice.email, "password": password})
    unknown = client.post(LOGIN, {"login": "nobody@example.test", "password": password})
    assert known.context["form"].errors == unknown.context["form"].errors
    assert known.status_code == unknown.status_code == 200
    assert not signed_in(client)


def test_a_suspended_person_reads_why(client: Client, alice: User) -> None:
    people.suspend(alice)
    assert client.post(LOGIN, {"login": alice.email, "password": PASSWORD}, follow=True).status_code == 200
    assert not signed_in(client)
    people.restore(alice)
    by_password(client, alice.email)
    assert signed_in(client)


def test_a_person_signs_in_by_code(client: Client, alice: User) -> None:
    assert client.post(ASK, {"email": alice.email}).headers["Location"] == CONFIRM
    assert client.get(CONFIRM).status_code == 200
    assert client.post(CONFIRM, {"code": f" {last_code()} "}).headers["Location"] == "/inbox/"
    assert signed_in(client)


def test_a_code_works_once_and_where_it_was_asked_for(client: Client, alice: User) -> None:
    client.post(ASK, {"email": alice.email})
    code = last_code()
    stranger = Client()
    stranger.post(CONFIRM, {"code": code})
    assert not signed_in(stranger)
    client.post(CONFIRM, {"code": code})
    client.post("/accounts/logout/")
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client, alice: User) -> None:
    known, unknown = client.post(ASK, {"email": alice.email}), Client()
    answer = unknown.post(ASK, {"email": "nobody@example.test"})
    assert answer.headers["Location"] == known.headers["Location"]
    assert unknown.get(CONFIRM).status_code == 200
    wrong = [who.post(CONFIRM, {"code": "000000"}) for who in (unknown, client)]
    assert wrong[0].context["form"].errors == wrong[1].context["form"].errors
    assert [message.to for message in mails()] == [[alice.email]]


def test_the_code_expires(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post(ASK, {"email": alice.email})
    code = last_code()
    with override_settings(ACCOUNT_LOGIN_BY_CODE_TIMEOUT=-1):
        client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_signing_out_asks_on_get_and_ends_the_session_on_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert b"Sign out?" in client.get("/accounts/logout/").content
    assert signed_in(client)
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert not signed_in(client)


def test_a_new_password_by_code_ends_every_other_session(client: Client, alice: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    assert elsewhere.get("/accounts/password/change/").status_code == 200
    assert client.post(RESET, {"email": alice.email}).headers["Location"] == RESET_CONFIRM
    assert client.post(RESET_CONFIRM, {"code": last_code()}).headers["Location"] == RESET_COMPLETE

    assert client.post(RESET_COMPLETE, {"password1": "short", "password2": "short"}).status_code == 200
    client.post(RESET_COMPLETE, {"password1": NEW, "password2": NEW})

    assert elsewhere.get("/accounts/password/change/").status_code == 302
    assert by_password(Client(), alice.email) == 200
    by_password(client, alice.email, NEW)
    assert signed_in(client)
    assert mails()[-1].subject == "Your Chatify password was replaced"


def test_a_reset_without_the_code_or_for_a_stranger_leads_nowhere(client: Client, alice: User) -> None:
    client.post(RESET, {"email": alice.email})
    code = last_code()
    assert client.get(RESET_COMPLETE).headers["Location"] == RESET_CONFIRM
    for _ in range(3):
        client.post(RESET_CONFIRM, {"code": other_code(code)})
    client.post(RESET_CONFIRM, {"code": code})
    assert client.get(RESET_COMPLETE).headers["Location"] == RESET

    unknown = Client()
    assert unknown.post(RESET, {"email": "nobody@example.test"}).headers["Location"] == RESET_CONFIRM
    assert unknown.get(RESET_CONFIRM).status_code == 200
    assert len(mails()) == 1


def test_changing_the_password_needs_the_old_one_and_keeps_this_session(client: Client, alice: User) -> None:
    client.force_login(alice)
    elsewhere = Client()
    elsewhere.force_login(alice)
    path, fields = "/accounts/password/change/", {"password1": NEW, "password2": NEW}
    assert client.post(path, fields | {"oldpassword": "wrong"}).context["form"].errors["oldpassword"]
    assert client.post(path, fields | {"oldpassword": PASSWORD}).status_code == 302
    assert client.get(path).status_code == 200
    assert elsewhere.get(path).status_code == 302


def test_changing_the_address_needs_the_password_again_and_a_code(client: Client, alice: User) -> None:
    client.force_login(alice)
    change = {"action_add": "1", "email": "New@Example.test"}
    again = client.post("/accounts/email/", change)
    assert again.headers["Location"].startswith("/accounts/reauthenticate/")
    client.post(again.headers["Location"], {"password": PASSWORD}, follow=True)
    assert mails()[-1].to == ["new@example.test"]
    confirmed = client.post("/accounts/confirm-email/", {"code": last_code()})
    assert confirmed.headers["Location"] == "/accounts/email/"
    assert b"new@example.test" in client.get("/accounts/email/").content
    alice.refresh_from_db()
    assert alice.email == "new@example.test"
    assert mails()[-1].to == ["alice@example.test"]


def test_who_squats_an_address_does_not_keep_a_password_for_it(client: Client) -> None:
    sign_up(Client(), "squatter", email="victim@example.test")
    client.post(ASK, {"email": "victim@example.test"})
    client.post(CONFIRM, {"code": last_code()})
    assert signed_in(client)
    assert by_password(Client(), "victim@example.test") == 200
    assert client.get("/accounts/password/change/").headers["Location"] == "/accounts/password/set/"


def test_the_same_flows_in_json(client: Client, alice: User) -> None:
    pending = post(client, "auth/code/request", {"email": alice.email})
    assert pending.status_code == 401
    token = pending.json()["meta"]["session_token"]
    wrong = post(client, "auth/code/confirm", {"code": other_code(last_code())}, x_session_token=token)
    assert wrong.status_code == 400
    done = post(client, "auth/code/confirm", {"code": last_code()}, x_session_token=token)
    assert done.status_code == 200 and done.json()["meta"]["access_token"]

    pending = post(client, "auth/password/request", {"email": alice.email})
    token = pending.json()["meta"]["session_token"]
    body = {"key": last_code(), "password": NEW}
    assert post(client, "auth/password/reset", body, x_session_token=token).status_code == 401
    assert by_password(client, alice.email, NEW) == 302
