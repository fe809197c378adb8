"""One conversation, drawn as chat or as letters by its kind."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http, ids
from chatify.lib.errors import NotFound
from messaging import kinds
from messaging.models import Conversation, Membership, Message
from messaging.operations import claims
from messaging.operations import drafts as drafting
from messaging.operations import inbox as operations
from messaging.queries import (
    access,
    counts,
    drafts,
    labels,
    members,
    presence,
    receipts,
    rights,
    scheduled,
    timeline,
)
from messaging.queries.standing import Standing
from messaging.templatetags.rows import Face, own_face, plain_face
from messaging.views import addressees, asking, moments, parts
from messaging.views.actions import COMMON, UNDO
from messaging.views.feed import Choosing, Progress, feed_of
from messaging.views.inbox import list_of

NAMES_SHOWN = 8
LAYOUTS = {"chat": "messaging/conversations/_chat.html", "mail": "messaging/conversations/_mail.html"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the composer holds: typed text survives every refusal, and its client_id with it."""

    body: str = ""
    reply_to: str = ""
    attachments: list[str] = field(default_factory=list)
    client_id: str = field(default_factory=lambda: str(ids.uuid7()))
    errors: list[str] = field(default_factory=list)
    answered: Message | None = None
    """The message that `reply_to` names, to be shown above the field."""

    @classmethod
    def of(cls, form: QueryDict) -> "Draft":
        """What a form holds; a client_id that is missing stays missing, to be refused."""
        return cls(
            body=form.get("body", ""),
            reply_to=form.get("reply_to", ""),
            client_id=form.get("client_id", ""),
            attachments=form.getlist("attachments"),
        )

    @classmethod
    def begun(cls, found: Conversation) -> "Draft":
        """What was begun on this or another device."""
        kept = drafts.of(found.my)  # type: ignore[attr-defined]
        return cls(body=kept.body, reply_to=str(kept.reply_to or "")) if kept else cls()

    def without(self, refused: Container[str], errors: list[str]) -> "Draft":
        """The same with what was refused. A client_id that was refused itself is replaced, or the form could never be
        sent; so are other hidden fields."""
        kept: dict[str, Any] = {
            name: "" if name in refused else getattr(self, name) for name in ("reply_to", "client_id")
        }
        carried = [] if "attachments" in refused else self.attachments
        kept["client_id"] = kept["client_id"] or str(ids.uuid7())
        return Draft(body=self.body, attachments=carried, errors=errors, **kept)


