"""Finding messages, conversations and people: as a page, as its results alone, as the next ones."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import TooMany
from chatify.lib.text import clean_query
from messaging.queries import search as queries
from messaging.queries.search.grammar import Wanted
from messaging.views.inbox import list_of


@dataclass(frozen=True, slots=True)
class Way:
    """An operator and what it does, as a search that can be tried."""

    example: str
    does: str


WAYS = (
    Way("invoice", "messages with this word or part of a word; cafe also finds café"),
    Way('"see you tomorrow"', "these words together, in this order"),
    Way("invoice -draft", "the first word without the second"),
    Way("from:me", "what you wrote; also from:ada or from:@ada"),
    Way("to:me", "chats of two with you, and letters to you; also to:ada"),
    Way("in:garden", "a conversation by its title or its person; also in:mail, in:chats, in:sent"),
    Way("has:link", "messages with a link; also has:file, has:image, has:video, has:audio"),
    Way("is:unread", "what you have not read; also is:read, is:starred, is:pinned, is:edited, is:mine"),
    Way(
        "before:2026-11-21", "earlier than this day; a month or a year will do, and so do today and yesterday"
    ),
    Way("after:yesterday", "from this day on"),
)


@require_safe
@signed_in
def search(request: MemberRequest) -> HttpResponse:
    """GET /search/?q=&found="""
    q = clean_query(request.GET.get("q", ""))
    context: dict[str, Any] = {"q": q, "ways": WAYS}
    try:
        context |= _found(request, q)
    except TooMany as error:
        return http.wait(
            _drawn(request, {**context, "results": queries.Results(Wanted()), "late": error.detail}, 429),
            error,
        )
    return _drawn(request, context, 200)


def _found(request: MemberRequest, q: str) -> dict[str, Any]:
    cursor = request.GET.get("found")
    results = queries.page(request.user, q, cursor=cursor, zone=timezone.get_current_timezone())
    more = f"{reverse('search')}?{urlencode({'q': q, 'found': results.next})}" if results.next else ""
    hiding = relations.hiding_from(request.user, [person.id for person in results.people])
    return {"results": results, "more_url": more, "hiding": hiding, "later": bool(cursor)}


def _drawn(request: MemberRequest, context: dict[str, Any], status: int) -> HttpResponse:
    match http.part(request):
        case None:
            context["list"] = list_of(request)
            return render(request, "messaging/search/search.html", context, status=status)
        case "further":
            return render(request, "messaging/search/_hits.html", context, status=status)
        case "results":
            return render(request, "messaging/search/_results.html", context, status=status)
        case _:
            return render(request, "messaging/search/_search.html", context, status=status)
