"""Who is asking: a bearer token, or the session of a browser with its CSRF token. Each request is counted."""

from typing import Any

from allauth.headless.contrib.ninja.security import JWTTokenAuth
from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from chatify.lib import ratelimit
from chatify.lib.errors import Forbidden
from chatify.lib.network import network

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class Bearer(JWTTokenAuth):
    """`Authorization: Bearer` with an access token of /api/auth/. No browser adds it, so it needs no CSRF token."""

    openapi_type = "http"  # allauth's own class describes itself in a way that is not valid OpenAPI
    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"

    def __call__(self, request: HttpRequest) -> Any:
        if not super().__call__(request) or not request.user.is_active:
            return None
        if request.user.leaves_at is not None:
            raise Forbidden("This account is being deleted. Sign in on the page to keep it.")
        ratelimit.hit("api", request.user.pk)
        return request.user


class Session(AuthBase):
    """A signed-in browser. Where it changes something it must show that its own page is asking."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    csrf = True

    def __call__(self, request: HttpRequest) -> Any:
        # A request that names a bearer is judged by it alone: a dead token must not fall back on a cookie.
        scheme = request.headers.get("Authorization", "").strip().partition(" ")[0]
        if scheme.lower() == "bearer" or not request.user.is_authenticated:
            return None
        ratelimit.hit("api", request.user.pk)
        if request.method not in SAFE and check_csrf(request) is not None:
            raise Forbidden("This page is too old to be trusted. Load it again (CSRF).")
        return request.user


def count_anonymous(request: HttpRequest) -> None:
    """Raises TooMany when one network asks too often without a credential."""
    ratelimit.hit("api.anonymous", network(request.META.get("REMOTE_ADDR", "")))


def count_refused(request: HttpRequest) -> None:
    """Raises TooMany when one network collects too many refusals: somebody is guessing."""
    ratelimit.hit("api.refused", network(request.META.get("REMOTE_ADDR", "")))
