"""Whether an address is known is told neither by what is answered nor by how long it takes.

The time is measured under CHATIFY_TEST_TIMINGS; otherwise what takes nearly all of it is counted, the hashes.
"""

import gc
import os
import time
from collections.abc import Callable
from statistics import median

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts import passwords
from accounts.models import User
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
MEASURED = "CHATIFY_TEST_TIMINGS" in os.environ
TRIES, WARM = (200, 20) if MEASURED else (2, 2)
REAL = override_settings(PASSWORD_HASHERS=["accounts.passwords.Argon2"])


def ask_code(email: str, number: int) -> tuple[Client, str, dict[str, str]]:
    return Client(), "/accounts/login/code/", {"email": email}


def ask_reset(email: str, number: int) -> tuple[Client, str, dict[str, str]]:
    return Client(), "/accounts/password/reset/", {"email": email}


def sign_up(email: str, number: int) -> tuple[Client, str, dict[str, str]]:
    fields = {"email": email, "username": f"somebody{number}", "password1": PASSWORD, "display_name": ""}
    return Client(), "/accounts/signup/", fields


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed with the product's own hasher, or compared with what was."""
    calls: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(passwords.Argon2, name)

        def counting(*args: str, real: Callable[..., object] = real, name: str = name) -> object:
            calls.append(name)
            return real(*args)

        monkeypatch.setattr(passwords.Argon2, name, counting)
    return calls


@pytest.mark.parametrize("ask", [ask_code, ask_reset, sign_up])
@REAL
def test_known_and_unknown_take_the_same_time(
    alice: User, hashed: list[str], ask: Callable[[str, int], tuple[Client, str, dict[str, str]]]
) -> None:
    spent: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[bool, set[tuple[int, str]]] = {True: set(), False: set()}
    hashes: dict[bool, set[int]] = {True: set(), False: set()}
    for number in range(TRIES * 2 + WARM):
        known = bool(number % 2)
        client, path, fields = ask(alice.email if known else f"nobody{number}@example.test", number)
        hashed.clear()
        gc.disable()
        begun = time.thread_time()  # what this request costs, whatever else the machine does
        answer = client.post(path, fields)
        took = time.thread_time() - begun
        gc.enable()
        answers[known].add((answer.status_code, answer.url))
        hashes[known].add(len(hashed))
        if number >= WARM:
            spent[known].append(took)
    one, other = (median(spent[known]) for known in (True, False))
    print(f"{ask.__name__}: known {one * 1000:.2f} ms, unknown {other * 1000:.2f} ms, {one / other - 1:+.1%}")
    assert answers[True] == answers[False] and len(answers[True]) == 1
    assert hashes[True] == hashes[False] == {1 if ask is sign_up else 0}
    # A figure to look at on a still machine: how busy this one is must not decide whether tests pass.
    assert not MEASURED or abs(one / other - 1) < 0.10
