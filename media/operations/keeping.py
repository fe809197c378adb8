"""What is kept of files, what is shared, and what is forgotten."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db, ids
from chatify.lib.errors import NotFound
from media import queries, scanning, storage
from media.models import REASON_LENGTH, Kind, Rendition, State, Upload

PROCESS = "media.process"
PLAY = "media.play"
FORGET = "media.forget"
NO_PREVIEW = "This file cannot be previewed. You can download it."
# What a document says of itself is read in a worker, too.
PREVIEWED = ("text/plain", "application/pdf")
_COPIED = ("key", "size", "type", "kind", "width", "height", "duration", "placeholder", "details", "checked")


@contextmanager
def holding(owner: UUID) -> Iterator[None]:
    """A transaction in which nobody else counts, shares or removes the files of this person."""
    with db.atomic():
        # Not the whole row: messages that refer to this person are written meanwhile.
        list(User.objects.select_for_update(no_key=True).filter(pk=owner).values_list("pk"))
        yield


def keep(upload: Upload) -> Upload:
    """The bytes are checked: put down what they are, and have them prepared where there is something to prepare.

    Raises NotFound when its owner gave it up meanwhile.
    """
    with holding(upload.owner_id):
        if Upload.objects.filter(pk=upload.pk, state=State.WAITING).exists():
            upload.finished_at = timezone.now()
            if upload.state == State.WAITING or scanning.is_on():
                upload.state = State.PROCESSING if needs_work(upload) else State.READY
            share(upload)
            upload.save()
            if upload.state == State.PROCESSING:
                have_prepared(upload)
    fresh = queries.known(upload.pk)
    if fresh is None:
        raise NotFound("There is no such file.")
    return fresh


def needs_work(upload: Upload) -> bool:
    """Whether a worker has something to do with it."""
    return scanning.is_on() or looks_like_something(upload)


def looks_like_something(upload: Upload) -> bool:
    """Whether we know how to show it."""
    return upload.kind != Kind.FILE or upload.type in PREVIEWED


def share(upload: Upload) -> bool:
    """Take over what an equal file of the same owner has, if there is one: bytes and renditions are kept once. The
    caller holds the owner and saves the row."""
    twin = queries.twin(upload)
    if twin is None or twin.key == upload.key:
        return False
    forget(upload.owner_id, kept=[upload.key])
    for name in _COPIED:
        setattr(upload, name, getattr(twin, name))
    upload.state, upload.reason = twin.state, twin.reason
    copy_renditions(twin, upload)
    return True


def copy_renditions(source: Upload, target: Upload) -> None:
    """The same renditions for another row of the same bytes."""
    Rendition.objects.bulk_create(
        Rendition(
            upload=target,
            name=one.name,
            key=one.key,
            type=one.type,
            size=one.size,
            width=one.width,
            height=one.height,
        )
        for one in source.renditions.all()
    )


def copy(source: Upload, *, owner: User, id: UUID) -> Upload:
    """The same bytes as a file of somebody else, who may send it. The same `id` again gives the same file.

    Raises NotFound when it was removed meanwhile.
    """
    with holding(source.owner_id):
        if existing := Upload.objects.filter(pk=id, owner=owner).first():
            return existing
        fresh = Upload.objects.filter(pk=source.pk, state__in=queries.FINISHED).first()
        if fresh is None:
            raise NotFound("There is no such file.")
        copied = {
            name: getattr(fresh, name) for name in (*_COPIED, "name", "purpose", "state", "reason", "sha256")
        }
        row = Upload.objects.create(id=id, owner=owner, finished_at=timezone.now(), **copied)
        copy_renditions(fresh, row)
        if row.state == State.PROCESSING:
            have_prepared(row)
    return row


def have_prepared(upload: Upload, *, again: bool = False) -> None:
    """Put the work down in the running transaction. It knows under which name the bytes came: they go with it, where
    others take their place."""
    payload = {"upload": str(upload.pk), "owner": str(upload.owner_id), "key": upload.key}
    jobs.add(kind=PROCESS, key=f"{upload.pk} {ids.uuid7()}" if again else str(upload.pk), payload=payload)


def let_go(payload: dict[str, Any], upload: Upload | None) -> None:
    """The last of such work: forget the bytes it began with, unless they are still this file's or shared. Repeated, it
    changes nothing."""
    key = payload.get("key")
    if key and not (upload and upload.key == key):
        forget_now({"owner": payload["owner"], "kept": [key], "incoming": None})


def drop_renditions(upload: Upload) -> None:
    """What was made of it before makes room for what is made now; in the running transaction, which holds the owner."""
    if old := _rendition_keys([upload]):
        Rendition.objects.filter(upload=upload).delete()
        forget(upload.owner_id, kept=old)


def refuse(upload: Upload, reason: str) -> None:
    """This file is not taken: its bytes go, its row says why."""
    with holding(upload.owner_id):
        keys = [upload.key, *_rendition_keys([upload])]
        Rendition.objects.filter(upload=upload).delete()
        upload.state, upload.reason, upload.placeholder = State.REFUSED, reason[:REASON_LENGTH], ""
        upload.key, upload.finished_at = "", timezone.now()
        upload.save()
        forget(upload.owner_id, kept=keys)


def remove(uploads: Sequence[Upload]) -> None:
    """Forget files in the running transaction; bytes that no other file shares follow after it."""
    keys: dict[UUID, list[str]] = {}
    for upload in uploads:
        keys.setdefault(upload.owner_id, []).append(upload.key)
        keys[upload.owner_id] += _rendition_keys([upload])
        if upload.state == State.WAITING:
            forget(upload.owner_id, incoming=(upload.key, upload.session))
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    for owner, names in keys.items():
        forget(owner, kept=names)


def _rendition_keys(uploads: Iterable[Upload]) -> list[str]:
    return list(Rendition.objects.filter(upload__in=uploads).values_list("key", flat=True))


def forget(owner: UUID, *, kept: Iterable[str] = (), incoming: tuple[str, str] | None = None) -> None:
    """Have bytes removed from the store once the running transaction is committed, if nothing shares them then."""
    payload = {"owner": str(owner), "kept": [key for key in kept if key], "incoming": incoming}
    if payload["kept"] or incoming:
        jobs.add(kind=FORGET, payload=payload)


def forget_now(payload: dict[str, Any]) -> None:
    """The work of such a job. Repeated, it changes nothing."""
    store = storage.current()
    if payload["incoming"]:
        store.discard(*payload["incoming"])
    with holding(UUID(payload["owner"])):
        store.remove(set(payload["kept"]) - queries.in_use(payload["kept"]))
