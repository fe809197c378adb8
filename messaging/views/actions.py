"""One message and what can be done to it: a page of forms, which also the script posts to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Invalid
from messaging.models import Message
from messaging.operations import deletions, edits, hiding, inbox, pace, pins, reactions, stars
from messaging.presenters import place_of
from messaging.queries import access, history, rights, timeline
from messaging.queries import extras as joined
from messaging.queries import stars as starred
from messaging.templatetags.difference import Difference
from messaging.views.feed import shapes_for
from messaging.views.inbox import list_of

COMMON = ("👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "👀")
UNDO = "hidden_messages"


@require_safe
@signed_in
def message(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /m/<id>/: the message with everything that I may do to it."""
    return _page(request, timeline.message(request.user, id))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET its source, for the script; POST body: change what I wrote."""
    row = timeline.message(request.user, id)
    if request.method != "POST":
        return (
            http.json_answer({"id": str(row.pk), "body": row.body})
            if http.wants_json(request)
            else _page(request, row)
        )
    body = request.POST.get("body", "")
    return _act(request, row, lambda: edits.edit(request.user, message=id, body=body), body=body)


@require_POST
@signed_in
def delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST for=everyone|me. What I delete for myself I can bring back."""
    row = timeline.message(request.user, id)
    if request.POST.get("for") != "me":
        return _act(request, row, lambda: deletions.delete(request.user, message=id))
    return _act(request, row, lambda: hide(request, [row]))


@require_POST
@signed_in
def restore(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: bring back what I deleted for myself."""
    (row,) = hiding.restore(request.user, messages=[id])
    return _done(request, row)


@require_safe
@signed_in
def versions(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /m/<id>/history/: what it said before, the newest first, with what was changed each time."""
    row, found = history.of(request.user, id)
    shown = [
        (each, Difference.of(earlier.body if earlier else None, each.body))
        for earlier, each in zip([None, *found], found, strict=False)
    ]
    return _render(request, row, "history", {"versions": shown[::-1]})


@require_POST
@signed_in
def react(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST emoji, do=add|remove; without `do` it is given or taken back."""
    row, emoji = timeline.message(request.user, id), request.POST.get("emoji", "")
    does = {"add": reactions.add, "remove": reactions.remove}.get(
        request.POST.get("do", ""), reactions.toggle
    )
    return _act(request, row, lambda: does(request.user, message=id, emoji=emoji))


@require_POST
@signed_in
def press(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST reaction=<message> <emoji>: a press on an emoji in the timeline gives it or takes it back."""
    key, _, emoji = request.POST.get("reaction", "").partition(" ")
    row = timeline.message(request.user, key)
    return _act(request, row, lambda: reactions.toggle(request.user, message=row.pk, emoji=emoji))


@require_POST
@signed_in
def star(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST on=1|0."""
    does = stars.remove if request.POST.get("on") == "0" else stars.add
    row = timeline.message(request.user, id)
    return _act(request, row, lambda: does(request.user, messages=[id]))


@require_POST
@signed_in
def pin(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST on=1|0."""
    does = pins.unpin if request.POST.get("on") == "0" else pins.pin
    row = timeline.message(request.user, id)
    return _act(request, row, lambda: does(request.user, message=id))


@require_POST
@signed_in
def unread(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: this message and what follows count as unread again; then to the inbox, or it would be read at once."""
    row = timeline.message(request.user, id)
    inbox.mark_unread(request.user.pk, conversation=row.conversation_id, number=row.number)
    return http.json_answer({}) if http.wants_json(request) else http.SeeOther(reverse("inbox"))


def hide(request: MemberRequest, rows: list[Message]) -> None:
    """Delete for me; the conversation's next page offers to bring them back."""
    hiding.hide(request.user, messages=[row.pk for row in rows])
    request.session[UNDO] = {
        "conversation": str(rows[0].conversation_id),
        "ids": [str(row.pk) for row in rows],
    }


def _act(
    request: MemberRequest, row: Message, work: Callable[[], object], *, body: str | None = None
) -> HttpResponse:
    """Do it and go back to the message, or say on its page why not, with everything typed."""
    try:
        pace.before_act(request.user)
        work()
    except ChatifyError as error:
        if http.wants_json(request):
            raise
        fresh = timeline.message(request.user, row.pk)
        return http.wait(_page(request, fresh, error=error, body=body), error)
    return _done(request, row)


def _done(request: MemberRequest, row: Message) -> HttpResponse:
    if http.wants_json(request):
        return http.json_answer({"id": str(row.pk)})
    return http.SeeOther(place_of(row))


def _page(
    request: MemberRequest, row: Message, *, error: ChatifyError | None = None, body: str | None = None
) -> HttpResponse:
    conversation = access.conversation_for(request.user, row.conversation_id)
    my = conversation.my  # type: ignore[attr-defined]
    own = row.sender_id == request.user.pk
    context = {
        "own": own,
        "may_delete": own or rights.manages(conversation, my),
        "answerable": rights.answerable(request.user, row),
        "may_pin": rights.may_pin(conversation, my),
        "starred": row.pk in starred.among(request.user.pk, [row]),
        "mine": {emoji for _, emoji in joined.mine(request.user.pk, [row])},
        "common": [each for each in COMMON if each not in {given.emoji for given in row.reactions}],
        "source": row.body if body is None else body,
        "refused": _reason(error),
    }
    return _render(request, row, "message", context, status=error.status if error else 200)


def _reason(error: ChatifyError | None) -> str:
    if isinstance(error, Invalid):
        return " ".join(sentence for each in error.errors.values() for sentence in each) or error.detail
    return error.detail if error else ""


def _render(
    request: MemberRequest, row: Message, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    (shape,) = shapes_for(request.user, [row])
    context |= {"message": shape, "place": place_of(row)}
    if http.part(request):
        return render(request, f"messaging/messages/_{name}_page.html", context, status=status)
    context["list"] = list_of(request, current=row.conversation_id)
    return render(request, f"messaging/messages/{name}.html", context, status=status)
