"""What a file is, from its first bytes: never from its name, and never from what its sender says."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import filetype
import pi_heif
from PIL import Image, UnidentifiedImageError

from media import policy
from media.models import Kind

# So many first bytes tell every type that we know.
HEAD = 8192
_PLAIN = {
    "application/zip", "application/pdf", "application/gzip", "application/x-tar", "application/x-7z-compressed",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation", "application/epub+zip",
}  # fmt: skip
TEXT = "text/plain"
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic",
    b"heim": "image/heic", b"heis": "image/heic", b"hevc": "image/heic", b"mif1": "image/heif",
    b"msf1": "image/heif", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
}  # fmt: skip

pi_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Found:
    """A type that we know, or octet-stream; what can be shown in place has a kind, everything else is a file."""

    type: str
    kind: str


def sniff(head: bytes, *, voice: bool = False) -> Found:
    """What begins like this. HTML, SVG, scripts and everything unknown are bytes to download."""
    guess = _box(head) or filetype.guess_mime(head) or ""
    if guess in policy.IMAGES:
        return Found(guess, Kind.IMAGE)
    if guess in policy.VIDEOS:
        return Found(_sound_of(guess), Kind.AUDIO) if voice else Found(guess, Kind.VIDEO)
    if guess in policy.AUDIOS:
        return Found(guess, Kind.AUDIO)
    if guess in _PLAIN:
        return Found(guess, Kind.FILE)
    return Found(TEXT if _is_text(head) else policy.ANY, Kind.FILE)


def head_of(path: Path) -> bytes:
    """So much of a file as `sniff` wants."""
    with path.open("rb") as file:
        return file.read(HEAD)


def _box(head: bytes) -> str | None:
    """What the brand of a container says, where the first guess of others is wrong or missing."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    return "image/png" if head.startswith(b"\x89PNG\r\n\x1a\n") else None


def _sound_of(container: str) -> str:
    """The same container holds sound alone."""
    return container.replace("video/", "audio/").replace("quicktime", "mp4").replace("x-m4v", "mp4")


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters, and nothing that a browser would take for a page."""
    if not head or b"\x00" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may have been cut.
        if len(head) < HEAD or error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    if any(ord(char) < 32 and char not in "\t\n\r\f\x1b" for char in text):
        return False
    return not text.lstrip("\ufeff \t\r\n").startswith("<")


def picture_size(path: Path, type: str) -> tuple[int, int] | None:
    """Width and height from the header alone, None where it cannot be read. Nothing is decoded.

    Raises TooLarge beyond the limits of `media.policy`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=[policy.IMAGES[type]]) as picture:
                size = picture.size
    except Image.DecompressionBombError:
        size = _claimed(path)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError):
        return None
    if size:
        policy.check_pixels(*size)
    return size


def _claimed(path: Path) -> tuple[int, int]:
    """Pillow says no more than that it is too much."""
    with path.open("rb") as file:
        head = file.read(24)
    if head.startswith(b"\x89PNG"):
        return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    return policy.LARGEST_SIDE + 1, policy.LARGEST_SIDE + 1
