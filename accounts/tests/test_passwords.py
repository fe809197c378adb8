"""The hasher: its parameters, and how many run at once."""

import threading
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError

from accounts.passwords import Argon2, ContextWords, Length


def test_new_hashes_have_the_parameters_of_the_house() -> None:
    encoded = Argon2().encode("a quiet walk", "saltsalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
    assert check_password("a quiet walk", encoded) and not check_password("a quiet wall", encoded)


def test_an_endless_password_is_not_even_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *_: pytest.fail("it was hashed"))
    assert not Argon2().verify("x" * 129, "argon2$whatever")


def test_at_most_two_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard = 0, 0, threading.Lock()

    def slow(*_: object) -> str:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with guard:
            running -= 1
        return ""

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    threads = [threading.Thread(target=Argon2().encode, args=("x", "y")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    ("password", "fits"), [("x" * 9, False), ("x" * 10, True), ("🌊" * 128, True), ("x" * 129, False)]
)
def test_length_counts_characters(password: str, fits: bool) -> None:
    try:
        Length().validate(password)
    except ValidationError:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize("password", ["Chatify2026!", "chatifychatify", "  CHATIFY  123"])
def test_the_name_of_the_product_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError):
        ContextWords(["chatify"]).validate(password)


def test_the_name_of_the_product_may_be_part_of_one() -> None:
    ContextWords(["chatify"]).validate("chatify and three boats")
