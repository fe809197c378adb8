"""A file's way in: begun with a promise, sent straight to the store, finished when its bytes are what was promised."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from chatify.lib import ratelimit
from chatify.lib.errors import Conflict, Invalid, NotFound, TooMany
from media import events, naming, policy, queries, sniffing, storage
from media.models import Kind, Purpose, State, Upload
from media.operations import keeping

DAY = timedelta(days=1)
NOTHING = "Nothing of this file has arrived."


@dataclass(frozen=True, slots=True)
class Begun:
    """A file that may be sent now, and where to."""

    upload: Upload
    slot: storage.Slot


@dataclass(frozen=True, slots=True)
class Content:
    """What the bytes that came are."""

    size: int
    sha256: str
    head: bytes


def begin(
    owner: User, *, name: object, size: int, type: object = "", purpose: str = Purpose.ATTACHMENT
) -> Begun:
    """Promise a file. Raises Invalid or TooLarge before a byte was sent, TooMany beyond the hourly or daily limit."""
    given, declared = naming.clean(name), naming.clean_type(type)
    policy.check_purpose(purpose, declared)
    policy.check_size(given, size, purpose=purpose, type=declared)
    ratelimit.hit("upload.link", owner.pk)
    ratelimit.hit("upload", owner.pk)
    with keeping.holding(owner.pk):
        _check_room(owner, given, size)
        upload = Upload.objects.create(
            owner=owner, name=given, size=size, type=declared, purpose=purpose, key=naming.new_key()
        )
    return Begun(upload, storage.current().slot(upload.key, size=size, type=declared))


def _check_room(owner: User, name: str, size: int) -> None:
    used = _check_quota(owner, name, size)
    if settings.CHATIFY_LIMITS is not None and used.lately + size > settings.CHATIFY_DAILY_BYTES:
        day = policy.in_words(settings.CHATIFY_DAILY_BYTES)
        raise TooMany(f"You can send {day} a day. Send the rest tomorrow.", retry_after=3600)


def _check_quota(owner: User, name: str, size: int) -> queries.Used:
    used = queries.used(owner.pk, since=timezone.now() - DAY)
    if used.total + size > settings.CHATIFY_QUOTA:
        left = policy.in_words(max(0, settings.CHATIFY_QUOTA - used.total))
        sentence = f"{name} does not fit: of your {policy.in_words(settings.CHATIFY_QUOTA)} {left} are left."
        raise Invalid.field("size", sentence)
    return used


def take(owner: User, *, name: object, size: int, type: object, chunks: Iterable[bytes]) -> Upload:
    """A whole file that a form brought. Raises what `begin` and `finish` raise; then nothing of it stays."""
    return _filled(begin(owner, name=name, size=size, type=type).upload, owner, chunks)


def _filled(upload: Upload, owner: User, chunks: Iterable[bytes]) -> Upload:
    try:
        storage.current().bring(upload.key, chunks, size=upload.size, type=upload.type)
        return finish(owner, upload.pk)
    except BaseException:
        discard(owner, upload.pk)
        raise


def bring(owner: User, *, name: object, type: object, data: bytes) -> Upload:
    """A file out of something that its owner brought as a whole: it fills their quota, and no hour's or day's limit.

    Raises Invalid where it does not fit or is refused; then nothing of it stays.
    """
    given, size = naming.clean(name), len(data)
    policy.check_size(given, size, purpose=Purpose.ATTACHMENT, type=policy.ANY)
    with keeping.holding(owner.pk):
        _check_quota(owner, given, size)
        upload = Upload.objects.create(
            owner=owner, name=given, size=size, type=naming.clean_type(type), key=naming.new_key()
        )
    return _filled(upload, owner, [data])


def part(owner: User, id: UUID, number: int) -> storage.Slot:
    """Where one part of a file goes, counted from 1. Raises NotFound for a part that the file does not have."""
    upload, store = queries.own(owner, id, state=State.WAITING), storage.current()
    count = policy.parts_of(upload.size)
    if not 1 <= number <= count:
        raise NotFound(f"The parts of this file are 1 to {count}.")
    if not upload.session:
        session = store.open_parts(upload.key, type=upload.type)
        Upload.objects.filter(pk=upload.pk, session="").update(session=session)
        upload.refresh_from_db(fields=["session"])
    return store.part_slot(upload.key, upload.session, number, size=_size_of_part(upload, number))


def arrived(upload: Upload) -> dict[int, int]:
    """The parts of a file that are here, with their sizes: what a client goes on from. One that came whole has all."""
    if upload.state != State.WAITING:
        return {}
    store = storage.current()
    here = store.parts(upload.key, upload.session) if upload.session else {}
    if here or store.arrived(upload.key) != upload.size:
        return here
    return {number: _size_of_part(upload, number) for number in range(1, policy.parts_of(upload.size) + 1)}


def _size_of_part(upload: Upload, number: int) -> int:
    return min(policy.PART_BYTES, upload.size - (number - 1) * policy.PART_BYTES)


def finish(owner: User, id: UUID, *, sha256: str | None = None) -> Upload:
    """Check what came: its size, what it really is, its checksum. The same again answers as the first time.

    Raises NotFound when nothing came, Conflict when not all of it did, Unavailable when the store does not answer (it
    may be finished later), Invalid when it is not what was promised: then it is forgotten.
    """
    upload = queries.own(owner, id)
    if upload.state == State.REFUSED:
        raise Invalid.field("file", upload.reason)
    if upload.state != State.WAITING:
        return upload
    try:
        _collect(upload)
        _recognise(upload, _read(upload.key), sha256)
    except FileNotFoundError:
        raise NotFound(NOTHING) from None
    except Invalid as error:
        keeping.refuse(upload, error.detail)
        raise
    return keeping.keep(upload)


def _collect(upload: Upload) -> None:
    """Everything is here, in one piece, and out of reach of the link that brought it."""
    store = storage.current()
    if upload.session:
        here, wanted = store.parts(upload.key, upload.session), policy.parts_of(upload.size)
        if here and len(here) < wanted:
            raise Conflict(f"Of {wanted} parts {len(here)} are here. Send the others, then finish.")
        if here:
            store.join(upload.key, upload.session)
    size = store.arrived(upload.key)
    if size is None:
        raise NotFound(NOTHING)
    if size != upload.size:
        raise Conflict(f"Of {upload.size} bytes {size} are here. Send the file again, then finish.")
    store.keep(upload.key)


def _read(key: str) -> Content:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in storage.current().chunks(key):
        digest.update(chunk)
        size += len(chunk)
        head = head or chunk[: sniffing.HEAD]
    return Content(size, digest.hexdigest(), head)


def _recognise(upload: Upload, content: Content, sha256: str | None) -> None:
    """Put down what the file really is. Raises Invalid."""
    if content.size != upload.size or (sha256 and sha256.lower() != content.sha256):
        raise Invalid.field(
            "sha256", "What arrived is not what was sent: the checksum differs. Send it again."
        )
    found = sniffing.sniff(content.head, voice=upload.purpose == Purpose.VOICE)
    if upload.purpose == Purpose.VOICE and found.kind != Kind.AUDIO:
        raise Invalid.field("file", "A voice note is a sound; this is something else.")
    if found.kind == Kind.IMAGE:
        found = _as_picture(upload, found)
    upload.size, upload.sha256 = content.size, content.sha256
    upload.type, upload.kind = found.type, found.kind


def _as_picture(upload: Upload, found: sniffing.Found) -> sniffing.Found:
    """Its size in pixels, from its header. What cannot be opened, or is too large to be, stays a file of bytes."""
    plain = sniffing.Found(policy.ANY, Kind.FILE)
    if upload.size > policy.LARGEST_IMAGE:
        return plain
    with storage.current().at_hand(upload.key) as path:
        size = sniffing.picture_size(path, found.type)
    if size is None and found.type == "image/gif":
        # Nothing but six letters of a picture: a script can begin with them, too.
        raise Invalid.field("file", "This begins like a GIF, and no picture is in it.")
    if size is None:
        upload.state, upload.reason = State.FAILED, keeping.NO_PREVIEW
        return plain
    upload.width, upload.height = size
    return found


def discard(owner: User, id: UUID) -> None:
    """Forget a file that was not sent in a message. Raises NotFound for one that was, Conflict for one that a message
    which waits is to carry."""
    with keeping.holding(owner.pk):
        upload = queries.own(owner, id)
        if upload.claimed_at:
            raise NotFound("There is no such file.")
        if upload.pk in events.awaited(owner.pk):
            raise Conflict("A message that waits carries this file. Take the message back first.")
        keeping.remove([upload])


def touch(owner: User, given: Iterable[UUID | str]) -> None:
    """These files wait for a message once more, for as long as fresh ones do."""
    mine = Upload.objects.filter(pk__in=list(given), owner=owner, claimed_at=None)
    mine.update(touched_at=timezone.now())
