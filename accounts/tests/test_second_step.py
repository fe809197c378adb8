"""The second step: an app, recovery codes, trusted devices; what rests in the database; who may not."""

import time
from collections.abc import Callable
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from accounts import queries
from accounts.models import User
from accounts.secondstep import MFAAdapter
from accounts.tests.flows import (
    app_code,
    last_code,
    mails,
    parallel,
    post,
    prove,
    set_up_app,
    sign_in,
    signed_in,
    tokens,
)
from accounts.tests.test_limits import ON
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
SECOND = "/accounts/2fa/authenticate/"
APP = "/accounts/2fa/totp/activate/"
CODES = "/accounts/2fa/recovery-codes/"


@pytest.fixture
def at_home(alice: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(alice)


def recovery_codes(client: Client) -> list[str]:
    return list(client.get(CODES).context["unused_codes"])


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_after_a_step_up_and_its_secret_rests_sealed(at_home: Client, alice: User) -> None:
    asked = at_home.get(APP)
    assert asked.status_code == 302 and "/reauthenticate/" in asked.url
    prove(at_home)
    page = at_home.get(APP)
    secret = page.context["form"].secret
    assert secret.encode() in page.content and b"data:image/svg+xml;base64," in page.content
    assert b"not right" in at_home.post(APP, {"code": "000000"}).content
    assert at_home.post(APP, {"code": app_code(secret)}).url == CODES
    kept = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    assert secret not in kept and MFAAdapter().decrypt(kept) == secret
    told = mails()[-1]
    assert told.to == [alice.email] and "authenticator app" in told.body


def test_without_the_second_step_there_is_no_session(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    visitor = Client()
    assert sign_in(visitor, alice.email).url == SECOND
    assert not signed_in(visitor) and visitor.get("/inbox/").status_code == 302
    assert b"not right" in visitor.post(SECOND, {"code": "000000"}).content
    before = visitor.session.session_key
    assert visitor.post(SECOND, {"code": app_code(secret)}).url == "/accounts/2fa/trust/"
    assert visitor.post("/accounts/2fa/trust/", {"action": "skip"}).url == "/inbox/"
    assert signed_in(visitor) and visitor.session.session_key != before


def test_a_code_of_the_app_works_once_for_as_long_as_it_is_good(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    code = app_code(secret, steps=1)
    first, second = Client(), Client()
    for visitor in (first, second):
        sign_in(visitor, alice.email)
    assert first.post(SECOND, {"code": code}).status_code == 302
    # Its own half minute is over, and it would still be accepted.
    with mock.patch("time.time", return_value=time.time() + 45):
        assert second.post(SECOND, {"code": code}).status_code == 200


@pytest.mark.parametrize("code", ["１２３４５６", "", "123456\n1", "٠١٢٣٤٥", "9" * 100_000, "\x00", "null"])
def test_odd_codes_are_refused_in_words(at_home: Client, alice: User, code: str) -> None:
    set_up_app(at_home)
    visitor = Client()
    sign_in(visitor, alice.email)
    page = visitor.post(SECOND, {"code": code})
    assert page.status_code == 200 and page.context["form"].errors and not signed_in(visitor)


def test_recovery_codes_are_shown_once_and_work_once(at_home: Client, alice: User) -> None:
    set_up_app(at_home)
    codes = recovery_codes(at_home)
    assert len(set(codes)) == 10 and all(len(code) == 10 for code in codes)
    again = at_home.get(CODES)
    assert not any(code.encode() in again.content for code in codes)
    assert at_home.get(CODES + "download/").status_code == 403
    kept = str(Authenticator.objects.get(user=alice, type="recovery_codes").data)
    assert not any(code in kept for code in codes)
    used = []
    for _ in range(2):
        visitor = Client()
        sign_in(visitor, alice.email)
        used.append(visitor.post(SECOND, {"code": codes[3]}).status_code)
    assert used == [302, 200] and queries.second_steps(alice).codes_left == 9


def test_new_recovery_codes_end_the_old_ones(at_home: Client, alice: User) -> None:
    set_up_app(at_home)
    old = recovery_codes(at_home)
    assert at_home.post(CODES + "generate/").url == CODES
    new = recovery_codes(at_home)
    assert not set(old) & set(new)
    visitor = Client()
    sign_in(visitor, alice.email)
    assert visitor.post(SECOND, {"code": old[0]}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_at_most_five(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    visitors = [Client(REMOTE_ADDR=f"10.1.0.{n}") for n in range(50)]
    for visitor in visitors:
        sign_in(visitor, alice.email)
    with ON:
        pages = parallel(lambda visitor: visitor.post(SECOND, {"code": "000000"}), visitors, threads=50)
        judged = [page for page in pages if b"Too many tries" not in page.content]
        late = visitors[0].post(SECOND, {"code": app_code(secret)})
    assert len(judged) <= 5 and {page.status_code for page in pages} <= {200, 429}
    assert late.status_code == 429 and not signed_in(visitors[0])


def test_a_trusted_device_is_not_asked_until_something_changes(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    device = Client()
    sign_in(device, alice.email)
    device.post(SECOND, {"code": app_code(secret)})
    device.post("/accounts/2fa/trust/", {"action": "trust"})
    device.post("/accounts/logout/")
    assert sign_in(device, alice.email).url == "/inbox/"
    assert sign_in(Client(), alice.email).url == SECOND
    alice.set_password("another horse battery")
    alice.save()
    device.post("/accounts/logout/")
    assert sign_in(device, alice.email, "another horse battery").url == SECOND


def test_switching_off_asks_again_and_is_told_by_mail(at_home: Client, alice: User) -> None:
    set_up_app(at_home)
    at_home.logout()
    other = Client()
    other.force_login(alice)
    assert "/reauthenticate/" in other.post("/accounts/2fa/totp/deactivate/").url
    prove(other)
    assert other.post("/accounts/2fa/totp/deactivate/").url == "/accounts/2fa/"
    assert not queries.second_steps(alice) and queries.second_steps(alice).codes_left is None
    assert "no longer guards" in mails()[-1].body


def test_who_has_no_password_proves_themselves_by_a_mailed_code(make_person: Callable[..., User]) -> None:
    erin = make_person("erin", password=None)
    client = Client()
    client.force_login(erin)
    asked = client.get(APP)
    assert asked.url.startswith("/accounts/reauthenticate/")
    way = "/accounts/reauthenticate/code/?next=" + APP
    assert client.get(way).status_code == 200
    client.post(way, {"send": "1"})
    assert client.post(way, {"code": "000000", "next": APP}).status_code == 200
    code = last_code()
    assert client.post(way, {"code": code, "next": APP}).url == APP
    assert client.get(APP).status_code == 200
    assert client.post(way, {"code": code}).status_code == 200


def test_a_mailed_step_up_has_three_tries(at_home: Client) -> None:
    way = "/accounts/reauthenticate/code/"
    at_home.post(way, {"send": "1"})
    for _ in range(3):
        assert at_home.post(way, {"code": "000000"}).status_code == 200
    assert at_home.post(way, {"code": last_code()}).status_code == 200
    assert "/reauthenticate/" in at_home.get(APP).url


def test_a_mailbox_does_not_stand_in_for_the_second_step(at_home: Client) -> None:
    set_up_app(at_home)
    assert at_home.get("/accounts/reauthenticate/code/").url == "/accounts/reauthenticate/"
    page = at_home.get("/accounts/reauthenticate/")
    assert b"authenticator app" in page.content and b"by e-mail" not in page.content


def test_the_app_steps_up(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    fresh = Client()
    fresh.force_login(alice)
    way = "/accounts/2fa/reauthenticate/"
    assert fresh.post(way, {"code": app_code(secret), "next": CODES + "generate/"}).url == CODES + "generate/"
    assert fresh.get(CODES + "generate/").status_code == 200


def test_programs_take_the_second_step_too(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    program = Client()
    half = post(program, "auth/login", {"email": alice.email, "password": PASSWORD})
    assert half.status_code == 401 and "access_token" not in half.json().get("meta", {})
    assert "mfa_authenticate" in [flow["id"] for flow in half.json()["data"]["flows"]]
    session = half.json()["meta"]["session_token"]
    wrong = post(program, "auth/2fa/authenticate", {"code": "000000"}, x_session_token=session)
    assert wrong.status_code == 400
    whole = post(program, "auth/2fa/authenticate", {"code": app_code(secret)}, x_session_token=session)
    assert whole.status_code == 200 and whole.json()["meta"]["access_token"]


def test_a_stolen_token_alone_adds_no_second_step(client: Client, alice: User) -> None:
    bearer = {"authorization": f"Bearer {tokens(client, alice.email)['access_token']}"}
    way = "/api/auth/app/v1/account/authenticators/totp"
    answer = client.post(way, {"code": "000000"}, content_type="application/json", headers=bearer)
    assert answer.status_code == 401 and not queries.second_steps(alice)


def test_a_changed_key_without_its_fallback_opens_nothing(at_home: Client, alice: User) -> None:
    secret = set_up_app(at_home)
    kept = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another " * 9):
        assert MFAAdapter().decrypt(kept) != secret
    with override_settings(SECRET_KEY="another " * 9, SECRET_KEY_FALLBACKS=[old]):
        assert MFAAdapter().decrypt(kept) == secret


def test_the_security_page_is_for_its_owner(at_home: Client, alice: User) -> None:
    assert Client().get("/settings/security/").url.startswith("/accounts/login/")
    assert at_home.get("/settings/").url == "/settings/profile/"
    page = at_home.get("/settings/security/")
    assert alice.email.encode() in page.content and b"Set up" in page.content
    set_up_app(at_home)
    assert b"10 left" in at_home.get("/settings/security/").content
