"""How a conversation stands in my own inbox: done, pinned, muted, snoozed. PUT again changes nothing more."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from messaging.api import given, shapes, shown
from messaging.operations import standing
from messaging.queries import inbox

router = Router(tags=["conversations"])
PATH = "/conversations/{uuid:conversation}"


@router.put(f"{PATH}/done", response=shapes.Conversation, operation_id="mark_done")
def done(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Put it away. A new message brings it back, unless it is muted."""
    standing.done(asker(request), conversations=[conversation])
    return _shown(request, conversation)


@router.delete(f"{PATH}/done", response=shapes.Conversation, operation_id="unmark_done")
def undone(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Back in the inbox."""
    standing.done(asker(request), conversations=[conversation], on=False)
    return _shown(request, conversation)


@router.put(f"{PATH}/pin", response=shapes.Conversation, operation_id="pin_conversation")
def pin(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Keep it on top of my inbox."""
    standing.pin(asker(request), conversations=[conversation])
    return _shown(request, conversation)


@router.delete(f"{PATH}/pin", response=shapes.Conversation, operation_id="unpin_conversation")
def unpin(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """It stands by its activity again."""
    standing.pin(asker(request), conversations=[conversation], on=False)
    return _shown(request, conversation)


@router.put(f"{PATH}/mute", response=shapes.Conversation, operation_id="mute_conversation")
def mute(request: HttpRequest, conversation: UUID, payload: given.Mute) -> dict[str, Any]:
    """Be told nothing of it until a time; `until` null means until it is unmuted."""
    standing.mute(asker(request), conversations=[conversation], until=payload.until)
    return _shown(request, conversation)


@router.delete(f"{PATH}/mute", response=shapes.Conversation, operation_id="unmute_conversation")
def unmute(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Be told again."""
    standing.mute(asker(request), conversations=[conversation], on=False)
    return _shown(request, conversation)


@router.put(f"{PATH}/snooze", response=shapes.Conversation, operation_id="snooze_conversation")
def snooze(request: HttpRequest, conversation: UUID, payload: given.Snooze) -> dict[str, Any]:
    """Out of sight until a time, or until somebody writes."""
    standing.snooze(asker(request), conversations=[conversation], until=payload.until)
    return _shown(request, conversation)


@router.delete(f"{PATH}/snooze", response=shapes.Conversation, operation_id="wake_conversation")
def wake(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Back in the inbox now."""
    standing.wake(asker(request), conversations=[conversation])
    return _shown(request, conversation)


def _shown(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    return shown.conversation(asker(request), inbox.row(asker(request), conversation))
