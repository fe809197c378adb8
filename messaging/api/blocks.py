"""Whom I do not want to hear of."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts import presenters, queries, relations
from accounts.api import Person, asker
from chatify.lib.api.fields import Listed
from messaging.operations import blocks as operations

router = Router(tags=["blocks"])


@router.get("/blocks", response=Listed[Person], operation_id="list_blocks")
def listed(request: HttpRequest) -> dict[str, Any]:
    """Whom I blocked; all of them, at most a thousand."""
    return {
        "items": [presenters.person(person) for person in relations.blocked_by(asker(request))],
        "next": None,
    }


@router.put("/blocks/{uuid:user}", response={204: None}, operation_id="block_person")
def block(request: HttpRequest, user: UUID) -> Status:
    """Block somebody: I hear nothing more of them, they see my name and nothing else of me. They are not told."""
    operations.block(asker(request), other=queries.person(asker(request), user))
    return Status(204, None)


@router.delete("/blocks/{uuid:user}", response={204: None}, operation_id="unblock_person")
def unblock(request: HttpRequest, user: UUID) -> Status:
    """Hear of somebody again."""
    operations.unblock(asker(request), other=queries.person(asker(request), user))
    return Status(204, None)
