"""Where an export is written: a folder of files that only this account of the machine reads, then one zip of it."""

import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

PIECE = 1024 * 1024
# What is packed already does not get smaller; looking costs minutes of a large export.
PACKED = {
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".avif",
    ".mp4",
    ".webm",
    ".mp3",
    ".ogg",
    ".m4a",
    ".zip",
    ".gz",
}
# The look and the search of the pages: they come along, so that the pages need nobody.
ASSETS = ("style.css", "search.js")


class Folder:
    """Files by their name in the zip; a file that is written again replaces the first, whole or not at all."""

    def __init__(self, path: Path, counts: dict[str, int] | None = None) -> None:
        self.path = path
        self.counts = counts if counts is not None else {}
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def text(self, name: str, text: str) -> None:
        with self.open(name) as file:
            file.write(text.encode())

    def json(self, name: str, value: Any) -> None:
        self.text(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def page(self, name: str, template: str, context: dict[str, Any]) -> None:
        """A page; its template finds the top of the folder under `root`."""
        self.text(name, render_to_string(template, {**context, "root": "../" * name.count("/")}))

    def copy(self, name: str, source: IO[bytes]) -> None:
        """A file of any size, by pieces."""
        with self.open(name) as file:
            shutil.copyfileobj(source, file, PIECE)

    def open(self, name: str) -> "Draft":
        return Draft(self.path / name)

    def read(self, name: str) -> Any:
        """A JSON file that an earlier piece of work wrote."""
        return json.loads((self.path / name).read_text())

    def names(self, pattern: str) -> list[str]:
        """The files of this pattern, in order."""
        return sorted(str(path.relative_to(self.path)) for path in self.path.glob(pattern))

    def drop(self, *patterns: str) -> None:
        """Forget the files of these patterns."""
        for pattern in patterns:
            for path in self.path.glob(pattern):
                path.unlink(missing_ok=True)

    def count(self, name: str, number: int) -> None:
        """Add to what the manifest counts."""
        self.counts[name] = self.counts.get(name, 0) + number

    def assets(self) -> None:
        for name in ASSETS:
            found = finders.find(f"archive/{name}")
            self.text(name, Path(str(found)).read_text())

    def pack(self, target: Path) -> int:
        """One zip of everything, read by its owner alone; returns its size. The folder stays."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            Draft(target) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped,
        ):
            for path in _files(self.path):
                stored = path.suffix.lower() in PACKED
                zipped.write(path, str(path.relative_to(self.path)), zipfile.ZIP_STORED if stored else None)
        return target.stat().st_size

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Draft:
    """A file that takes its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")

    def __enter__(self) -> IO[bytes]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        self._file.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
