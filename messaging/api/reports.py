"""Telling staff about a person or a message, and what came of it."""

from collections.abc import Sequence
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import Person, asker
from accounts.models import User
from accounts.presenters import people
from chatify.lib.api.fields import Cursor, Given, Id, IdText, Limit, Listed, Shown, Time
from chatify.lib.digest import stamp
from messaging.models import Report as Row
from messaging.operations import reports as operations
from messaging.queries import reports

router = Router(tags=["reports"])
Reason = Literal["spam", "harassment", "hate", "violence", "sexual", "impersonation", "illegal", "other"]


class NewReport(Given):
    """Whom or which message I report, and why; with `block` I block the person, too."""

    user: Id | None = None
    message: Id | None = None
    reason: Reason
    text: str = ""
    block: bool = False


class Report(Shown):
    """What I reported. `outcome` says what came of it once it is closed."""

    id: IdText
    person: Person | None
    message: IdText | None
    reason: Reason
    text: str
    state: Literal["open", "assigned", "resolved", "dismissed"]
    outcome: str
    created_at: Time
    closed_at: Time | None


@router.post("/reports", response={200: Report, 201: Report}, operation_id="report")
def report(request: HttpRequest, payload: NewReport) -> Status[Any]:
    """Report a person, or a message and who wrote it (201). What I reported and is still open comes back (200)."""
    me = asker(request)
    row, new = operations.report(me, **payload.model_dump())
    return Status(201 if new else 200, _shown(me, [row])[0])


@router.get("/reports", response=Listed[Report], operation_id="list_reports")
def listed(request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 40) -> dict[str, Any]:
    """What I reported, newest first."""
    me = asker(request)
    page = reports.mine(me, cursor=cursor, limit=limit)
    return {"items": _shown(me, page.items), "next": page.next}


def _shown(me: User, rows: Sequence[Row]) -> list[dict[str, Any]]:
    about = {each["id"]: each for each in people(me, [row.person for row in rows if row.person])}
    return [
        {
            "id": str(row.id),
            "person": about.get(str(row.person_id)),
            "message": str(row.message_id) if row.message_id else None,
            "reason": row.reason,
            "text": row.text,
            "state": row.state,
            "outcome": row.outcome,
            "created_at": stamp(row.created_at),
            "closed_at": stamp(row.closed_at) if row.closed_at else None,
        }
        for row in rows
    ]
