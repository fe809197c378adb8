"""Messages of a conversation: earlier ones as a part, a new one by the form that also the script falls back on."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.door import MemberRequest, signed_in
from chatify.lib import http, ids
from chatify.lib.errors import Forbidden, Invalid, TooMany
from messaging import presenters
from messaging.operations import attachments, pace, scheduled
from messaging.operations import messages as operations
from messaging.operations.log import Sent
from messaging.operations.scheduled import Held
from messaging.queries import access, timeline
from messaging.templatetags import said
from messaging.views import moments
from messaging.views.conversations import Draft, page
from messaging.views.feed import Choosing, Progress, feed_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def messages(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET earlier messages, POST a new one."""
    return send(request, id) if request.method == "POST" else older(request, id)


def older(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET ?before=<number>: the lines above it and the link to still earlier ones; as a page without htmx."""
    before = http.whole_number(request, "before")
    address = reverse("conversation", args=[id])
    if not http.part(request):
        return redirect(f"{address}?before={before}" if before else address)
    found = access.conversation_for(request.user, id)
    choosing = Choosing() if request.GET.get("select") else None
    feed = feed_of(request.user, found, timeline.page(found, before=before), Progress(), choosing)
    return render(request, "messaging/messages/_older.html", {"feed": feed})


def send(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST body, client_id, reply_to, send_at, attachments (ids of uploads), file (at most ten). The same client_id
    again answers as the first time."""
    draft = Draft.of(request.POST)
    try:
        return _answer(request, _send(request, id, draft, request.FILES.getlist("file")))
    except (Forbidden, Invalid, TooMany) as error:
        if http.wants_json(request):
            raise
        return _refused(request, id, draft, error)


def _send(request: MemberRequest, id: UUID, draft: Draft, given: list[UploadedFile]) -> Sent | Held:
    sender, send_at = request.user, moments.asked(request.POST)
    key = ids.parse(draft.client_id, field="client_id")
    pace.before_send(sender, conversation=id, client_id=key)
    if given:
        if first := operations.sent_before(sender, conversation=id, client_id=key):
            return first
        # Kept in the form when the message is refused: nothing is brought twice.
        draft.attachments.extend(str(each) for each in attachments.bring(sender, given))
    carried: dict[str, Any] = {"reply_to": draft.reply_to or None, "attachments": draft.attachments}
    return scheduled.post(sender, send_at=send_at, conversation=id, body=draft.body, client_id=key, **carried)


def _answer(request: MemberRequest, sent: Sent | Held) -> HttpResponse:
    if http.wants_json(request):
        return http.json_answer(sent.shape(), status=200 if sent.duplicate else 201)
    if isinstance(sent, Held):
        return http.SeeOther(f"{reverse('conversation', args=[sent.conversation])}#waiting")
    if http.part(request):
        return HttpResponse(said.drawn(presenters.message(timeline.message(request.user, sent.id))))
    return http.SeeOther(f"{reverse('conversation', args=[sent.conversation])}#m-{sent.id}")


def _refused(
    request: MemberRequest, id: UUID, draft: Draft, error: Forbidden | Invalid | TooMany
) -> HttpResponse:
    """The page again with everything typed and the reason, so that nothing has to be written twice."""
    found = access.conversation_for(request.user, id)
    reasons = error.errors if isinstance(error, Invalid) else {}
    errors = [sentence for each in reasons.values() for sentence in each]
    shown = draft.without(reasons, errors or [error.detail])
    return http.wait(page(request, found, draft=shown, status=error.status), error)
