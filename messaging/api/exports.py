"""A copy of one conversation, for programs."""

from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.responses import Status

from accounts import exports as files_of
from accounts.api import asker
from accounts.models import Export as Row
from accounts.operations import exports as operations
from chatify.lib import files
from chatify.lib.api.fields import IdText, Shown, Time
from chatify.lib.digest import stamp
from chatify.lib.errors import NotFound
from messaging.queries import access

router = Router(tags=["conversations"])


class Export(Shown):
    """A zip of one conversation that is being made: pages that open without a network, JSON with the salts of all
    texts, and an mbox. It is deleted at `expires_at`."""

    id: IdText
    state: Literal["making", "ready", "failed"]
    percent: int
    size: int
    created_at: Time
    expires_at: Time | None


@router.post(
    "/conversations/{uuid:conversation}/export", response={202: Export}, operation_id="export_conversation"
)
def ask(request: HttpRequest, conversation: UUID) -> Status[Any]:
    """Have a copy made of what I may read of a conversation; the one that is being made comes back. Twenty a day."""
    found = access.conversation_for(asker(request), conversation)
    row = operations.ask_for(asker(request), subject=found.pk, size=found.message_count)
    return Status(202, _shown(row))


@router.get(
    "/conversations/{uuid:conversation}/export", response=Export, operation_id="show_conversation_export"
)
def show(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """How far the last one is."""
    return _shown(_latest(request, conversation))


@router.get(
    "/conversations/{uuid:conversation}/export/file",
    response={200: Any},
    operation_id="download_conversation_export",
)
def download(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """The zip, once it is ready."""
    row = files_of.ready(asker(request), _latest(request, conversation).pk, conversation)
    path, name = files_of.file_of(row.pk), files_of.file_name(row)
    return cast(HttpResponse, files.download(path, name=name, content_type="application/zip"))


def _latest(request: HttpRequest, conversation: UUID) -> Row:
    found = access.conversation_for(asker(request), conversation)
    row = files_of.latest(asker(request), found.pk)
    if row is None:
        raise NotFound("No copy of this conversation was asked for.")
    return row


def _shown(row: Row) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("state", "percent", "size")}
    ends = stamp(row.expires_at) if row.expires_at else None
    return {"id": str(row.pk), **told, "created_at": stamp(row.created_at), "expires_at": ends}
