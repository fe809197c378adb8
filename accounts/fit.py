"""What allauth has no setting for, changed once at start. A test fails for each when allauth moves."""

from allauth.account import forms
from allauth.account.internal.flows import reauthentication
from allauth.headless.account import inputs
from allauth.mfa import app_settings as mfa
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.cache import cache

from accounts import codes, credentials, stepup

# Spaces around a password are part of it, on pages and in JSON alike.
_EXACT = {
    inputs.SignupInput: ["password"],
    inputs.LoginInput: ["password"],
    inputs.ResetPasswordInput: ["password"],
    inputs.ChangePasswordInput: ["current_password", "new_password"],
}


# What allauth calls as `auth.name(…)`, so that one replacement serves pages and JSON alike.
_READ = ("parse_registration_response", "parse_authentication_response")
_CHECKED = ("complete_registration", "complete_authentication", "extract_user_from_response")


def install() -> None:
    """Compare codes our way at every door, and keep passwords exactly as typed."""
    _first_steps()
    _second_steps()


def _second_steps() -> None:
    """Refuse nonsense in words, take a code of an app once, and ask everybody to prove themselves again."""
    for name in _READ:
        setattr(webauthn, name, credentials.bounded(getattr(webauthn, name)))
    for name in _CHECKED:
        setattr(webauthn, name, credentials.refusing(getattr(webauthn, name)))
    TOTP._mark_code_used = _use_once
    reauthentication.did_recently_reauthenticate = stepup.is_recent


def _use_once(self: TOTP, code: str) -> bool:
    """A code is good for more than its own period where clocks may differ, and must be remembered as long."""
    seconds = mfa.TOTP_PERIOD * (2 * mfa.TOTP_TOLERANCE + 2)
    return cache.add(self._get_used_cache_key(code), "y", timeout=seconds)


def _first_steps() -> None:
    for module in (forms, inputs):
        if not hasattr(module, "compare_user_code"):
            raise RuntimeError(f"{module.__name__} no longer compares codes where we expect it")
        module.compare_user_code = codes.matches
    for form, names in _EXACT.items():
        for name in names:
            form.base_fields[name].strip = False
