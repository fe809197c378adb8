"""Limits on the account doors: they hold when on, say when to come back, and are nowhere when off."""

import pytest
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from accounts.adapters import AccountAdapter
from accounts.models import User
from accounts.tests.flows import PASSWORD, mails, parallel, post, sign_up
from chatify.settings.accounts import _RATES, _scaled

pytestmark = pytest.mark.django_db
ON = override_settings(
    CHATIFY_LIMITS=1.0, ACCOUNT_RATE_LIMITS={action: _scaled(rates, 1.0) for action, rates in _RATES.items()}
)
LOGIN = "/accounts/login/"


def wrong(address: str, email: str) -> str:
    page = Client(REMOTE_ADDR=address).post(LOGIN, {"login": email, "password": "wrong wrong wrong"})
    return str(page.context["form"].errors)


@ON
def test_five_wrong_passwords_from_many_addresses_lock_the_account_for_a_while(alice: User) -> None:
    said = [wrong(f"10.0.0.{n}", alice.email) for n in range(7)]
    assert len(set(said[:5])) == 1 and "Too many tries" in said[5] and said[5] == said[6]
    said = [wrong(f"10.0.1.{n}", "nobody@example.test") for n in range(6)]
    assert "Too many tries" in said[5]


@ON
def test_a_locked_account_answers_429_on_the_page_and_in_json(client: Client, alice: User) -> None:
    pages = [client.post(LOGIN, {"login": alice.email, "password": "wrong"}) for _ in range(6)]
    assert [page.status_code for page in pages] == [200] * 5 + [429]
    answer = post(client, "auth/login", {"email": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["status"]) == (429, 429)
    assert answer.json()["errors"][0]["code"] == "too_many_login_attempts"
    assert int(answer.headers["Retry-After"]) > 0 and int(pages[-1].headers["Retry-After"]) > 0


@ON
def test_a_right_password_in_between_does_not_clear_the_address(alice: User, bob: User) -> None:
    for n in range(10):
        wrong("10.0.0.1", f"nobody{n}@example.test")
        if n == 8:
            fields = {"login": bob.email, "password": PASSWORD}
            assert Client(REMOTE_ADDR="10.0.0.1").post(LOGIN, fields).status_code == 302
    assert "Too many tries" in wrong("10.0.0.1", alice.email)


@ON
def test_a_forwarded_address_is_not_believed(alice: User) -> None:
    for n in range(31):
        forged = {"x-forwarded-for": f"1.2.3.{n}"}
        last = Client(headers=forged).post(LOGIN, {"login": f"n{n}@example.test", "password": "x"})
    assert last.status_code == 429


@ON
def test_a_429_says_when_to_come_back(client: Client, alice: User) -> None:
    assert client.post("/accounts/login/code/", {"email": alice.email}).status_code == 302
    pages = [client.post("/accounts/password/reset/", {"email": alice.email}) for _ in range(3)]
    assert pages[-1].status_code == 429
    assert int(pages[-1].headers["Retry-After"]) > 0
    assert b"A little slower" in pages[-1].content
    answers = [post(client, "auth/password/request", {"email": alice.email}) for _ in range(2)]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0


@ON
def test_signing_up_ends_after_five_a_day_from_one_address() -> None:
    said = [sign_up(Client(), f"erin{n}").status_code for n in range(7)]
    assert said == [302] * 5 + [429] * 2
    assert User.objects.count() == 5
    assert sign_up(Client(REMOTE_ADDR="10.0.0.9"), "erin9").status_code == 302


@override_settings(CHATIFY_LIMITS=1.0)
def test_strangers_cause_twenty_mails_a_day_from_one_address() -> None:
    said = [
        Client().post("/accounts/login/code/", {"email": f"n{n}@example.test"}).status_code for n in range(21)
    ]
    assert said == [302] * 20 + [429]


def test_with_limits_off_nothing_is_in_the_way(alice: User) -> None:
    for n in range(25):
        assert sign_up(Client(), f"erin{n}").status_code == 302
        assert "not right" in wrong("127.0.0.1", alice.email)
        assert Client().post("/accounts/login/code/", {"email": alice.email}).status_code == 302
    assert Client().post(LOGIN, {"login": alice.email, "password": PASSWORD}).status_code == 302
    assert len(mails()) == 50


@pytest.mark.parametrize(("factor", "rate"), [(1.0, "30/m/ip"), (2.0, "60/m/ip"), (0.001, "1/m/ip")])
def test_limits_scale(factor: float, rate: str) -> None:
    assert _scaled([(30, "m/ip")], factor) == rate


@pytest.mark.parametrize(
    ("count", "header", "address", "counted"),
    [
        (0, "1.2.3.4", "10.0.0.1", "10.0.0.1"),
        (1, "9.9.9.9, 1.2.3.4", "10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", "10.0.0.1"),
        (0, "", "", "local"),
    ],
)
def test_the_address_that_counts(
    rf: RequestFactory, count: int, header: str, address: str, counted: str
) -> None:
    request = rf.get("/", REMOTE_ADDR=address, headers={"x-forwarded-for": header})
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=count):
        assert AccountAdapter(request).get_client_ip(request) == counted


@ON
@pytest.mark.django_db(transaction=True)
def test_of_fifty_wrong_passwords_at_once_five_are_judged(alice: User) -> None:
    visitors = [Client(REMOTE_ADDR=f"10.2.0.{n}") for n in range(50)]
    fields = {"login": alice.email, "password": "wrong wrong wrong"}
    pages = parallel(lambda visitor: visitor.post(LOGIN, fields), visitors, threads=50)
    judged = [page for page in pages if b"Too many tries" not in page.content]
    assert len(judged) == 5 and {page.status_code for page in pages} == {200, 429}
    right = {"login": alice.email, "password": PASSWORD}
    assert Client(REMOTE_ADDR="10.3.0.1").post(LOGIN, right).status_code == 429
