"""Tokens for programs. A session token is never the value of a session cookie."""

import base64
import binascii
import hashlib

from allauth.headless import app_settings
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt import internal as jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.core.cache import cache
from django.http import HttpRequest

_PURPOSE = [b"chatify session token"]


class TokenStrategy(JWTTokenStrategy):
    """allauth's JWT strategy; session tokens are sealed, refresh tokens work once, also in parallel."""

    def get_session_token(self, request: HttpRequest) -> str | None:
        if header := request.headers.get("x-session-token"):
            return header
        key = super().get_session_token(request)
        return seal(key) if key else None

    def create_session_token(self, request: HttpRequest) -> str:
        return seal(super().create_session_token(request))

    def lookup_session(self, session_token: str) -> SessionBase | None:
        key = unseal(session_token)
        return super().lookup_session(key) if key else None

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        payload = jwt.decode_token(refresh_token, "refresh")
        if payload is None or not _first_use(payload["jti"]):
            return None
        try:
            return super().refresh_token(refresh_token)
        except UpdateError:  # signed out meanwhile
            return None


def _first_use(jti: str) -> bool:
    return cache.add(f"refresh:{jti}", 1, timeout=app_settings.JWT_REFRESH_TOKEN_EXPIRES_IN)


def seal(session_key: str) -> str:
    """The token of a session: always the same, so that a client hears of it only when it changed."""
    return base64.urlsafe_b64encode(_cipher().encrypt(session_key.encode(), _PURPOSE)).rstrip(b"=").decode()


def unseal(token: str) -> str | None:
    """The session key of a token, or None for anything that we did not make."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher().decrypt(sealed, _PURPOSE).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None


def _cipher() -> AESSIV:
    return AESSIV(hashlib.sha512(b"accounts.session-token" + settings.SECRET_KEY.encode()).digest())
