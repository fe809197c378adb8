"""A copy of one conversation: asked for, watched while it is made, taken along."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import exports as files_of
from accounts.door import MemberRequest, signed_in
from accounts.operations import exports as operations
from chatify.lib import files, http
from chatify.lib.errors import TooMany
from messaging.queries import access
from messaging.views.conversations import heading
from messaging.views.inbox import list_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET: how far the copy is; the part alone where the page asks again. POST: have one made."""
    found = access.conversation_for(request.user, id)
    if request.method != "POST":
        return _page(request, id)
    try:
        operations.ask_for(request.user, subject=found.pk, size=found.message_count)
    except TooMany as error:
        words = "You can ask for twenty copies a day. The next one is possible tomorrow."
        return http.wait(_page(request, id, error=words, status=error.status), error)
    return http.SeeOther(reverse("export", args=[id]))


@require_safe
@signed_in
def download(request: MemberRequest, id: UUID, export: UUID) -> HttpResponseBase:
    """The zip, for who had it made and is still a member."""
    access.conversation_for(request.user, id)
    row = files_of.ready(request.user, export, id)
    return files.download(
        files_of.file_of(row.id), name=files_of.file_name(row), content_type="application/zip"
    )


def _page(request: MemberRequest, id: UUID, *, error: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"export": files_of.latest(request.user, id), "error": error}
    if http.part(request) == "export":
        return render(request, "messaging/exports/_state.html", {**context, "id": id}, status=status)
    context |= {"id": id, **heading(request.user, access.conversation_for(request.user, id))}
    if http.part(request):
        return render(request, "messaging/exports/_export.html", context, status=status)
    context["list"] = list_of(request, current=id)
    return render(request, "messaging/exports/export.html", context, status=status)
