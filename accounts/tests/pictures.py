"""Pictures for tests, made in memory."""

import io
import struct
import zlib

from PIL import Image


def picture(format: str = "PNG", size: tuple[int, int] = (300, 200), **options: object) -> io.BytesIO:
    """A file with the upper half red and the lower half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, *size))
    target = io.BytesIO()
    image.save(target, format, **options)
    target.seek(0)
    target.name = f"picture.{format.lower()}"
    return target


def located() -> io.BytesIO:
    """A JPEG that tells where, when and by which camera it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0110] = "Secret Camera 3000"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return picture("JPEG", exif=exif, comment=b"Secret comment")


def bomb(side: int = 60_000) -> io.BytesIO:
    """A PNG of a few bytes that says it has `side` squared pixels."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 4096)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)
    source = io.BytesIO(data)
    source.name = "bomb.png"
    return source


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
