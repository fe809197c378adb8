"""The work of a worker: look into a file, in a process of its own, and keep what can be shown of it."""

import logging
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from chatify.jobs import operations as jobs
from chatify.lib import ids
from media import events, naming, policy, queries, scanning, sniffing, storage
from media.models import Kind, Purpose, Rendition, State, Upload
from media.operations import keeping
from media.processing.workshop import workshop

log = logging.getLogger(__name__)
Shape = dict[str, Any]

MB = 2**20
# The measures of a task: seconds of work, seconds at all, bytes of memory, bytes written.
PICTURE = {"cpu": 30, "seconds": 45, "memory": 1536 * MB, "disk": 64 * MB}
COPY = {"cpu": 240, "seconds": 250, "memory": 1536 * MB, "disk": 512 * MB}
FILM = {"cpu": 30, "seconds": 60, "memory": 1024 * MB, "disk": 64 * MB}
DEMUXERS = {
    "video/mp4": "mov", "video/quicktime": "mov", "video/x-m4v": "mov", "video/3gpp": "mov", "audio/mp4": "mov",
    "video/webm": "matroska", "video/x-matroska": "matroska", "audio/webm": "matroska", "audio/mpeg": "mp3",
    "audio/ogg": "ogg", "audio/x-wav": "wav", "audio/x-flac": "flac", "audio/aac": "aac",
}  # fmt: skip
PUT_DOWN = [
    "state", "reason", "checked", "kind", "type", "size", "key", "width", "height", "duration", "placeholder",
    "details",
]  # fmt: skip
NO_TOOL = "This server cannot look into video and sound. You can download it."


def prepare(payload: Shape) -> None:
    """Prepare one file, then tell who waits for it. Repeated after a crash, it does what is left."""
    upload = queries.known(UUID(payload["upload"]))
    if upload and upload.state == State.PROCESSING:
        _prepare(upload)
    if upload:
        events.settled(upload.pk)
    keeping.let_go(payload, upload)


def make_playable(payload: Shape) -> None:
    """Make the copy of a film that every browser plays. Where that fails, the film is what it was."""
    upload = Upload.objects.filter(pk=payload["upload"], state=State.READY).first()
    if upload is None or upload.renditions.filter(name="play").exists():
        return
    with scratch() as folder:
        made = _keep_files(_copy(upload, folder), folder)
    if made:
        _add(upload, made)
        events.settled(upload.pk)


def _copy(upload: Upload, folder: Path) -> Shape:
    try:
        with storage.current().at_hand(upload.key) as path:
            task = {"source": str(path), "folder": str(folder), "type": upload.type, "task": "play"}
            return workshop.do({**task, **_tools(upload), **COPY})
    except FileNotFoundError:
        return {}


def _add(upload: Upload, made: list[Rendition]) -> None:
    with keeping.holding(upload.owner_id):
        if Upload.objects.filter(pk=upload.pk, state=State.READY).exists():
            for row in made:
                row.upload = upload
            Rendition.objects.bulk_create(made)
        else:
            keeping.forget(upload.owner_id, kept=[row.key for row in made])


def _prepare(upload: Upload) -> None:
    if scanning.is_on() and (found := scanning.finding(storage.current().chunks(upload.key))):
        log.warning("upload %s of %s: %s", upload.pk, upload.owner_id, found)
        keeping.refuse(upload, f"This file is dangerous ({found}).")
        return
    with scratch() as folder:
        answer = _look_into(upload, folder)
        if "refused" in answer:
            keeping.refuse(upload, answer["refused"])
            return
        made = _keep_files(answer, folder)
    _put_down(upload, answer, made)


def _look_into(upload: Upload, folder: Path) -> Shape:
    try:
        with storage.current().at_hand(upload.key) as path:
            return _ask(upload, path, folder)
    except FileNotFoundError:
        return {"failed": "Its bytes are gone."}


def _ask(upload: Upload, path: Path, folder: Path) -> Shape:
    task: Shape = {"source": str(path), "folder": str(folder), "type": upload.type}
    if upload.kind == Kind.IMAGE:
        return workshop.do({**task, **PICTURE, **_picture_limits(upload)})
    if not keeping.looks_like_something(upload):
        return {"failed": upload.reason} if upload.reason else {}
    if upload.kind == Kind.FILE:
        return workshop.do({**task, **PICTURE, "task": "document"})
    tools = _tools(upload)
    if not all(tools.values()):
        return {"failed": NO_TOOL}
    task |= {
        "task": "film" if upload.kind == Kind.VIDEO else "sound",
        **tools,
    }
    if upload.purpose == Purpose.VOICE:
        task["longest"] = policy.LONGEST_VOICE
    return workshop.do({**task, **FILM})


