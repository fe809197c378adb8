"""My labels, and putting them on conversations."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib.api.fields import Listed
from messaging import presenters
from messaging.api import given, shapes
from messaging.operations import labels
from messaging.queries import labels as queries

router = Router(tags=["conversations"])
CARRIED = "/conversations/{uuid:conversation}/labels/{uuid:label}"


@router.get("/labels", response=Listed[shapes.Label], operation_id="list_labels")
def index(request: HttpRequest) -> dict[str, Any]:
    """My labels by name; there are at most fifty."""
    return {"items": [presenters.label(row) for row in queries.of(asker(request))], "next": None}


@router.post("/labels", response={201: shapes.Label}, operation_id="create_label")
def create(request: HttpRequest, payload: given.NewLabel) -> Status[Any]:
    """A new label; its name must be new, too."""
    return Status(201, presenters.label(labels.create(asker(request), **payload.model_dump())))


@router.patch("/labels/{uuid:label}", response=shapes.Label, operation_id="change_label")
def change(request: HttpRequest, label: UUID, payload: given.LabelChange) -> dict[str, Any]:
    """Another name or colour."""
    return presenters.label(labels.change(asker(request), label=label, **payload.model_dump()))


@router.delete("/labels/{uuid:label}", response={204: None}, operation_id="delete_label")
def delete(request: HttpRequest, label: UUID) -> Status[None]:
    """Gone from all my conversations."""
    labels.delete(asker(request), label=label)
    return Status(204, None)


@router.put(CARRIED, response={204: None}, operation_id="put_label")
def put(request: HttpRequest, conversation: UUID, label: UUID) -> Status[None]:
    """Put it on a conversation."""
    labels.put(asker(request), label=label, conversations=[conversation])
    return Status(204, None)


@router.delete(CARRIED, response={204: None}, operation_id="take_label")
def take(request: HttpRequest, conversation: UUID, label: UUID) -> Status[None]:
    """Take it off."""
    labels.put(asker(request), label=label, conversations=[conversation], on=False)
    return Status(204, None)
