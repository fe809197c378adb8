"""Sessions that are used live on; and the door of `/api/auth/`: what allauth's JSON views expect to be true."""

import json
import math
import re
from collections.abc import Callable

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.headless import app_settings as headless
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts import devices, queries, stepup
from chatify.lib import http
from chatify.lib.errors import ChatifyError, TooMany

PREFIX = "/api/auth/"
POWERS = re.compile(r"/account/(?:password/change|email|authenticators/[a-z-]+)$")
RETRY_AFTER = 60  # seconds; allauth does not say when its window ends

LEAVES = "This account is being deleted. Sign in on the page to keep it."

Answer = Callable[[HttpRequest], HttpResponse]


class Seen:
    """Notes that a session was used, and gives a browser that signed in its name."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        devices.seen(request)
        devices.remember(request, response)
        return response


class Leaving:
    """Who is deleting their account sees the page where they can take it back, their copy, and the way out."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        open_to_all = request.path.startswith(
            ("/static/", "/me.css", "/healthz", "/readyz", "/accounts/logout/")
        )
        if open_to_all or not request.user.is_authenticated or request.user.leaves_at is None:
            return self.get_response(request)
        if request.path.startswith(
            ("/settings/data/", "/accounts/reauthenticate/", "/accounts/2fa/reauth", "/avatars/")
        ):
            return self.get_response(request)
        if http.wants_json(request) or request.path.startswith("/api/v1/"):
            return http.problem(403, "Account is being deleted", LEAVES)
        return redirect("settings_data_leave")


class AuthDoor:
    """Refuses JSON that cannot be stored, asks for a step-up before account powers, says when to come back."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = self._refusal(request) if request.path.startswith(PREFIX) else None
        response = refusal or self.get_response(request)
        if getattr(request, "too_many", False) and response.status_code in (200, 400):
            _turn_away(response)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(RETRY_AFTER))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not request.path.startswith(PREFIX):
            return None
        if isinstance(exception, UpdateError):  # the session was ended while this request ran
            return JsonResponse(
                {"status": 401, "data": {"flows": []}, "meta": {"is_authenticated": False}}, status=401
            )
        if isinstance(exception, TooMany):
            response = _refused(429, exception.detail, "rate_limited")
            response.headers["Retry-After"] = str(math.ceil(exception.retry_after))
            return response
        if isinstance(exception, ChatifyError):
            return _refused(400 if exception.status == 422 else exception.status, exception.detail, "invalid")
        return None

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if request.method == "GET":
            return None
        if request.body and not _storable(request.body):
            return _refused(400, "The request is not JSON that can be stored.", "invalid")
        if POWERS.search(request.path) and not (request.method == "PUT" and request.path.endswith("/email")):
            return _step_up(request)  # PUT on an address only sends its code again
        return None


def _turn_away(response: HttpResponse) -> None:
    """Allauth shows some of its limits as errors of a form; what it says stays, the status tells the truth."""
    response.status_code = 429
    if response.headers.get("Content-Type") == "application/json":
        response.content = json.dumps({**json.loads(response.content), "status": 429}).encode()


def _storable(body: bytes) -> bool:
    """Whether this is a JSON object that any database takes: no NUL, no half characters, no absurd numbers."""
    try:
        data = json.loads(body.decode())
        if not isinstance(data, dict):
            return False
        texts = "".join(value for value in data.values() if isinstance(value, str))
        texts.encode()
    except (ValueError, RecursionError):
        return False
    return "\x00" not in texts


def _step_up(request: HttpRequest) -> HttpResponse | None:
    """A stolen token must not be enough to take an account over: its holder proves who they are anew."""
    strategy = headless.TOKEN_STRATEGY
    token = strategy.get_session_token(request)
    session = strategy.lookup_session(token) if token else None
    if session is None:
        return None
    found = queries.authenticate_cookie(session.session_key)
    if found is None:
        body = {"status": 401, "data": {"flows": []}, "meta": {"is_authenticated": False}}
        return JsonResponse(body, status=401)
    ways = get_reauthentication_flows(found.user)
    if stepup.is_fresh(session.get(AUTHENTICATION_METHODS_SESSION_KEY, []), can_repeat=bool(ways)):
        return None
    body = {"status": 401, "data": {"flows": ways or [{"id": "login_by_code"}]}}
    return JsonResponse({**body, "meta": {"is_authenticated": True}}, status=401)


def _refused(status: int, message: str, code: str) -> HttpResponse:
    return JsonResponse({"status": status, "errors": [{"message": message, "code": code}]}, status=status)
