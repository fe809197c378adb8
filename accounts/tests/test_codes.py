"""The six digits: sealed, three tries, once; also when guesses come all at once."""

import json
from typing import Any

import pytest
from allauth.account import forms
from allauth.headless.account import inputs
from django.test import Client
from django.test.utils import override_settings

from accounts import codes
from accounts.models import User
from accounts.tests.flows import last_code, other_code, parallel, post, signed_in

CONFIRM = "/accounts/login/code/confirm/"


def seal(plain: str = "123456", purpose: str = "login") -> str:
    return str(codes.Sealed(plain, purpose))


def test_every_door_compares_our_way() -> None:
    assert forms.compare_user_code is codes.matches
    assert inputs.compare_user_code is codes.matches


@pytest.mark.parametrize("typed", ["123456", " 123456 ", "123456\n"])
def test_the_code_is_accepted_as_typed_or_pasted(typed: str) -> None:
    assert codes.matches(actual=typed, expected=seal())


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "１２３４５６", "١٢٣٤٥٦", "123-456", "12345\x00", "1" * 1_000_000]
)
def test_nothing_else_is(typed: str) -> None:
    assert not codes.matches(actual=typed, expected=seal())


@pytest.mark.parametrize("expected", ["", "123456", "login:", "login::", ":::"])
def test_where_no_code_was_made_none_is_right(expected: str) -> None:
    assert not codes.matches(actual="123456", expected=expected)


def test_the_fourth_try_fails_even_with_the_right_code() -> None:
    sealed = seal()
    for _ in range(3):
        assert not codes.matches(actual="000000", expected=sealed)
    assert not codes.matches(actual="123456", expected=sealed)


def test_a_sign_in_code_works_once() -> None:
    sealed = seal()
    assert codes.matches(actual="123456", expected=sealed)
    assert not codes.matches(actual="123456", expected=sealed)


def test_of_fifty_guesses_at_once_three_are_looked_at() -> None:
    sealed, looked_at = seal("777777", "reset"), []
    original = codes._may_try

    def counted(nonce: str) -> bool:
        passed = original(nonce)
        looked_at.append(passed)
        return passed

    codes._may_try = counted
    try:
        parallel(lambda n: codes.matches(actual=f"{n:06}", expected=sealed), range(50), threads=50)
    finally:
        codes._may_try = original
    assert sum(looked_at) == 3


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_over_http_get_three_tries_in_all(alice: User) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": alice.email})
    code, cookies = last_code(), client.cookies

    def guess(number: int) -> bool:
        one = Client()
        one.cookies = cookies.copy()
        one.post(CONFIRM, {"code": f"{number:06}"})
        return signed_in(one)

    wrong = [n for n in range(30) if f"{n:06}" != code][:12]
    assert not any(parallel(guess, wrong))
    assert not guess(int(code))


@pytest.mark.django_db
def test_the_session_does_not_hold_the_code(client: Client, alice: User) -> None:
    client.post("/accounts/login/code/", {"email": alice.email})
    assert last_code() not in json.dumps(dict(client.session))


@pytest.mark.django_db
@override_settings(CHATIFY_LIMITS=1.0)
def test_an_address_has_ten_tries_an_hour_known_or_not(alice: User) -> None:
    for email in (alice.email, "nobody@example.test"):
        answers = [_tries(email) for _ in range(4)]
        assert [status for tries in answers for status in tries] == [400] * 10 + [429] * 2


def _tries(email: str) -> list[int]:
    with override_settings(CHATIFY_LIMITS=None):
        token = post(Client(), "auth/code/request", {"email": email}).json()["meta"]["session_token"]
    wrong = {"code": other_code("000000")}
    answers: list[Any] = [post(Client(), "auth/code/confirm", wrong, x_session_token=token) for _ in range(3)]
    assert all(answer.headers.get("Retry-After") for answer in answers if answer.status_code == 429)
    return [answer.status_code for answer in answers]
