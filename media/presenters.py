"""Files as the dictionaries that every door shows."""

from typing import Any

from chatify.lib.digest import stamp
from media import policy
from media.models import Upload
from media.storage import Slot

Shape = dict[str, Any]


def slot(row: Slot) -> Shape:
    """Where to send bytes."""
    return {
        "method": row.method,
        "url": row.url,
        "headers": row.headers,
        "fields": row.fields,
        "expires_at": stamp(row.expires_at),
    }


def upload(row: Upload, arrived: dict[int, int] | None = None) -> Shape:
    """A file of mine, and which of its parts are here."""
    return {
        **seen(row, sorted(one.name for one in row.renditions.all())),
        "purpose": row.purpose,
        "reason": row.reason,
        "sha256": row.sha256,
        "part_size": policy.PART_BYTES,
        "parts": policy.parts_of(row.size),
        "arrived": sorted(arrived or ()),
        "created_at": stamp(row.created_at),
    }


def seen(row: Upload, renditions: list[str]) -> Shape:
    """What everybody who may see a file is told of it (`attachment` of docs/api.md)."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "size": row.size,
        "type": row.type,
        "kind": row.kind,
        "width": row.width,
        "height": row.height,
        "duration": row.duration,
        "placeholder": row.placeholder,
        "renditions": renditions,
        "state": row.state,
        "details": row.details,
    }
