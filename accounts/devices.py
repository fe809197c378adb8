"""Where a sign-in comes from: its session gets a row, and a place that is new is told by mail."""

import secrets
import time
import uuid
from datetime import UTC, datetime
from hashlib import sha256

from allauth.account.adapter import get_adapter
from allauth.core.internal.httpkit import is_headless_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import clients, mail, queries
from accounts.models import User
from accounts.operations import sessions
from accounts.sessions import SITTING
from chatify.lib.ids import uuid7
from chatify.lib.network import network

COOKIE_AGE = 400 * 24 * 3600
SEEN_SECONDS = 300.0
_MOST = 20_000
_lately: dict[str, float] = {}


def client_of(request: HttpRequest) -> str:
    return clients.described(request.headers.get("User-Agent", ""))


def network_of(request: HttpRequest) -> str:
    return network(get_adapter().get_client_ip(request))


def signed_in(request: HttpRequest, user: User) -> None:
    """A session begins: note it, and tell its owner when it begins somewhere new."""
    request.session[SITTING] = {"id": str(uuid7()), "at": time.time()}
    request.session.save()
    _note(request, user)
    _due(str(request.session.session_key))
    # A session that no visitor began (a test's, a command's) has no device.
    if request.method and sessions.is_new_device(user, _device(request)):
        _tell(request, user)


def current(request: HttpRequest) -> str:
    """The key of the session that asks: of its bearer token, else of its cookie."""
    token = bearer_of(request)
    found = queries.authenticate_bearer(token) if token else None
    return found.session_key if found else str(request.session.session_key)


def bearer_of(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def seen(request: HttpRequest) -> None:
    """Somebody signed in asked for something: at most once in five minutes that is written down."""
    token = bearer_of(request)
    key = f"bearer {sha256(token.encode()).hexdigest()}" if token else request.session.session_key
    user: User | None = getattr(request, "_cached_user", None)  # who nobody asked for costs no query here
    if not key or not (token or (user and user.is_authenticated)) or not _due(key):
        return
    if token:
        found = queries.authenticate_bearer(token)
        if found:
            sessions.seen(found.session_key, client=client_of(request), network=network_of(request))
    elif user and not sessions.seen(key, client=client_of(request), network=network_of(request)):
        _note(request, user)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Give a browser that just signed in its name, so that it is known the next time."""
    name = getattr(request, "new_device", None)
    if name:
        response.set_signed_cookie(
            settings.CHATIFY_DEVICE_COOKIE,
            name,
            max_age=COOKIE_AGE,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def _due(key: str) -> bool:
    now = time.monotonic()
    if now - _lately.get(key, -SEEN_SECONDS) < SEEN_SECONDS:
        return False
    if len(_lately) >= _MOST:
        _lately.clear()
    _lately[key] = now
    return True


def _note(request: HttpRequest, user: User) -> None:
    sitting = request.session.get(SITTING) or {"id": str(uuid7()), "at": time.time()}
    sessions.begin(
        user,
        id=uuid.UUID(sitting["id"]),
        key=str(request.session.session_key),
        client=client_of(request),
        network=network_of(request),
        begun=datetime.fromtimestamp(sitting["at"], UTC),
    )


def _device(request: HttpRequest) -> str:
    """What a browser is known by: its cookie. A program is known by its name and its network."""
    if is_headless_request(request):
        return sha256(f"program {client_of(request)} {network_of(request)}".encode()).hexdigest()
    name = request.get_signed_cookie(settings.CHATIFY_DEVICE_COOKIE, default="", max_age=COOKIE_AGE)
    if not name:
        name = secrets.token_urlsafe(24)
    request.new_device = name  # type: ignore[attr-defined]
    return sha256(f"browser {name}".encode()).hexdigest()


def _tell(request: HttpRequest, user: User) -> None:
    here = network_of(request)
    told = {
        "client": client_of(request),
        "place": clients.place(here, here=""),
        "at": timezone.now(),
        "url": request.build_absolute_uri(reverse("settings_sessions")),
    }
    mail.put_down(get_adapter().render_mail("account/email/new_device", user.email, told))
