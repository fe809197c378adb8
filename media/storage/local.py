"""Files in the data folder, outside of everything that is served, with the same signed links as a bucket has."""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from media import policy
from media.storage import Slot, links

CHUNK = 2**20


class Folder:
    """`incoming/` holds what links brought, `kept/` what was checked."""

    def slot(self, key: str, *, size: int, type: str) -> Slot:
        return links.make(key, size=size, type=type)

    def bring(self, key: str, chunks: Iterable[bytes], *, size: int, type: str) -> None:
        arriving = Arriving(links.Promise(key, size, type, None))
        try:
            for chunk in chunks:
                arriving.write(chunk)
        except BaseException:
            arriving.give_up()
            raise
        arriving.complete()

    def open_parts(self, key: str, *, type: str) -> str:
        return "parts"

    def part_slot(self, key: str, session: str, number: int, *, size: int) -> Slot:
        return links.make(key, size=size, type=policy.ANY, part=number)

    def parts(self, key: str, session: str) -> dict[int, int]:
        folder = parts_folder(key)
        if not folder.is_dir():
            return {}
        return {int(mark.name): int(mark.read_text() or 0) for mark in folder.iterdir()}

    def join(self, key: str, session: str) -> None:
        # Each part was written in its place: there is nothing to put together.
        shutil.rmtree(parts_folder(key), ignore_errors=True)

    def arrived(self, key: str) -> int | None:
        if parts_folder(key).is_dir():
            return None  # as large as it may look, it has holes
        for path in (incoming(key), kept(key)):
            with contextlib.suppress(FileNotFoundError):
                return path.stat().st_size
        return None

    def keep(self, key: str) -> None:
        source, target = incoming(key), kept(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.parent):
            if target.exists():
                return  # by somebody who asked before, or asks now; what came in once more is swept away
            with locked(source):
                source.replace(target)
        sync(target.parent)

    def add(self, key: str, path: Path, *, type: str, only: bool = False) -> None:
        target = kept(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o600)
        if only:
            sync(path)
        path.replace(target)
        if only:
            sync(target.parent)

    def chunks(self, key: str) -> Iterator[bytes]:
        with kept(key).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    @contextmanager
    def at_hand(self, key: str) -> Iterator[Path]:
        path = kept(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def link(self, key: str, *, type: str, disposition: str) -> str | None:
        return None

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            kept(key).unlink(missing_ok=True)

    def discard(self, key: str, session: str) -> None:
        incoming(key).unlink(missing_ok=True)
        shutil.rmtree(parts_folder(key), ignore_errors=True)

    def sweep(self, before: datetime) -> int:
        folder, found = settings.MEDIA_ROOT / "incoming", 0
        for path in folder.iterdir() if folder.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    found += 1
        return found


def incoming(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "incoming" / _plain(key)


def parts_folder(key: str) -> Path:
    """A mark for each part that is complete, with its size."""
    return incoming(key).with_suffix(".parts")


def kept(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "kept" / _plain(key)[:2] / key


def relative(key: str) -> str:
    """Where a kept file lies below the folder of files."""
    return f"kept/{_plain(key)[:2]}/{key}"


def sync(path: Path) -> None:
    """A file lasts through a loss of power once it is written, a rename once its folder is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else holds this file or folder meanwhile. Raises FileNotFoundError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _plain(key: str) -> str:
    if not key.isascii() or not key.isalnum():
        raise FileNotFoundError("no such key")
    return key


class Arriving:
    """Bytes on their way into the folder, for the one process that receives them. Blocking: for a thread."""

    def __init__(self, promise: links.Promise) -> None:
        self._promise = promise
        self._target = incoming(promise.key)
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._draft = self._target
        if promise.part is None:
            self._draft = self._target.with_suffix(f".{secrets.token_hex(4)}")
        self._file = os.open(self._draft, os.O_RDWR | os.O_CREAT, 0o600)
        if promise.part is not None:
            parts_folder(promise.key).mkdir(exist_ok=True)
            os.lseek(self._file, (promise.part - 1) * policy.PART_BYTES, os.SEEK_SET)

    def write(self, data: bytes) -> None:
        """Raises BadLink once the file was taken away: what is kept does not change."""
        with self._still_coming():
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]

    def complete(self) -> None:
        """All of it is here: on the disk before anybody is told."""
        os.fsync(self._file)
        os.close(self._file)
        folder = parts_folder(self._promise.key)
        if self._promise.part is None:
            self._draft.replace(self._target)
            shutil.rmtree(folder, ignore_errors=True)
            return
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(self._promise.part)).write_text(str(self._promise.size))

    def give_up(self) -> None:
        """The client went away. What is complete stays: a part may be sent again."""
        os.close(self._file)
        if self._promise.part is None:
            self._draft.unlink(missing_ok=True)

    @contextmanager
    def _still_coming(self) -> Iterator[None]:
        """A part is written where it belongs, into a file that may be finished meanwhile by another try."""
        fcntl.flock(self._file, fcntl.LOCK_SH)
        try:
            if not self._is_in_its_place():
                raise links.BadLink
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _is_in_its_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._file), self._draft.stat())
        except FileNotFoundError:
            return False
