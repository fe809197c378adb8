"""Mailboxes in one file: the messages of an mbox one after the other, whatever its size, and messages as an mbox.

A message begins with a line `From address date` behind an empty line; such lines in a text carry a `>` before them
(the "mboxrd" way, which can be taken back exactly). A file that begins otherwise is one message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

LINE = 64 * 1024
LARGEST = 25 * 2**20
"""A message beyond this is passed over: it would have to be in memory as a whole."""
_BEGINS = re.compile(rb"From .*\d:\d\d")
_QUOTED = re.compile(rb"^>(>*From )")
_QUOTABLE = re.compile(rb"^(>*From )", re.M)


@dataclass(frozen=True, slots=True)
class Raw:
    """One message as it lay in the file. `end` is where the next one begins; `data` is None for one too large."""

    end: int
    data: bytes | None
    line: bytes = b""
    """The line that began it."""


def messages(file: BinaryIO, *, start: int = 0) -> Iterator[Raw]:
    """All messages from a place on: 0, or the `end` of an earlier one."""
    file.seek(start)
    first = file.readline(LINE)
    while start == 0 and first and not first.strip():
        first = file.readline(LINE)
    if not first:
        return
    if _BEGINS.match(first):
        yield from _several(file, first)
    else:
        yield from _one(file, first)


def _one(file: BinaryIO, first: bytes) -> Iterator[Raw]:
    data = first + file.read(LARGEST)
    if len(data) > LARGEST:
        yield Raw(file.seek(0, 2), None)
    else:
        yield Raw(file.tell(), data)


def _several(file: BinaryIO, line: bytes) -> Iterator[Raw]:
    held = bytearray()  # not a list: an object for each line is many times what the line is
    began, last, size, empty, whole = line, b"", 0, False, True
    while line := file.readline(LINE):
        if whole and empty and _BEGINS.match(line):
            yield _raw(file.tell() - len(line), began, held, last, size)
            held = bytearray()
            began, last, size, empty = line, b"", 0, False
            continue
        size += len(line)
        if size <= LARGEST:
            last = _QUOTED.sub(rb"\1", line) if whole else line
            held += last
        empty, whole = line in (b"\n", b"\r\n") and whole, line.endswith(b"\n")
    yield _raw(file.tell(), began, held, last, size)


def _raw(end: int, began: bytes, held: bytearray, last: bytes, size: int) -> Raw:
    if size > LARGEST:
        return Raw(end, None, began)
    if last and not last.strip():
        del held[-len(last) :]  # the empty line that parts it from the next one
    return Raw(end, bytes(held), began)


def began(address: str, at: datetime) -> bytes:
    """The line before a message."""
    sender = re.sub(r"[^\x21-\x7e]", "", address) or "unknown"
    return f"From {sender} {at.astimezone(UTC):%a %b %d %H:%M:%S %Y}\n".encode()


def quoted(message: bytes) -> bytes:
    """The lines of a message so that none of them begins another one."""
    return _QUOTABLE.sub(rb">\1", message)
