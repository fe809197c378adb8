"""Whom one may call by name while writing."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from chatify.lib import text
from messaging.queries import access, members, rights


@require_safe
@signed_in
def mentions(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/mentions/?q=: the members whose name begins so, and everyone where that may be called."""
    found = access.conversation_for(request.user, id)
    q = text.clean_query(request.GET.get("q"))
    everyone = "everyone".startswith(q.lower()) and rights.may_call_everyone(found, found.my)  # type: ignore[attr-defined]
    people = members.called(found, q, without=request.user.pk)
    hiding = relations.hiding_from(request.user, [person.id for person in people])
    context = {"people": people, "everyone": everyone, "hiding": hiding}
    return render(request, "messaging/messages/_mentions.html", context)
