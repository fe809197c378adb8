"""The list of conversations: as a page, as the list alone, as its next rows, as one row."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import drawing, http
from messaging.queries import inbox as queries
from messaging.queries.epoch import epoch_id
from messaging.templatetags.rows import line


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to look at the inbox. `counts`: its chip shows how much is unread."""

    name: str
    label: str
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """What an empty list says."""

    icon: str
    title: str
    text: str
    url: str = ""
    action: str = ""


FILTERS = (
    Filter("all", "All"),
    Filter("unread", "Unread", counts=True),
    Filter("chats", "Chats"),
    Filter("mail", "Mail"),
    Filter("sent", "Sent"),
)
NOTHING = {
    "all": ("messages-square", "Your desk is clear", "Find somebody and write the first message."),
    "unread": ("check-check", "All read", "New messages wait for you here."),
    "chats": ("message-circle", "No chats yet", "Chats with one person and with groups gather here."),
    "mail": ("mail", "No mail yet", "Letters with a subject gather here."),
    "sent": ("send-horizontal", "Nothing sent yet", "Conversations that you wrote in gather here."),
}


@dataclass(frozen=True, slots=True)
class List:
    """What the list's template reads; the sample inbox fills the same."""

    rows: list[Any]
    filter: str = "all"
    unread_total: int = 0
    current: UUID | str | None = None
    url: str = ""
    more_url: str = ""
    epoch: UUID | str = ""
    filters: tuple[Filter, ...] = FILTERS
    empty: Nothing = field(default_factory=lambda: nothing("all"))


@require_safe
@signed_in
def inbox(request: MemberRequest) -> HttpResponse:
    """GET /inbox/?filter=&cursor="""
    shown = list_of(request, filter=request.GET.get("filter", "all"))
    context = {"list": shown, "new_url": reverse("new")}
    match http.part(request):
        case None:
            return render(request, "messaging/inbox/inbox.html", context)
        case "more":
            return render(request, "messaging/inbox/_rows.html", context)
        case "list" | "rows":
            response = render(request, "messaging/inbox/_list.html", context)
            return _addressed(request, response, shown.filter)
        case _:
            return render(request, "messaging/inbox/_nothing.html", context)


@require_safe
@signed_in
def row(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/row/: one line of the list, for a page that does not know it yet."""
    shown = line(queries.row(request.user, id))
    return HttpResponse(drawing.drawn("messaging/inbox/_row.html", {"row": shown}))


def list_of(request: MemberRequest, *, filter: str = "all", current: UUID | None = None) -> List:
    """The list beside a page, or the page of it that `?cursor=` names."""
    page, unread = queries.page_and_unread(request.user, filter=filter, cursor=request.GET.get("cursor"))
    url = reverse("inbox")
    more = f"{url}?{urlencode({'filter': filter, 'cursor': page.next})}" if page.next else ""
    return List(
        page.items,
        filter=filter,
        unread_total=unread,
        current=current,
        url=url,
        more_url=more,
        epoch=epoch_id(),
        empty=nothing(filter),
    )


def nothing(filter: str) -> Nothing:
    """The words for an empty list; only the whole inbox's offers a next step."""
    icon, title, text = NOTHING[filter]
    return (
        Nothing(icon, title, text, reverse("new"), "New conversation")
        if filter == "all"
        else Nothing(icon, title, text)
    )


def _addressed(request: MemberRequest, response: HttpResponse, filter: str) -> HttpResponse:
    """The filter belongs into the address of the inbox, not into that of an open conversation."""
    url = reverse("inbox")
    if (request.htmx.current_url_abs_path or "").startswith(url):
        return http.pushed(response, f"{url}?filter={filter}")
    return response
