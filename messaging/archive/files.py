"""The files of the messages that were written, one after the other: each may take a while of its own."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from uuid import UUID

from accounts.archive.folder import Folder
from accounts.archive.parts import Place
from accounts.models import User
from chatify.lib.errors import NotFound
from media import storage
from messaging.models import Message
from messaging.queries import attachments

LISTS = "conversations/*/files-*.json"
# What every browser shows in place.
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")
# Opened from a disk these would be programs of whoever sent them.
_ACTIVE = {
    ".htm",
    ".html",
    ".xhtml",
    ".xht",
    ".shtml",
    ".svg",
    ".svgz",
    ".xml",
    ".mht",
    ".mhtml",
    ".js",
    ".hta",
}


def listed(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Which files a page of messages needs: `id` and where each goes, seen from the page."""
    files = [file for row in messages if not row.deleted_at for file in row.files]
    return [{"id": str(file.pk), "path": path_of(file.pk, file.upload.name)} for file in files]


def path_of(id: UUID, name: str) -> str:
    """A name of ours with its ending, which is all that a computer needs of it."""
    found = _ENDING.search(name)
    ending = found[0].lower() if found else ""
    return f"files/{id}{ending}{'.txt' if ending in _ACTIVE else ''}"


def write(user: User, folder: Folder, place: Place) -> Place | None:
    """The next file of the next list. One that was deleted meanwhile is left out."""
    lists = folder.names(LISTS)
    index, item = place.get("list", 0), place.get("item", 0)
    if index >= len(lists):
        return None
    wanted = folder.read(lists[index])
    if item >= len(wanted):
        return {**place, "list": index + 1, "item": 0}
    home = PurePosixPath(lists[index]).parent
    _copy(user, folder, wanted[item]["id"], str(home / wanted[item]["path"]))
    return {"list": index, "item": item + 1, "done": place.get("done", 0) + 1}


def _copy(user: User, folder: Folder, id: str, path: str) -> None:
    try:
        upload = attachments.file_for(user, UUID(id))
        if not upload.finished:
            return
        with folder.open(path) as file:
            for piece in storage.current().chunks(upload.key):
                file.write(piece)
    except (NotFound, FileNotFoundError):
        return
    folder.count("files", 1)
