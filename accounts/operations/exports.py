"""A copy of one's own data: asked for, made piece by piece, kept for a week, dropped."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts import exports, mail
from accounts.archive import own, parts
from accounts.archive.folder import Folder
from accounts.models import Export, User
from accounts.models.export import KEPT
from chatify.jobs import operations as jobs
from chatify.jobs import registry
from chatify.lib import db, ratelimit

log = logging.getLogger(__name__)
KIND = "export.make"
MAIL = "account/email/export_ready"
AT_A_TIME = 2.0
GIVEN_UP = timedelta(days=2)
State = Export.State


def ask(actor: User) -> Export:
    """Have a copy made; the one that is being made comes back. Raises TooMany for a second one within a day."""
    return _ask(actor, str(actor.pk), "export", lambda: parts.size_of(actor))


def ask_for(actor: User, *, subject: UUID, size: int) -> Export:
    """Have a copy made of the one conversation, of about this many messages, that the actor may read. Raises TooMany
    beyond twenty a day."""
    return _ask(actor, f"{actor.pk}:{subject}", "export.one", lambda: size + 1, subject)


def _ask(actor: User, key: str, limit: str, size: Callable[[], int], subject: UUID | None = None) -> Export:
    if running := Export.objects.filter(open_key=key).first():
        return running
    ratelimit.hit(limit, actor.pk)
    try:
        with db.atomic():
            row = Export.objects.create(user=actor, open_key=key, subject=subject, total=size())
            jobs.add(kind=KIND, key=str(row.id), payload={"export": str(row.id)})
    except IntegrityError:  # asked twice at once
        return Export.objects.get(open_key=key)
    log.info("export %s was asked for by %s", row.id, actor.pk)
    return row


def drop(actor: User, id: UUID) -> None:
    """Stop making it, or delete what was made. Nothing happens for what is gone, or another's."""
    for row in Export.objects.filter(pk=id, user=actor):
        _drop(row)


def drop_all(user: User) -> None:
    """Leave no copy behind."""
    for row in Export.objects.filter(user=user):
        _drop(row)


def make(payload: dict[str, Any]) -> None:
    """The work of an `export.make` job: some pieces, then others get their turn."""
    until = time.monotonic() + AT_A_TIME
    while (row := _making(payload["export"])) and _go_on(row):
        if time.monotonic() > until:
            raise registry.Again


def write_whole(user: User, target: Path, *, subject: UUID | None = None) -> dict[str, int]:
    """Everything, or one conversation, at once into the zip `target`, for operators. Returns what was counted."""
    folder = Folder(target.with_suffix(".parts"))
    try:
        place: parts.Place | None = {}
        while place is not None:
            place, _ = parts.write_next(user, folder, place, subject)
        own.manifest(user, folder)
        folder.pack(target)
    finally:
        folder.remove()
    return folder.counts


def sweep() -> None:
    """Delete what had its week, give up on what was never finished, and remove files that belong to nothing."""
    now = timezone.now()
    for row in Export.objects.filter(expires_at__lte=now):
        _drop(row)
    stuck = Export.objects.filter(state=State.MAKING, created_at__lt=now - GIVEN_UP)
    with db.atomic():
        stuck.update(state=State.FAILED, open_key=None, expires_at=now + KEPT)
    _sweep_files()


def _making(id: str) -> Export | None:
    return Export.objects.select_related("user").filter(pk=id, state=State.MAKING).first()


def _go_on(row: Export) -> bool:
    """One piece of work. False when it was the last, or when the export is no longer ours to make."""
    if not exports.work_of(row.id).is_dir():  # the beginning, or a disk that lost it
        row.place, row.counts, row.done = {}, {}, 0
    folder = Folder(exports.work_of(row.id), row.counts)
    place, written = parts.write_next(row.user, folder, row.place, row.subject)
    if place is None:
        _finish(row, folder)
        return False
    held = Export.objects.filter(pk=row.pk, turn=row.turn, state=State.MAKING)
    changed = {"place": place, "counts": folder.counts, "done": row.done + written, "turn": row.turn + 1}
    if held.update(**changed):
        return True
    if not Export.objects.filter(pk=row.pk).exists():  # dropped meanwhile
        folder.remove()
    return False


def _finish(row: Export, folder: Folder) -> None:
    own.manifest(row.user, folder)
    size = folder.pack(exports.file_of(row.id))
    folder.remove()
    until = timezone.now() + KEPT
    with db.atomic():
        ended = Export.objects.filter(pk=row.pk, state=State.MAKING)
        ready: dict[str, Any] = {
            "state": State.READY,
            "open_key": None,
            "size": size,
            "expires_at": until,
            "place": {},
        }
        if ended.update(**ready, counts=folder.counts) and row.subject is None:
            url = f"{settings.CHATIFY_ORIGINS[0]}/settings/data/"
            mail.tell(MAIL, row.user.email, {"until": until, "url": url})
    earlier = Export.objects.filter(user=row.user, subject=row.subject, created_at__lt=row.created_at)
    for old in earlier:
        _drop(old)
    if not Export.objects.filter(pk=row.pk).exists():  # dropped meanwhile
        exports.file_of(row.id).unlink(missing_ok=True)


def _drop(row: Export) -> None:
    """The row first: whoever is making it sees that it is gone."""
    Export.objects.filter(pk=row.pk).delete()
    exports.file_of(row.id).unlink(missing_ok=True)
    Folder(exports.work_of(row.id)).remove()


def _sweep_files() -> None:
    """A worker that died in the wrong moment leaves files whose row is gone."""
    folder = Path(settings.EXPORTS_DIR)
    day_ago = time.time() - 86_400
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime > day_ago:
            continue
        if _is_known(path.stem):
            continue
        path.unlink(missing_ok=True) if path.is_file() else Folder(path).remove()


def _is_known(stem: str) -> bool:
    try:
        return Export.objects.filter(pk=UUID(stem.lstrip(".").partition(".")[0])).exists()
    except ValueError:
        return False