@require_POST
@signed_in
def keep(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST /c/<id>/draft/ body, reply_to, client_id: keep what is begun; nothing written ends it."""
    fields = {name: request.POST.get(name) or None for name in ("reply_to", "client_id")}
    drafting.save(request.user, conversation=id, body=request.POST.get("body", ""), **fields)
    return HttpResponse(status=204) if http.wants_json(request) else http.SeeOther(f"/c/{id}/")


@require_safe
@signed_in
def conversation(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/?before=|around=|at=, reply=, select=: reading never marks read; the script or its button does."""
    return page(request, access.conversation_for(request.user, id))


@require_POST
@signed_in
def read(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST /c/<id>/read/ number: everything up to this message is read."""
    number = http.whole_number(request, "number") or 0
    state = operations.mark_read(request.user.pk, conversation=id, number=number)
    if http.wants_json(request):
        told = {
            "conversation": str(id),
            "delivered": state.delivered,
            "read": state.read,
            "unread": state.unread,
        }
        return http.json_answer(told)
    return http.SeeOther(f"/c/{id}/")


def page(
    request: MemberRequest, found: Conversation, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """The conversation as the pane alone or beside the list; `draft` is what could not be sent."""
    before, around, at = (http.whole_number(request, name) for name in ("before", "around", "at"))
    shown = timeline.page(found, before=before, around=at if around is None else around)
    draft = _answering(request, found, draft)
    mine = max((each.number for each in shown.messages if each.sender_id == request.user.pk), default=0)
    context = {**heading(request.user, found, mine=mine), "draft": draft, "epoch": shown.epoch}
    choosing = Choosing(request.GET["select"]) if request.GET.get("select") else None
    context |= {"at": at, "choosing": choosing, "undo": _undo(request, found)}
    context["feed"] = feed_of(request.user, found, shown, context["progress"], choosing)
    context |= {"bar": parts.bar(context), "composer": parts.composer(context, most_files=claims.MOST)}
    if http.part(request):
        return render(request, "messaging/conversations/_pane.html", context, status=status)
    context["list"] = list_of(request, current=found.id)
    return render(request, "messaging/conversations/conversation.html", context, status=status)


def _answering(request: MemberRequest, found: Conversation, draft: Draft | None) -> Draft:
    """What the composer holds, with the message it answers: that of the draft, else the one the address names."""
    begun = draft or Draft.begun(found)
    draft = draft or replace(begun, reply_to=request.GET.get("reply", begun.reply_to))
    if not draft.reply_to:
        return draft
    try:
        answered = timeline.message(request.user, draft.reply_to)
    except NotFound:
        return replace(draft, reply_to="")
    here = answered.conversation_id == found.id and not answered.deleted_at
    return replace(draft, answered=answered) if here else replace(draft, reply_to="")


def _undo(request: MemberRequest, found: Conversation) -> list[str]:
    """The messages that the reader has just deleted for themselves here; offered once."""
    hidden = request.session.get(UNDO)
    if not hidden or hidden["conversation"] != str(found.id):
        return []
    del request.session[UNDO]
    return list(hidden["ids"])


def heading(user: User, found: Conversation, *, mine: int = 0) -> dict[str, Any]:
    """What stands above a conversation: its title, its face, who is in it; of a letter, who read as far as `mine`."""
    listed = members.page(found)
    others = [each for each in listed.items if each.user_id != user.pk]
    people = [each.user for each in others]
    held = scheduled.waiting_in(user, found)
    title = kinds.title_of(
        found.traits, title=found.title, others=[each.label for each in people[:4]], me=user.label
    )
    shown = receipts.shown_to(user, listed.items)
    return {
        "conversation": found,
        "title": title,
        "face": _face(user, found, people, title),
        "others": people[:NAMES_SHOWN],
        "more_members": len(people) > NAMES_SHOWN,
        "recipients": addressees.of(user, found, listed.items, shown, mine=mine, held=held),
        "progress": Progress.of(others, complete=listed.next is None, shown=shown),
        "seen": _seen(user, found, others),
        "asking": asking.of(user, found, others),
        "layout_template": LAYOUTS[found.traits.layout],
        "letters": found.traits.layout == "mail",
        "unread": counts.unread(found.my),  # type: ignore[attr-defined]
        "standing": Standing.of(found.my),  # type: ignore[attr-defined]
        "moments": moments.to_come(),
        "mutes": moments.MUTES,
        "may_post": rights.may_post(found, found.my),  # type: ignore[attr-defined]
        "may_pin": rights.may_pin(found, found.my),  # type: ignore[attr-defined]
        "may_delete": rights.manages(found, found.my),  # type: ignore[attr-defined]
        "common": COMMON,
        "labels": labels.choices(user, found.my),  # type: ignore[attr-defined]
        "waiting": held,
    }


def _face(user: User, found: Conversation, people: list[User], title: str) -> User | Face:
    """The person one writes with, without a picture where they hide it, or what the conversation itself shows."""
    if not people or found.traits.square:
        return own_face(found, title)
    return plain_face(people[0]) if relations.hiding_from(user, [people[0].pk]) else people[0]


def _seen(user: User, found: Conversation, others: list[Membership]) -> presence.Seen:
    """What may be known of the one person whom a chat of two is with, once both take part."""
    asked = found.my.request or any(each.request for each in others)  # type: ignore[attr-defined]
    if asked or not others or not found.traits.unique_pair:
        return presence.NOTHING
    return presence.seen_in_chat(user, others[0].user)
