"""Deleting one's account, and keeping it after all."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from accounts.operations import leaving as operations
from chatify.lib import http
from chatify.lib.errors import Conflict, Invalid
from messaging.forms import Leaving
from messaging.queries import members


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: MemberRequest) -> HttpResponse:
    """GET: what happens, or until when it can be taken back. POST typed=<my username>: delete my account."""
    if request.user.leaves_at is not None:
        return render(request, "accounts/settings/leaving.html", {"at": request.user.leaves_at})
    return _ask(request) if request.method == "POST" else _page(request, Leaving())


@reauthentication_required
def _ask(request: MemberRequest) -> HttpResponse:
    form = Leaving(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        user = operations.ask(request.user, typed=form.cleaned_data["typed"])
    except (Invalid, Conflict) as error:
        form.take(error if isinstance(error, Invalid) else Invalid(error.detail))
        return _page(request, form, status=error.status)
    logout(request)
    day = formats.date_format(timezone.localtime(user.leaves_at), "j F Y")
    messages.info(request, f"Your account is deleted on {day}. Sign in before then to keep it.")
    return redirect("account_login")


@require_POST
@signed_in
def keep(request: MemberRequest) -> HttpResponse:
    """Take it back."""
    operations.take_back(request.user)
    messages.success(request, "Your account stays. Nothing is lost.")
    return http.SeeOther("/settings/data/")


def _page(request: MemberRequest, form: Leaving, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "heirs": members.heirs(request.user)}
    return render(request, "accounts/settings/leave.html", context, status=status)
