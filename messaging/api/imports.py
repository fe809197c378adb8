"""Mail from elsewhere, for programs: an uploaded mailbox is read, and how far it is is told."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib.api.fields import Given, Id, IdText, Shown, Time
from chatify.lib.digest import stamp
from messaging.models import MailImport
from messaging.operations import imports as operations
from messaging.queries import imports

router = Router(tags=["imports"])


class NewImport(Given):
    """An .mbox or .eml file that I uploaded. It is forgotten once it is read."""

    upload: Id


class Remark(Shown):
    """A message that was skipped, or came without one of its files, and why."""

    subject: str
    reason: str


class Import(Shown):
    """A mailbox that is being read. `created`, `merged` (they were here already) and `skipped` together are its
    messages so far; `threads` began with them."""

    id: IdText
    name: str
    state: Literal["reading", "done", "failed"]
    percent: int
    created: int
    merged: int
    skipped: int
    threads: int
    remarks: list[Remark]
    created_at: Time


@router.post("/imports", response={201: Import}, operation_id="import_mail")
def begin(request: HttpRequest, payload: NewImport) -> Status[Any]:
    """Have a mailbox read into conversations of mine. One at a time, ten a day; nobody is told of what is in it."""
    return Status(201, _shown(operations.ask(asker(request), upload=payload.upload)))


@router.get("/imports/{uuid:import_id}", response=Import, operation_id="show_import")
def show(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """How far it is."""
    return _shown(imports.own(asker(request), import_id))


@router.delete("/imports/{uuid:import_id}", response={204: None}, operation_id="stop_import")
def stop(request: HttpRequest, import_id: UUID) -> Status[None]:
    """Read no further; what was brought stays."""
    operations.stop(asker(request), import_id)
    return Status(204, None)


def _shown(row: MailImport) -> dict[str, Any]:
    names = ("name", "state", "percent", "created", "merged", "skipped", "threads", "remarks")
    told = {name: getattr(row, name) for name in names}
    return {"id": str(row.pk), **told, "created_at": stamp(row.created_at)}
