"""Proving oneself again before acts that decide who can open the account."""

import time
from collections.abc import Sequence
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.http import HttpRequest

from accounts import codes
from accounts.models import User
from accounts.sessions import SessionStore
from chatify.lib.errors import Forbidden

TEMPLATE = "account/email/stepup_code"


def is_recent(request: HttpRequest) -> bool:
    """Whether who is signed in proved themselves again within the last five minutes."""
    steps = get_authentication_records(request, request.user if request.user.is_authenticated else None)
    return is_fresh(steps, can_repeat=bool(get_reauthentication_flows(request.user)))


def is_fresh(steps: Sequence[dict[str, Any]], *, can_repeat: bool) -> bool:
    """Whether the last proof of `steps` is recent. Who has nothing to repeat (no password, no second step)
    proves themselves by a new sign-in, or by a code asked for on the page."""
    counted = [step["at"] for step in steps if step.get("reauthenticated") or not can_repeat]
    return bool(counted) and time.time() - counted[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def require(session_key: str, person: User) -> None:
    """Raises Forbidden unless the session with this key proved itself within the last five minutes."""
    steps = SessionStore(session_key).load().get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    if not is_fresh(steps, can_repeat=bool(get_reauthentication_flows(person))):
        raise Forbidden("Show first that it is you: step up at /api/auth/app/v1/auth/reauthenticate.")


def send_code(request: HttpRequest, address: str) -> None:
    """Mail a code to who is signed in; it replaces an earlier one."""
    code = codes.Sealed(get_adapter().generate_login_code().plain, "stepup")
    request.session[codes.STEP_UP_SESSION_KEY] = {"email": address, "code": str(code), "at": time.time()}
    get_adapter().send_mail(TEMPLATE, address, {"code": code})


def pending_code(request: HttpRequest) -> str:
    """The sealed code that waits for its digits, empty when there is none or it is too old."""
    kept = request.session.get(codes.STEP_UP_SESSION_KEY, {})
    return kept["code"] if kept and time.time() - kept["at"] < codes.LIFE else ""


def passed(request: HttpRequest) -> None:
    """The digits were right: the code is spent and the proof is on record."""
    request.session.pop(codes.STEP_UP_SESSION_KEY, None)
    record_authentication(request, request.user, method="code", reauthenticated=True)
