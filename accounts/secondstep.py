"""The second step of signing in: where allauth's MFA asks us. Secrets rest encrypted, and keys carry our name."""

import base64
import binascii
import hashlib
import logging
import secrets
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from accounts import queries
from accounts.models import User

log = logging.getLogger(__name__)
NAME = "Chatify"
_NONCE = 12
_PURPOSE = b"chatify second step"


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": "Switch the second step off before you add an e-mail address.",
        "cannot_delete_authenticator": "Staff need a second step here, so the last one cannot be removed.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
        "incorrect_code": "This is not right, or it was used before. Wait for the next code and try again.",
        "unverified_email": "Confirm your e-mail first.",
    }

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, text.encode(), _PURPOSE)
        return base64.b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nothing matches when no key of ours opens it any more."""
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                sealed = base64.b64decode(encrypted_text, validate=True)
                return AESGCM(_key(secret)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _PURPOSE).decode()
            except (InvalidTag, ValueError, binascii.Error):
                continue
        log.error("a second step cannot be read: was SECRET_KEY changed without SECRET_KEY_FALLBACKS?")
        return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_issuer(self) -> str:
        return NAME

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.label}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = len(queries.second_steps(user).keys)
        return f"My key {count + 1}" if count else "My key"

    def _get_site_name(self) -> str:
        return NAME


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"accounts.second-step" + secret.encode()).digest()
