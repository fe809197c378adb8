"""Media, files and links of a conversation, gathered."""

import html
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from media.models import State
from messaging.models import Message
from messaging.presenters import place_of
from messaging.queries import access
from messaging.queries import gathered as queries
from messaging.views.conversations import heading
from messaging.views.feed import shapes_for
from messaging.views.inbox import list_of


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is gathered: how it is called, and what is said where there is none."""

    name: str
    label: str
    icon: str
    none: str
    text: str


SECTIONS = (
    Section(
        "media",
        "Media",
        "video",
        "No media yet",
        "Pictures and films that are sent here are gathered in this place.",
    ),
    Section(
        "files",
        "Files",
        "paperclip",
        "No files yet",
        "Files and sounds that are sent here are gathered in this place.",
    ),
    Section(
        "links",
        "Links",
        "link",
        "No links yet",
        "Addresses that are written here are gathered in this place.",
    ),
)
_LINK = re.compile(r'<a href="(https?://[^"]+)"')


@require_safe
@signed_in
def gathered(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/files/?kind=media|files|links&after=: the newest first, each with the way to its message."""
    found = access.conversation_for(request.user, id)
    kind = request.GET.get("kind", "media")
    page = queries.page(found, kind, cursor=request.GET.get("after"))
    items = _items(request, kind, page.items)
    context = {**heading(request.user, found), "items": items, "more": page.next}
    context |= {"sections": SECTIONS, "section": next(each for each in SECTIONS if each.name == kind)}
    if http.part(request):
        return render(request, "messaging/gathered/_gathered.html", context)
    context["list"] = list_of(request, current=found.id)
    return render(request, "messaging/gathered/gathered.html", context)


def _items(request: MemberRequest, kind: str, rows: list[Message]) -> list[dict[str, Any]]:
    shapes = shapes_for(request.user, rows)
    return [
        {
            "message": shape,
            "place": place_of(row),
            "files": _files(kind, shape),
            "links": _links(row) if kind == "links" else [],
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]


def _files(kind: str, shape: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = queries.KINDS[kind]
    return [
        file for file in shape["attachments"] if file["kind"] in wanted and file["state"] != State.REFUSED
    ]


def _links(row: Message) -> list[str]:
    """The addresses that a message names, once each."""
    return list(dict.fromkeys(html.unescape(found) for found in _LINK.findall(row.html)))
