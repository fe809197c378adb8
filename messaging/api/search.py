"""Search: messages, and with the first page of plain words also people and conversations."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from accounts import presenters
from accounts.api import asker
from chatify.lib import excerpt
from chatify.lib.api.fields import Cursor, Limit, Listed
from messaging.api import shapes, shown
from messaging.queries import search

router = Router(tags=["search"])


@router.get("/search", response=Listed[shapes.Found], operation_id="search")
def index(
    request: HttpRequest, q: str = "", cursor: Cursor | None = None, limit: Limit = 30
) -> dict[str, Any]:
    """What I may read and is asked for by `q`, the newest first; days are those of UTC."""
    me = asker(request)
    results = search.page(me, q, cursor=cursor, limit=limit)
    people = presenters.people(me, results.people)
    conversations = shown.conversations(me, results.conversations)
    rows = [hit.message for hit in results.hits]
    items = [_found("person", each["display_name"], each) for each in people]
    items += [_found("conversation", each["title"], each) for each in conversations]
    items += [
        _found("message", excerpt.plain(hit.text, results.wanted.terms), each)
        for hit, each in zip(results.hits, shown.messages(me, rows), strict=True)
    ]
    return {"items": items, "next": results.next}


def _found(kind: str, snippet: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "snippet": snippet, kind: shape}
