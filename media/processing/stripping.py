"""A photo without what it tells of its maker: place, time, camera, comments. Its pixels stay exactly as they are."""

import re
import struct
import zlib
from collections.abc import Callable

from media.processing import boxes

# JPEG segments that the pixels need: JFIF, the colour profile, Adobe's colour transform.
_KEPT_SEGMENTS = {0xE0, 0xEE}
_PROFILE = b"ICC_PROFILE\x00"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_KEPT_CHUNKS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD",
    b"cICP", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
ORIENTATION = 0x0112


def strip(source: str, target: str, format: str) -> bool:
    """Write the bare file to `target`; False, and nothing written, where there is nothing to take away."""
    work = _BY_FORMAT.get(format)
    if work is None:
        return False
    with open(source, "rb") as file:
        data = file.read()
    try:
        bare = work(data)
    except (struct.error, IndexError, ValueError):  # an odd one that decoders forgive
        return False
    if bare == data:
        return False
    with open(target, "wb") as file:
        file.write(bare)
    return True


def _jpeg(data: bytes) -> bytes:
    """All segments but those of cameras and programs, up to the end of the picture; how it is turned stays."""
    out, place, turned = [data[:2]], 2, 1
    while place + 4 <= len(data):
        marker = data[place + 1]
        if data[place] != 0xFF or marker == 0xD9:
            break
        length = struct.unpack_from(">H", data, place + 2)[0] + 2
        segment = data[place : place + length]
        if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
            turned = _orientation(segment[10:]) or turned
        if _needed(marker, segment):
            out.append(segment)
        place += length
        if marker == 0xDA:  # the pixels follow, without a length
            found = _NEXT_MARKER.search(data, place)
            end = found.start() if found else len(data)
            out.append(data[place:end])
            place = end
    if turned != 1:
        out.insert(
            1, b"\xff\xe1" + struct.pack(">H", len(_exif(turned)) + 8) + b"Exif\x00\x00" + _exif(turned)
        )
    return b"".join(out) + b"\xff\xd9"


def _needed(marker: int, segment: bytes) -> bool:
    if marker == 0xE2:
        return segment[4:16] == _PROFILE
    return marker in _KEPT_SEGMENTS or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _orientation(tiff: bytes) -> int:
    """How the picture is turned, 1 to 8; 0 where that is not told."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    start = struct.unpack_from(order + "I", tiff, 4)[0]
    for number in range(struct.unpack_from(order + "H", tiff, start)[0]):
        tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + number * 12)
        if tag == ORIENTATION:
            return value if 1 <= value <= 8 else 0
    return 0


def _exif(turned: int) -> bytes:
    """An EXIF block that says this alone."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)


def _png(data: bytes) -> bytes:
    out, place = [data[:8]], 8
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        chunk = data[place : place + 12 + length]
        if kind in _KEPT_CHUNKS:
            out.append(chunk)
        elif kind == b"eXIf" and (turned := _orientation(chunk[8:-4])) > 1:
            bare = b"eXIf" + _exif(turned)
            out.append(struct.pack(">I", len(bare) - 4) + bare + struct.pack(">I", zlib.crc32(bare)))
        place += 12 + length
        if kind == b"IEND":
            break
    return b"".join(out)


def _webp(data: bytes) -> bytes:
    out, place, turned = [], 12, 1
    end = min(len(data), struct.unpack_from("<I", data, 4)[0] + 8)
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, place)
        padded = length + length % 2
        chunk = data[place : place + 8 + padded]
        if kind == b"EXIF":
            turned = _orientation(chunk[8:].removeprefix(b"Exif\x00\x00")) or turned
        elif kind != b"XMP ":
            out.append(chunk)
        place += 8 + padded
    if out and out[0][:4] == b"VP8X":
        flags = out[0][8] & ~0x0C | (0x08 if turned != 1 else 0)
        out[0] = out[0][:8] + bytes([flags]) + out[0][9:]
    if turned != 1:
        out.append(struct.pack("<4sI", b"EXIF", len(_exif(turned))) + _exif(turned))
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_BY_FORMAT: dict[str, Callable[[bytes], bytes]] = {
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "HEIF": boxes.blank_metadata,
    "AVIF": boxes.blank_metadata,
}
