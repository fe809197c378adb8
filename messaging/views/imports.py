"""Bringing mail from elsewhere: a file is chosen, and how far it was read is shown."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Conflict, Invalid, NotFound, TooMany
from media import policy
from media import queries as files
from messaging.operations import attachments
from messaging.operations import imports as operations
from messaging.queries import imports as queries

BACK = "settings_data_import"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def imports(request: MemberRequest) -> HttpResponse:
    """GET: the form, and what became of the last file; the part alone where the page asks again. POST file or
    attachments: have it read."""
    if request.method != "POST":
        return _page(request)
    given = request.POST.getlist("attachments")
    try:
        given += [str(each) for each in attachments.bring(request.user, request.FILES.getlist("file"))]
        if len(given) != 1:
            raise Invalid.field("file", "Choose one file.")
        operations.ask(request.user, upload=given[0])
    except (Conflict, Invalid, NotFound, TooMany) as error:
        status = 422 if isinstance(error, NotFound) else error.status
        return http.wait(_page(request, given, error=error, status=status), error)
    return http.SeeOther(request.path)


@require_POST
@signed_in
def stop(request: MemberRequest, id: UUID) -> HttpResponse:
    """Read no further. What was read to its end meanwhile needs nothing more."""
    with suppress(Invalid):
        operations.stop(request.user, id)
    return redirect(BACK)


def _page(
    request: MemberRequest,
    given: list[str] | None = None,
    *,
    error: ChatifyError | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"last": queries.latest(request.user), "error": error.detail if error else ""}
    context |= {"carried": files.free(request.user, given or []), "most_files": 1}
    context["largest"] = policy.limit_for("attachment", policy.ANY).bytes
    context["part"] = http.part(request) == "import"
    name = "messaging/imports/_last.html" if context["part"] else "messaging/imports/imports.html"
    return render(request, name, context, status=status)
