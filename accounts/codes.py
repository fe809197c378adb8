"""Six-digit codes: kept as a keyed hash, tried at most three times, counted before anything is compared.

allauth keeps a code and its failed tries in the session, where parallel guesses do not see each other. Here the
code in the session is sealed, and its tries are counted by the shared cache, so exactly three pass.
"""

import hmac
import re
import secrets
from typing import Any, Self

from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.core import context
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from chatify.lib import ratelimit

STEP_UP_SESSION_KEY = "accounts.stepup"
LIFE = 600
TRIES = 3
_DIGITS = re.compile(r"[0-9]{6}")
_STATES = {
    "login": LOGIN_SESSION_KEY,
    "reset": PASSWORD_RESET_VERIFICATION_SESSION_KEY,
    "verify": EMAIL_VERIFICATION_CODE_SESSION_KEY,
    "stepup": STEP_UP_SESSION_KEY,
}


class Sealed(str):
    """What is stored of a code. `plain` lives only until the mail with it is written."""

    plain: str

    def __new__(cls, plain: str, purpose: str) -> Self:
        nonce = secrets.token_urlsafe(12)
        sealed = super().__new__(cls, f"{purpose}:{nonce}:{_digest(purpose, nonce, plain)}")
        sealed.plain = plain
        return sealed


def matches(*, actual: str, expected: str) -> bool:
    """Whether `actual` opens the sealed code `expected` (empty without an account). Each call is one try.

    Raises TooMany when the address of the running flow had its tries for this hour.
    """
    purpose, nonce, digest = [*expected.split(":"), "", ""][:3] if expected else ("", "", "")
    ratelimit.hit("code.try", _address(purpose))
    typed = actual.strip()
    right = hmac.compare_digest(_digest(purpose, nonce, typed), digest) and bool(_DIGITS.fullmatch(typed))
    if not nonce or not _may_try(nonce):
        return False
    if right:
        _succeeded(purpose, nonce)
    return right


def _digest(purpose: str, nonce: str, plain: str) -> str:
    return salted_hmac("accounts.code", f"{purpose}:{nonce}:{plain}", algorithm="sha256").hexdigest()


def _may_try(nonce: str) -> bool:
    entry = f"code:{nonce}"
    cache.add(entry, 0, timeout=LIFE * 2)
    return cache.incr(entry) <= TRIES


def _succeeded(purpose: str, nonce: str) -> None:
    entry = f"code:{nonce}"
    if purpose in ("login", "stepup"):
        cache.set(entry, TRIES, timeout=LIFE * 2)
    else:
        # A reset shows its code twice, once to confirm it and once with the new password.
        cache.decr(entry)


def _address(purpose: str) -> str:
    """The address that the running flow is about, the same for known and unknown ones."""
    session: Any = getattr(context.request, "session", {})
    names = [_STATES[purpose]] if purpose in _STATES else list(_STATES.values())
    states = (session.get(name) for name in names)
    found = (state.get("email") for state in states if isinstance(state, dict))
    address = next(filter(None, found), None) or "nobody"
    return salted_hmac("accounts.code.address", address, secret=settings.SECRET_KEY).hexdigest()
