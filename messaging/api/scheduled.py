"""What waits to be sent."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib.api.fields import Cursor, Limit, Listed
from messaging import presenters
from messaging.api import given, shapes
from messaging.operations import scheduled
from messaging.queries import scheduled as queries

router = Router(tags=["messages"])


@router.get("/scheduled", response=Listed[shapes.Scheduled], operation_id="list_scheduled")
def index(request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 40) -> dict[str, Any]:
    """My messages that wait, were refused, or ask; what goes first comes first."""
    page = queries.page(asker(request), cursor=cursor, limit=limit)
    return {"items": [presenters.scheduled(row) for row in page.items], "next": page.next}


@router.patch(
    "/scheduled/{uuid:scheduled_message}", response=shapes.Scheduled, operation_id="change_scheduled"
)
def change(request: HttpRequest, scheduled_message: UUID, payload: given.Rescheduled) -> dict[str, Any]:
    """Another text or another time. 409 where it has gone."""
    row = scheduled.change(
        asker(request), scheduled=scheduled_message, body=payload.body, send_at=payload.send_at
    )
    return presenters.scheduled(row)


@router.delete(
    "/scheduled/{uuid:scheduled_message}", response={204: None}, operation_id="take_back_scheduled"
)
def take_back(request: HttpRequest, scheduled_message: UUID) -> Status[None]:
    """It will not be sent, and nobody saw anything of it. 409 where it has gone."""
    scheduled.take_back(asker(request), scheduled=scheduled_message)
    return Status(204, None)
