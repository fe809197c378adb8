"""Where I am signed in, and signing out there."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import clients, devices, presenters, queries
from accounts.door import MemberRequest, signed_in
from accounts.operations import sessions as operations
from chatify.lib import http
from chatify.lib.errors import NotFound

BACK = "settings_sessions"


@require_safe
@signed_in
def sessions(request: MemberRequest) -> HttpResponse:
    """All of them; the part alone where the page asks for it again."""
    part = http.part(request) == "sessions"
    name = "accounts/settings/_sessions.html" if part else "accounts/settings/sessions.html"
    return render(request, name, {"sessions": _shown(request)})


@require_POST
@signed_in
@reauthentication_required
def end(request: MemberRequest, id: UUID) -> HttpResponse:
    """Sign out one of them."""
    try:
        operations.end(request.user, id)
        messages.success(request, "Signed out there.")
    except NotFound as error:
        messages.info(request, error.detail)
    return redirect(BACK)


@require_POST
@signed_in
@reauthentication_required
def end_others(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    operations.end_others(request.user, keep=str(request.session.session_key))
    messages.success(request, "You are signed out everywhere else.")
    return redirect(BACK)


@require_POST
@signed_in
@reauthentication_required
def end_all(request: MemberRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    operations.end_all(request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("account_login")


def _shown(request: MemberRequest) -> list[dict[str, Any]]:
    key, here = str(request.session.session_key), devices.network_of(request)
    rows = [presenters.session(row, current=key, here=here) for row in queries.sessions_of(request.user)]
    rows.sort(key=lambda row: not row["current"])
    return [row | {"icon": "smartphone" if clients.hand_held(row["client"]) else "monitor"} for row in rows]
