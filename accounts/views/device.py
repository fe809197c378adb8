"""This device: the app on it, what it keeps, and whether it is called while no page is open."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import clients, devices, endpoints, presenters, push
from accounts.door import MemberRequest, signed_in
from accounts.operations import subscriptions as operations

BACK = "settings_device"


@require_safe
@signed_in
def device(request: MemberRequest) -> HttpResponse:
    """What can be switched on here, and every browser of mine that is called."""
    context = {"subscriptions": _shown(request), "key": push.offered_key()}
    return render(request, "accounts/settings/device.html", context)


@require_POST
@signed_in
def drop(request: MemberRequest, id: UUID) -> HttpResponse:
    """Call it no more."""
    operations.drop(request.user, id)
    messages.success(request, "That device is not called any more.")
    return redirect(BACK)


@require_POST
@signed_in
def attempt(request: MemberRequest, id: UUID) -> HttpResponse:
    """Call it now, to see whether it works."""
    operations.attempt(request.user, id)
    messages.success(request, "A notification is on its way. If none appears, the line below says why.")
    return redirect(BACK)


def _shown(request: MemberRequest) -> list[dict[str, Any]]:
    current = devices.current(request)
    rows = [presenters.subscription(row, current=current) for row in endpoints.of(request.user)]
    return [row | {"icon": "smartphone" if clients.hand_held(row["client"]) else "monitor"} for row in rows]
