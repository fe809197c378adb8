"""One message, and what is done to it: edits, deletions, reactions, stars, pins, forwarding."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib import markup
from chatify.lib.api.fields import Cursor, Limit, Listed
from chatify.lib.digest import stamp
from messaging.api import given, shapes, shown
from messaging.models import Message
from messaging.operations import deletions, edits, forwards, hiding, pace, pins, reactions, stars
from messaging.queries import access, history, timeline
from messaging.queries import pins as pinned
from messaging.queries import stars as starred

router = Router(tags=["messages"])
ONE = "/messages/{uuid:message}"


@router.get(ONE, response=shapes.Message, operation_id="show_message")
def show(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """One message."""
    return _shown(request, message)


@router.patch(ONE, response=shapes.Message, operation_id="edit_message")
def edit(request: HttpRequest, message: UUID, payload: given.NewText) -> dict[str, Any]:
    """Change what I wrote. The earlier text stays in the history."""
    me = asker(request)
    pace.before_act(me)
    edits.edit(me, message=message, body=payload.body)
    return _shown(request, message)


@router.delete(ONE, response={204: None}, operation_id="delete_message")
def delete(
    request: HttpRequest, message: UUID, for_: Literal["everyone", "me"] = Query("everyone", alias="for")
) -> Status[None]:
    """Delete it for everyone, which leaves an empty place, or for me alone."""
    me = asker(request)
    pace.before_act(me)
    if for_ == "me":
        hiding.hide(me, messages=[message])
    else:
        deletions.delete(me, message=message)
    return Status(204, None)


@router.post(f"{ONE}/restore", response=shapes.Message, operation_id="restore_message")
def restore(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """Bring back what I deleted for me alone."""
    hiding.restore(asker(request), messages=[message])
    return _shown(request, message)


@router.get(f"{ONE}/history", response=Listed[shapes.Version], operation_id="show_message_history")
def earlier(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """What it said before, oldest first, the present text last; nothing for a deleted message."""
    _, versions = history.of(asker(request), message)
    items = [
        {
            "body": each.body,
            "html_body": markup.render(each.body),
            "written_at": stamp(each.at),
            "seen": each.seen,
        }
        for each in versions
    ]
    return {"items": items, "next": None}


@router.put(f"{ONE}/reactions/{{emoji}}", response=shapes.Message, operation_id="react")
def react(request: HttpRequest, message: UUID, emoji: str) -> dict[str, Any]:
    """React with one emoji; once more changes nothing."""
    pace.before_act(asker(request))
    reactions.add(asker(request), message=message, emoji=emoji)
    return _shown(request, message)


@router.delete(f"{ONE}/reactions/{{emoji}}", response=shapes.Message, operation_id="take_reaction_back")
def unreact(request: HttpRequest, message: UUID, emoji: str) -> dict[str, Any]:
    """Take my reaction back."""
    pace.before_act(asker(request))
    reactions.remove(asker(request), message=message, emoji=emoji)
    return _shown(request, message)


@router.put(f"{ONE}/star", response=shapes.Message, operation_id="star_message")
def star(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """Star it. Nobody else knows."""
    stars.add(asker(request), messages=[message])
    return _shown(request, message)


@router.delete(f"{ONE}/star", response=shapes.Message, operation_id="unstar_message")
def unstar(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """Take my star off."""
    stars.remove(asker(request), messages=[message])
    return _shown(request, message)


@router.get("/starred", response=Listed[shapes.Message], operation_id="list_starred")
def all_starred(
    request: HttpRequest, conversation: UUID | None = None, cursor: Cursor | None = None, limit: Limit = 30
) -> dict[str, Any]:
    """What I starred and may still read, the latest star first; with `conversation`, in that one."""
    me = asker(request)
    within = access.conversation_for(me, conversation).id if conversation else None
    page = starred.page(me, conversation=within, cursor=cursor, limit=limit)
    return {"items": shown.messages(me, page.items), "next": page.next}


@router.put(f"{ONE}/pin", response=shapes.Message, operation_id="pin_message")
def pin(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """Pin it for everybody in the conversation; in a group those who run it may."""
    pace.before_act(asker(request))
    pins.pin(asker(request), message=message)
    return _shown(request, message)


@router.delete(f"{ONE}/pin", response=shapes.Message, operation_id="unpin_message")
def unpin(request: HttpRequest, message: UUID) -> dict[str, Any]:
    """Take the pin away."""
    pace.before_act(asker(request))
    pins.unpin(asker(request), message=message)
    return _shown(request, message)


@router.get(
    "/conversations/{uuid:conversation}/pinned",
    response=Listed[shapes.Message],
    operation_id="list_pinned",
)
def all_pinned(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """What is pinned there, the latest pin first; at most a hundred messages."""
    me = asker(request)
    rows = pinned.of(access.conversation_for(me, conversation))
    return {"items": shown.messages(me, rows), "next": None}


@router.post(
    f"{ONE}/forward",
    response={200: shapes.SentMessage, 201: shapes.SentMessage},
    operation_id="forward_message",
)
def forward(request: HttpRequest, message: UUID, payload: given.Forwarding) -> Status[Any]:
    """Send it on to another conversation of mine. Its author is named, where it was said is not."""
    me = asker(request)
    pace.before_send(me, conversation=payload.conversation, client_id=payload.client_id)
    (sent,) = forwards.forward(
        me,
        messages=[message],
        conversation=payload.conversation,
        client_id=payload.client_id,
        reads=False,
    )
    answer = {**_shown(request, sent.id), "duplicate": sent.duplicate}
    return Status(200 if sent.duplicate else 201, answer)


def _shown(request: HttpRequest, message: UUID) -> dict[str, Any]:
    me = asker(request)
    row: Message = timeline.message(me, message)
    return shown.message(me, row)
