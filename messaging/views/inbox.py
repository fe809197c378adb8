"""The list of conversations: as a page, as the list alone, as its next rows, as one row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http
from chatify.lib.paging import Page
from messaging.models import Invitation, Label
from messaging.operations import bulk, preferences
from messaging.queries import counts, invitations, labels
from messaging.queries import inbox as queries
from messaging.queries.epoch import epoch_id
from messaging.queries.inbox import InboxRow
from messaging.queries.preferences import kept_filter
from messaging.templatetags.rows import line
from messaging.views.filters import Filters, Nothing, filters, nothing
from messaging.views.moments import Moment, to_come


@dataclass(frozen=True, slots=True)
class List:
    """What the list's template reads; the sample inbox fills the same."""

    rows: list[Any]
    filter: str = "all"
    counts: Mapping[str, int] = field(default_factory=dict)
    current: UUID | str | None = None
    url: str = ""
    more_url: str = ""
    epoch: UUID | str = ""
    filters: Filters = field(default_factory=lambda: filters("all", {}))
    empty: Nothing = field(default_factory=lambda: nothing("all"))
    choosing: bool = False
    labels: Sequence[Label] = ()
    moments: Sequence[Moment] = ()
    invitations: Sequence[Invitation] = ()
    """What the reader is invited into, above their requests."""

    @property
    def unread_total(self) -> int:
        return self.counts.get("unread", 0)

    @property
    def lines(self) -> Iterable[dict[str, Any]]:
        """The rows as they are drawn, with that of the open conversation marked."""
        for row in self.rows:
            yield {**line(row), "current": row.conversation.id == self.current}

    @property
    def above(self) -> dict[str, Any]:
        """What the filters above the rows are drawn from, as plain values."""
        return {"filters": self.filters, "filter": self.filter, "url": self.url, "rows": bool(self.rows)}


@require_safe
@signed_in
def inbox(request: MemberRequest) -> HttpResponse:
    """GET /inbox/?filter=&cursor=. The filter that a person chooses is theirs on every device."""
    part = http.part(request)
    _keep_filter(request, part)
    shown = list_of(request)
    context = {"list": shown, "new_url": reverse("new")}
    match part:
        case None:
            return render(request, "messaging/inbox/inbox.html", context)
        case "more":
            return render(request, "messaging/inbox/_rows.html", context)
        case "list" | "rows":
            template = "_choosing" if shown.choosing else "_list"
            response = render(request, f"messaging/inbox/{template}.html", context)
            return _addressed(request, response, shown.filter)
        case _:
            return render(request, "messaging/inbox/_nothing.html", context)


@require_safe
@signed_in
def row(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/row/?filter=: one line of the list as it is now, and the numbers above it."""
    shown = queries.row(request.user, id)
    name = _wanted_filter(request)
    waiting = counts.by_filter(request.user.pk)
    context = {
        "row": line(shown),
        "elsewhere": not queries.fits(request.user, id, name),
        "list": List(
            [shown],
            name,
            waiting,
            url=reverse("inbox"),
            filters=_filters(request.user, name, waiting),
        ),
    }
    return render(request, "messaging/inbox/_renewed.html", context)


def list_of(request: MemberRequest, *, current: UUID | None = None) -> List:
    """The list beside a page, or the page of it that `?cursor=` names; with `?choose=1` to choose several from."""
    name = _wanted_filter(request)
    choosing = "choose" in request.GET
    limit = {"limit": bulk.MOST} if choosing else {}
    page = queries.page(request.user, filter=name, cursor=request.GET.get("cursor"), **limit)
    shown = _filled(request.user, name, page, current=current, choosing=choosing and bool(page.items))
    asked = name == "requests" and "cursor" not in request.GET
    return replace(shown, invitations=invitations.for_me(request.user)) if asked else shown


def _filled(user: User, name: str, page: Page[InboxRow], *, current: UUID | None, choosing: bool) -> List:
    url, waiting, own = reverse("inbox"), counts.by_filter(user.pk), labels.of(user)
    more = {"filter": name, "cursor": page.next, **({"choose": 1} if choosing else {})}
    return List(
        page.items,
        filter=name,
        counts=waiting,
        current=current,
        url=url,
        more_url=f"{url}?{urlencode(more)}" if page.next else "",
        epoch=epoch_id(),
        filters=filters(name, waiting, own, relations.blocked_ids(user)),
        empty=nothing(name),
        choosing=choosing,
        labels=own,
        moments=to_come() if choosing else (),
    )


def _filters(user: User, name: str, waiting: Mapping[str, int]) -> Filters:
    return filters(name, waiting, labels.of(user), relations.blocked_ids(user))


def _wanted_filter(request: MemberRequest) -> str:
    """What the address asks for, else what the person used last."""
    return request.GET.get("filter") or kept_filter(request.user)


def _keep_filter(request: MemberRequest, part: str | None) -> None:
    """What was chosen is kept; what a page fetches by itself is no choice."""
    name = request.GET.get("filter")
    if name and part in (None, "list") and "cursor" not in request.GET:
        preferences.keep_filter(request.user, name=name)


def _addressed(request: MemberRequest, response: HttpResponse, filter: str) -> HttpResponse:
    """The filter belongs into the address of the inbox, not into that of an open conversation."""
    url = reverse("inbox")
    if (request.htmx.current_url_abs_path or "").startswith(url):
        return http.pushed(response, f"{url}?{urlencode({'filter': filter})}")
    return response
