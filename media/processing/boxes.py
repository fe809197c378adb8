"""HEIC and AVIF: boxes in boxes (ISO 14496-12). What is told of the maker is overwritten in its place, so that every
offset in the file stays true."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

_TOLD = {b"Exif", b"mime"}
# An EXIF block that says nothing: decoders refuse a file whose block is none at all.
_SILENT = b"\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"


class Box(NamedTuple):
    """A box's kind, and where its content begins and ends."""

    kind: bytes
    start: int
    end: int


class Extent(NamedTuple):
    """Some bytes of an item: from the start of the file, or (method 1) of the `idat` box."""

    method: int
    offset: int
    length: int


def blank_metadata(data: bytes) -> bytes:
    """The same file with nothing where EXIF and XMP were. Raises ValueError or struct.error for one that is no such."""
    out = bytearray(data)
    meta = _one(data, Box(b"", 0, len(data)), b"meta")
    inner = meta._replace(start=meta.start + 4)
    told = _items(data, _one(data, inner, b"iinf"))
    places = _locations(data, _one(data, inner, b"iloc"))
    store = next((box.start for box in _boxes(data, inner) if box.kind == b"idat"), 0)
    for item in told:
        for method, offset, length in places.get(item, []):
            start = offset + (store if method == 1 else 0)
            end = min(start + length, len(out))
            length = max(0, end - start)
            out[start:end] = _SILENT[:length].ljust(length, b"\0")
    return bytes(out)


def _boxes(data: bytes, around: Box) -> Iterator[Box]:
    place = around.start
    while place + 8 <= around.end:
        size, kind = struct.unpack_from(">I4s", data, place)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, place + 8)[0], 16
        size = size or around.end - place
        if size < head:
            raise ValueError("a box smaller than its head")
        yield Box(kind, place + head, min(place + size, around.end))
        place += size


def _one(data: bytes, around: Box, kind: bytes) -> Box:
    for box in _boxes(data, around):
        if box.kind == kind:
            return box
    raise ValueError(f"no {kind!r}")


def _items(data: bytes, iinf: Box) -> set[int]:
    """The items that tell of the maker."""
    start = iinf.start + (6 if data[iinf.start] == 0 else 8)
    found = set()
    for box in _boxes(data, iinf._replace(start=start)):
        version = data[box.start]
        if box.kind != b"infe" or version < 2:
            continue
        wide = version > 2
        item = struct.unpack_from(">I" if wide else ">H", data, box.start + 4)[0]
        type_at = box.start + (10 if wide else 8)
        if data[type_at : type_at + 4] in _TOLD:
            found.add(item)
    return found


def _locations(data: bytes, iloc: Box) -> dict[int, list[Extent]]:
    reader = _Reader(data, iloc.start + 4)
    version = data[iloc.start]
    sizes, more = reader.whole(1), reader.whole(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    found: dict[int, list[Extent]] = {}
    for _ in range(reader.whole(4 if version > 1 else 2)):
        item = reader.whole(4 if version > 1 else 2)
        method = reader.whole(2) & 15 if version else 0
        reader.whole(2)
        base = reader.whole(base_size)
        extents = found.setdefault(item, [])
        for _ in range(reader.whole(2)):
            reader.whole(index_size)
            offset = base + reader.whole(offset_size)
            extents.append(Extent(method, offset, reader.whole(length_size)))
    return found


class _Reader:
    def __init__(self, data: bytes, place: int) -> None:
        self._data = data
        self._place = place

    def whole(self, size: int) -> int:
        """A number of so many bytes; 0 for none."""
        start, self._place = self._place, self._place + size
        if self._place > len(self._data):
            raise ValueError("it ends too soon")
        return int.from_bytes(self._data[start : self._place])
