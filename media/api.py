"""Files of mine, for programs: begin, send the bytes to the link, finish; then attach by id."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from accounts.api import asker
from chatify.lib.api.fields import Count, Given, IdText, Shown, Time
from media import presenters, queries
from media.models import Upload as Row
from media.operations import uploads
from media.storage import Slot as Place

router = Router(tags=["uploads"])


class NewUpload(Given):
    """A file that is about to be sent. Its limits are checked before a byte leaves."""

    name: str
    size: Count
    type: str = ""
    purpose: str = "attachment"


class Finish(Given):
    """All bytes are sent. `sha256` in hex, where it is known, is compared with what arrived."""

    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None


class Slot(Shown):
    """Where bytes go: PUT them with these headers, or POST a form with these fields and the file last."""

    method: Literal["PUT", "POST"]
    url: str
    headers: dict[str, str]
    fields: dict[str, str]
    expires_at: Time


class BegunUpload(Slot):
    """The whole file goes to `url`; or in parts of `part_size` bytes, each to a link of its own."""

    id: IdText
    part_size: int
    parts: int


class Upload(Shown):
    """A file of mine. `arrived` are the numbers of the parts that are here."""

    id: IdText
    name: str
    size: int
    type: str
    kind: Literal["image", "video", "audio", "file"]
    purpose: str
    state: Literal["waiting", "processing", "ready", "failed", "refused"]
    reason: str
    sha256: str
    width: int | None
    height: int | None
    duration: float | None
    placeholder: str
    renditions: list[str]
    details: dict[str, Any]
    part_size: int
    parts: int
    arrived: list[int]
    created_at: Time


@router.post("/uploads", response={201: BegunUpload}, operation_id="begin_upload")
def begin(request: HttpRequest, payload: NewUpload) -> Status[Any]:
    """Promise a file; the answer says where its bytes go. The link takes exactly this size and type, for 5 minutes."""
    begun = uploads.begin(
        asker(request), name=payload.name, size=payload.size, type=payload.type, purpose=payload.purpose
    )
    shown = presenters.upload(begun.upload)
    whole = {name: shown[name] for name in ("id", "part_size", "parts")}
    return Status(201, {**_slot(request, begun.slot), **whole})


@router.post("/uploads/{uuid:upload}/parts/{int:number}", response=Slot, operation_id="send_upload_part")
def part(request: HttpRequest, upload: UUID, number: int) -> dict[str, Any]:
    """Where one part goes, counted from 1; each but the last has `part_size` bytes. Ask again for a fresh link."""
    return _slot(request, uploads.part(asker(request), upload, number))


@router.post("/uploads/{uuid:upload}/finish", response=Upload, operation_id="finish_upload")
def finish(request: HttpRequest, upload: UUID, payload: Finish) -> dict[str, Any]:
    """Check what arrived. From then on a message may carry it, also while it is being prepared."""
    return _shown(uploads.finish(asker(request), upload, sha256=payload.sha256))


@router.get("/uploads/{uuid:upload}", response=Upload, operation_id="show_upload")
def show(request: HttpRequest, upload: UUID) -> dict[str, Any]:
    """A file of mine: its state, and which parts have arrived."""
    return _shown(queries.own(asker(request), upload))


@router.delete("/uploads/{uuid:upload}", response={204: None}, operation_id="delete_upload")
def delete(request: HttpRequest, upload: UUID) -> Status[None]:
    """Forget a file that no message carries."""
    uploads.discard(asker(request), upload)
    return Status(204, None)


def _shown(row: Row) -> dict[str, Any]:
    return presenters.upload(row, uploads.arrived(row))


def _slot(request: HttpRequest, place: Place) -> dict[str, Any]:
    return {**presenters.slot(place), "url": request.build_absolute_uri(place.url)}
