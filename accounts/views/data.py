"""A copy of one's own data: asked for, watched while it is made, taken along, deleted."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import exports
from accounts.door import MemberRequest, signed_in
from accounts.models import Export
from accounts.operations import exports as operations
from chatify.lib import files, http
from chatify.lib.errors import TooMany

BACK = "settings_data"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def data(request: MemberRequest) -> HttpResponse:
    """GET: what can be done, and how far a copy is; the part alone where the page asks again. POST: have one made."""
    return ask(request) if request.method == "POST" else _page(request)


@reauthentication_required
def ask(request: MemberRequest) -> HttpResponse:
    """After a step-up: begin, or say when the next one may be asked for."""
    try:
        operations.ask(request.user)
    except TooMany as error:
        words = "You can ask for one copy a day. The next one is possible tomorrow."
        return http.wait(_page(request, error=words, status=error.status), error)
    return redirect(BACK)


@require_safe
@signed_in
def download(request: MemberRequest, id: UUID) -> HttpResponseBase:
    """The zip, for its owner alone and after a step-up; for everybody else it does not exist."""
    return _sent(request, exports.ready(request.user, id))


@reauthentication_required
def _sent(request: MemberRequest, row: Export) -> HttpResponseBase:
    path, name = exports.file_of(row.id), exports.file_name(row)
    return files.download(path, name=name, content_type="application/zip")


@require_POST
@signed_in
def drop(request: MemberRequest, id: UUID) -> HttpResponse:
    """Stop making it, or delete what was made."""
    operations.drop(request.user, id)
    messages.success(request, "The copy is gone.")
    return redirect(BACK)


def _page(request: MemberRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    part = http.part(request) == "export"
    context = {"export": exports.latest(request.user), "error": error}
    name = "accounts/settings/_export.html" if part else "accounts/settings/data.html"
    return render(request, name, context, status=status)
