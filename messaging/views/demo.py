"""The sample inbox that anybody may open. Nothing in it can be written to: the composer asks to sign in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chatify.lib import text
from chatify.lib.errors import NotFound
from messaging.templatetags.rows import Face
from messaging.views import parts
from messaging.views.addressees import Addressee, lines
from messaging.views.conversations import LAYOUTS
from messaging.views.feed import Feed, Progress
from messaging.views.filters import MORE, Filters, filters, nothing
from messaging.views.inbox import List
from messaging.views.sample import Sample, me, samples

FITS = {
    "all": lambda sample: True,
    "unread": lambda sample: sample.row.unread > 0,
    "chats": lambda sample: sample.row.conversation.traits.layout == "chat",
    "mail": lambda sample: sample.row.conversation.traits.layout == "mail",
    "sent": lambda sample: any(message.sender_id == me() for message in sample.page.messages),
}
SENT = [each for each in MORE if each.name == "sent"]


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """GET /demo/?filter="""
    return render(
        request,
        "messaging/demo/demo.html",
        {"list": _list(samples(), filter=request.GET.get("filter", "all")), "sample": True},
    )


@require_safe
def conversation(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /demo/c/<slug>/"""
    known = samples()
    found = next((sample for sample in known if sample.slug == slug), None)
    if found is None:
        raise NotFound("There is no such conversation in the sample.")
    context = {**pane(found), "list": _list(known, filter=request.GET.get("filter", "all"), current=found)}
    return render(request, "messaging/demo/conversation.html", context)


@require_safe
@cache_control(public=True, max_age=86400)
def me_css(request: HttpRequest) -> HttpResponse:
    """The style that makes the sample's own messages mine."""
    return render(request, "me.css", {"me": me()}, content_type="text/css; charset=utf-8")


def pane(found: Sample) -> dict[str, Any]:
    """What a conversation's templates read."""
    row = found.row
    conversation = row.conversation
    others = [each for each in found.members if each.user_id != me()]
    square = conversation.traits.square
    shown = {each.pk: (each.delivered_number, each.read_number) for each in others}
    context = {
        "sample": True,
        "conversation": conversation,
        "title": row.title,
        "face": Face(text.initials(row.title), conversation.hue) if square else others[0].user,
        "others": [each.user for each in others],
        "recipients": lines((each.mail_role, Addressee(each.user)) for each in found.members)
        if conversation.traits.has_subject
        else [],
        "layout_template": LAYOUTS[conversation.traits.layout],
        "letters": conversation.traits.layout == "mail",
        "feed": Feed(conversation, found.page, me(), Progress.of(others, complete=True, shown=shown)),
    }
    return {**context, "bar": parts.bar(context)}


def showcase() -> dict[str, Any]:
    """The sample as the landing page shows it: the list, and the group in it open."""
    known = samples()
    return {**pane(known[0]), "list": _list(known, filter="all", current=known[0])}


def _list(known: list[Sample], *, filter: str, current: Sample | None = None) -> List:
    fits = FITS.get(filter, FITS["all"])
    waiting = {
        name: sum(sample.row.unread for sample in known if FITS[name](sample))
        for name in ("unread", "chats", "mail")
    }
    return List(
        [sample.row for sample in known if fits(sample)],
        filter=filter,
        counts=waiting,
        current=current.row.conversation.id if current else None,
        url=reverse("demo"),
        filters=Filters([*filters("", waiting).chips, *SENT]),
        empty=nothing("unread"),
    )