def _tools(upload: Upload) -> Shape:
    return {
        "ffmpeg": shutil.which(settings.CHATIFY_FFMPEG),
        "ffprobe": shutil.which(settings.CHATIFY_FFPROBE),
        "demuxer": DEMUXERS[upload.type],
    }


def _picture_limits(upload: Upload) -> Shape:
    return {
        "task": "picture",
        "formats": [policy.IMAGES[upload.type]],
        "side": policy.LARGEST_SIDE,
        "pixels": policy.LARGEST_PIXELS,
        "frames": policy.MOST_FRAMES,
        "frame_pixels": policy.MOST_FRAME_PIXELS,
    }


@contextmanager
def scratch() -> Iterator[Path]:
    """A place for one task's files; it goes with what is in it."""
    path = Path(settings.MEDIA_ROOT) / "work" / secrets.token_hex(8)
    path.mkdir(parents=True, mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _keep_files(answer: Shape, folder: Path) -> list[Rendition]:
    """Bring to the store what was made. An answer names files of its folder only."""
    store, made = storage.current(), []
    for name, told in answer.get("renditions", {}).items():
        path = folder / Path(told["file"]).name
        row = Rendition(
            name=name[:12], key=naming.new_key(), type=told["type"], size=path.stat().st_size,
            width=told["width"], height=told["height"],
        )  # fmt: skip
        store.add(row.key, path, type=row.type)
        made.append(row)
    if "original" in answer:
        path = folder / "original"
        answer["bare"] = (naming.new_key(), path.stat().st_size)
        store.add(answer["bare"][0], path, type=policy.ANY, only=True)
    return made


def _put_down(upload: Upload, answer: Shape, made: list[Rendition]) -> None:
    with keeping.holding(upload.owner_id):
        waiting = Upload.objects.filter(pk=upload.pk, state=State.PROCESSING)
        if not waiting.exists():  # removed meanwhile, or done by another worker
            keeping.forget(upload.owner_id, kept=[row.key for row in made] + [answer.get("bare", ("",))[0]])
            return
        if "failed" in answer:
            log.info("upload %s: %s", upload.pk, answer["failed"])
            _fail(upload, answer["failed"])
        else:
            _complete(upload, answer, made)
        upload.save(update_fields=PUT_DOWN)


def _fail(upload: Upload, reason: str) -> None:
    upload.state = State.FAILED
    upload.reason = reason if reason == NO_TOOL else keeping.NO_PREVIEW
    if upload.kind == Kind.IMAGE:  # nothing of ours has seen its pixels: bytes to download
        upload.kind, upload.type, upload.width, upload.height = Kind.FILE, policy.ANY, None, None


def _complete(upload: Upload, answer: Shape, made: list[Rendition]) -> None:
    upload.state, upload.reason, upload.checked = State.READY, "", upload.kind != Kind.FILE
    for name in ("width", "height", "duration", "kind", "placeholder", "details"):
        if answer.get(name) is not None:
            setattr(upload, name, answer[name])
    if "bare" in answer:
        upload.key, upload.size = answer["bare"]
    keeping.drop_renditions(upload)
    for row in made:
        row.upload = upload
    Rendition.objects.bulk_create(made)
    if not upload.details.get("plays", True):
        jobs.add(kind=keeping.PLAY, key=f"{upload.pk} {ids.uuid7()}", payload={"upload": str(upload.pk)})


def again(upload: Upload) -> bool:
    """Prepare a file once more: after a better decoder came, or a worker was fixed. False where there is nothing to
    prepare: what was refused has no bytes, what is still coming no end."""
    with keeping.holding(upload.owner_id):
        settled = Upload.objects.filter(pk=upload.pk, state__in=(State.READY, State.FAILED))
        row = settled.first()
        if row is None:
            return False
        row.kind, row.type = _found_again(row)
        if not keeping.needs_work(row) or (row.kind == Kind.IMAGE and row.size > policy.LARGEST_IMAGE):
            return False
        settled.update(state=State.PROCESSING, reason="", kind=row.kind, type=row.type)
        keeping.have_prepared(row, again=True)
    return True


def _found_again(row: Upload) -> tuple[str, str]:
    try:
        with storage.current().at_hand(row.key) as path:
            found = sniffing.sniff(sniffing.head_of(path), voice=row.purpose == Purpose.VOICE)
    except FileNotFoundError:
        return Kind.FILE, policy.ANY
    return found.kind, found.type
