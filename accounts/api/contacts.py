"""My contacts, and asking to be one."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from accounts import presenters, queries, relations
from accounts.api.people import Person, asker
from accounts.models import ContactRequest
from accounts.operations import contacts as operations
from chatify.lib.api.fields import Cursor, Given, Id, IdText, Limit, Listed, Shown, Time

router = Router(tags=["contacts"])
Direction = Literal["in", "out"]


class Asking(Given):
    """Whom to ask, and a line about why."""

    user: Id
    note: str = ""


class Request(Shown):
    """Somebody asked somebody. `direction` and `person` are as I see it: `in` is from them, `out` is from me."""

    id: IdText
    direction: Direction
    person: Person
    note: str
    state: Literal["pending", "accepted", "declined", "cancelled", "expired"]
    created_at: Time
    expires_at: Time
    answered_at: Time | None


@router.get("/contacts", response=Listed[Person], operation_id="list_contacts")
def listed(request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 40) -> dict[str, Any]:
    """My contacts by username."""
    page = relations.contacts(asker(request), cursor=cursor, limit=limit)
    return {"items": [presenters.person(person) for person in page.items], "next": page.next}


@router.post("/contacts", response={200: Request, 201: Request}, operation_id="ask_contact")
def ask(request: HttpRequest, payload: Asking) -> Status:
    """Ask somebody to be a contact. Asking who asked me accepts; asking again gives the request that waits (200)."""
    return _ask(request, payload)


@router.delete("/contacts/{uuid:user}", response={204: None}, operation_id="remove_contact")
def remove(request: HttpRequest, user: UUID) -> Status:
    """Be contacts no longer; the other is not told."""
    operations.remove(asker(request), other=queries.person(asker(request), user))
    return Status(204, None)


@router.get("/contacts/requests", response=Listed[Request], operation_id="list_contact_requests")
def requests(
    request: HttpRequest,
    direction: Query[Direction] = "in",
    cursor: Cursor | None = None,
    limit: Limit = 40,
) -> dict[str, Any]:
    """Requests that wait for my answer, or with `direction=out` those that I made; newest first."""
    page = relations.requests(asker(request), direction, cursor=cursor, limit=limit)
    return {"items": presenters.contact_requests(asker(request), page.items), "next": page.next}


@router.post(
    "/contacts/requests", response={200: Request, 201: Request}, operation_id="ask_contact_with_note"
)
def ask_with_note(request: HttpRequest, payload: Asking) -> Status:
    """The same as `POST /contacts`."""
    return _ask(request, payload)


@router.post(
    "/contacts/requests/{uuid:contact_request}/accept", response=Request, operation_id="accept_contact"
)
def accept(request: HttpRequest, contact_request: UUID) -> dict[str, Any]:
    """Become contacts."""
    return _shown(request, operations.accept(asker(request), request=contact_request))


@router.post(
    "/contacts/requests/{uuid:contact_request}/decline", response=Request, operation_id="decline_contact"
)
def decline(request: HttpRequest, contact_request: UUID) -> dict[str, Any]:
    """Say no."""
    return _shown(request, operations.decline(asker(request), request=contact_request))


@router.delete(
    "/contacts/requests/{uuid:contact_request}", response=Request, operation_id="cancel_contact_request"
)
def cancel(request: HttpRequest, contact_request: UUID) -> dict[str, Any]:
    """Take back what I asked."""
    return _shown(request, operations.cancel(asker(request), request=contact_request))


def _ask(request: HttpRequest, payload: Asking) -> Status:
    actor = asker(request)
    other = queries.person(actor, payload.user)
    known = relations.waiting_between(actor, other)
    row = operations.ask(actor, other=other, note=payload.note)
    return Status(200 if known else 201, _shown(request, row))


def _shown(request: HttpRequest, row: ContactRequest) -> dict[str, Any]:
    return presenters.contact_requests(asker(request), [row])[0]
