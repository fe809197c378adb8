"""Where I am signed in, for programs."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts import devices, presenters, queries, stepup
from accounts.api.people import asker
from accounts.operations import sessions as operations
from chatify.lib.api.fields import IdText, Shown, Time

router = Router(tags=["sessions"])


class Session(Shown):
    """One of my sessions: a browser or a program that is signed in."""

    id: IdText
    client: str
    place: str
    created_at: Time
    last_seen_at: Time
    current: bool


class Sessions(Shown):
    """All of them, the last used first."""

    items: list[Session]


@router.get("/sessions", response=Sessions, operation_id="list_sessions")
def sessions(request: HttpRequest) -> dict[str, Any]:
    """Where I am signed in: each with its browser, its place and when it was last used."""
    key, here = devices.current(request), devices.network_of(request)
    rows = queries.sessions_of(asker(request))
    return {"items": [presenters.session(row, current=key, here=here) for row in rows]}


@router.delete("/sessions/{uuid:session}", response={204: None}, operation_id="end_session")
def end(request: HttpRequest, session: UUID) -> Status:
    """Sign out one of my sessions, after a step-up: its tokens are dead and its sockets close."""
    stepup.require(devices.current(request), asker(request))
    operations.end(asker(request), session)
    return Status(204, None)


@router.delete("/sessions", response={204: None}, operation_id="end_other_sessions")
def end_others(request: HttpRequest) -> Status:
    """Sign out everywhere else, after a step-up; the session that asks stays."""
    key = devices.current(request)
    stepup.require(key, asker(request))
    operations.end_others(asker(request), keep=key)
    return Status(204, None)
