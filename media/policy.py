"""The limits of files, by what they are for and what they are. Said before a byte is sent, checked again after."""

from dataclasses import dataclass

from django.conf import settings

from chatify.lib.errors import Invalid, TooLarge
from media.models import Purpose

MB = 2**20
LARGEST_IMAGE = 25 * MB
LARGEST_VOICE = 50 * MB
LONGEST_VOICE = 15 * 60
LARGEST_SIDE = 12_000
LARGEST_PIXELS = 50_000_000
MOST_FRAMES = 300
MOST_FRAME_PIXELS = 200_000_000
# Seconds that a link to the store lives.
LINK_SECONDS = 300
PART_BYTES = 8 * MB

# What we open as a picture, by what it is found to be.
IMAGES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
}
VIDEOS = {"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-m4v", "video/3gpp"}
AUDIOS = {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/x-wav", "audio/x-flac", "audio/aac", "audio/webm"}
ANY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes of a file, and in which words it is refused."""

    bytes: int
    what: str


def limit_for(purpose: str, type: str) -> Limit:
    """What holds for a file that is promised, or found, to be of this type."""
    if purpose == Purpose.VOICE:
        return Limit(min(LARGEST_VOICE, settings.CHATIFY_LARGEST_FILE), "a voice note")
    if type in IMAGES:
        return Limit(min(LARGEST_IMAGE, settings.CHATIFY_LARGEST_FILE), "a picture")
    return Limit(settings.CHATIFY_LARGEST_FILE, "a file")


def check_size(name: str, size: int, *, purpose: str, type: str) -> None:
    """Raises Invalid for an empty file, TooLarge above the limit; both about `size`."""
    if size < 1:
        raise Invalid.field("size", f"{name} is empty.")
    limit = limit_for(purpose, type)
    if size > limit.bytes:
        sentence = f"{name} is {in_words(size)}; the limit for {limit.what} is {in_words(limit.bytes)}."
        raise TooLarge.field("size", sentence)


def check_purpose(purpose: str, type: str) -> None:
    """Raises Invalid for a purpose that nobody knows, or one that this type does not serve."""
    if purpose not in Purpose:
        raise Invalid.field("purpose", "Choose attachment or voice.")
    if purpose == Purpose.VOICE and not type.startswith(("audio/", "video/webm")):
        raise Invalid.field("type", "A voice note is a sound.")


def check_pixels(width: int, height: int) -> None:
    """Raises TooLarge for a picture that takes more memory to open than it deserves."""
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_PIXELS:
        raise TooLarge.field("file", too_many_pixels(width, height))


def too_many_pixels(width: int, height: int) -> str:
    """The refusal in words."""
    most = LARGEST_PIXELS // 1_000_000
    return f"The picture has {width:,} × {height:,} pixels; the limit is {LARGEST_SIDE:,} a side and {most} million."


def in_words(size: int) -> str:
    """A size as people say it: `34 MB`."""
    for unit, bytes in (("GB", 2**30), ("MB", 2**20), ("KB", 2**10)):
        if size >= bytes:
            amount = size / bytes
            return (
                f"{amount:.1f} {unit}" if amount < 10 and amount != round(amount) else f"{amount:.0f} {unit}"
            )
    return "1 byte" if size == 1 else f"{size} bytes"


def parts_of(size: int) -> int:
    """Into how many parts a file of this size is cut."""
    return -(-size // PART_BYTES)
