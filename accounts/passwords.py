"""How passwords are hashed and which are accepted."""

import re
import threading
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

MAXIMUM = 128
_turns = threading.BoundedSemaphore(settings.CHATIFY_HASHES_AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """Argon2id: 46 MiB, two passes, one lane. A hundred sign-ins at once must not take gigabytes."""

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        if len(password) > MAXIMUM:
            return False
        with _turns:
            return super().verify(password, encoded)


class Length:
    """Between `minimum` and `maximum` characters, spaces and emoji included."""

    def __init__(self, minimum: int = 10, maximum: int = MAXIMUM) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.minimum:
            raise ValidationError(f"Use at least {self.minimum} characters.", code="password_too_short")
        if len(password) > self.maximum:
            raise ValidationError(f"Use at most {self.maximum} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At least {self.minimum} characters. A few words in a row are easy to remember."


class ContextWords:
    """Nothing that is only the product's name, however often, and decoration."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.pattern = re.compile(f"(?:{'|'.join(map(re.escape, words))})+")

    def validate(self, password: str, user: Any = None) -> None:
        letters = "".join(filter(str.isalpha, password.casefold()))
        if self.pattern.fullmatch(letters):
            raise ValidationError(
                "This password is easy to guess. Choose another.", code="password_too_common"
            )

    def get_help_text(self) -> str:
        return ""
