"""The log of a conversation after a position: what a client missed."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from chatify.lib.api.fields import QueryCount
from messaging.api import shapes
from messaging.queries import access, sync

router = Router(tags=["events"])


@router.get("/conversations/{uuid:conversation}/events", response=shapes.Sync, operation_id="sync_events")
def since(request: HttpRequest, conversation: UUID, since: QueryCount = 0) -> dict[str, Any]:
    """Events after `since`: at most 500 and 1 MiB; ask again from the last one until it says `level`."""
    found = sync.since(access.conversation_for(asker(request), conversation), since)
    return {"state": found.state, "head": found.head, "events": found.events}
