"""Pictures of people and of groups: taken apart and made anew, so that nothing but pixels of ours is ever served.

A picture is stored under a random key in two squares of WebP. Where it came from, when, and with which camera is gone.
"""

import io
import secrets
import threading
import warnings
from pathlib import Path
from typing import IO

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from chatify.lib.errors import Invalid, NotFound, TooLarge

LARGEST_BYTES = 5 * 1024 * 1024
LARGEST_SIDE = 12_000
LARGEST_PIXELS = 50_000_000
# Only these decoders are asked, whatever the name or the type of the file says.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
SIDES = {"small": 128, "large": 512}
# The shelves: any signed-in person may see a person's picture, only its members a group's.
PEOPLE, GROUPS = "avatars", "groups"
_DAMAGED = "This picture could not be read. Choose a JPEG, PNG, GIF, WebP or AVIF file."
# A large picture takes 200 MB while it is open: one at a time.
_one_at_a_time = threading.Semaphore(1)


Squares = dict[str, bytes]


def store(source: IO[bytes]) -> str:
    """Re-encode a picture and keep it. Returns its key. Raises as `prepared` does."""
    return keep(prepared(source))


def prepared(source: IO[bytes]) -> Squares:
    """A picture re-encoded, before anybody knows whether it will be needed.

    Raises TooLarge above 5 MB, 12,000 pixels a side or 50 megapixels, Invalid for what is no picture;
    all about `avatar`.
    """
    data = source.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise TooLarge.field("avatar", f"The picture is too large: at most {LARGEST_BYTES // 2**20} MB.")
    with _one_at_a_time:
        return _squares(data)


def keep(squares: Squares, *, shelf: str = PEOPLE) -> str:
    """Store what was prepared; returns its key."""
    key = secrets.token_urlsafe(18)
    for name, square in squares.items():
        path = _path(shelf, key, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(square)
    return key


def read(key: str, size: str, *, shelf: str = PEOPLE) -> bytes:
    """One square of a picture as WebP; its key is known on its own shelf alone. Raises NotFound."""
    if size not in SIDES or not key.replace("-", "").replace("_", "").isalnum():
        raise NotFound("There is no such picture.")
    try:
        return _path(shelf, key, size).read_bytes()
    except OSError:
        raise NotFound("There is no such picture.") from None


def remove(key: str, *, shelf: str = PEOPLE) -> None:
    """Forget a picture; one that is gone already is no error."""
    for name in SIDES if key else ():
        _path(shelf, key, name).unlink(missing_ok=True)


def _path(shelf: str, key: str, size: str) -> Path:
    return settings.MEDIA_ROOT / shelf / key[:2] / f"{key}-{size}.webp"


def _squares(data: bytes) -> Squares:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check_size(picture)
                # A JPEG is decoded at the size that is needed; the others come whole.
                picture.draft("RGB", (SIDES["large"] * 2, SIDES["large"] * 2))
                return _crop(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise Invalid.field("avatar", _DAMAGED) from None


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> Invalid:
    return TooLarge.field("avatar", f"The picture has too many pixels: at most {LARGEST_SIDE:,} on a side.")


def _crop(picture: Image.Image) -> Squares:
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    return {name: _encode(ImageOps.fit(upright, (side, side))) for name, side in SIDES.items()}


def _encode(square: Image.Image) -> bytes:
    target = io.BytesIO()
    square.save(target, "WEBP", quality=82, method=4)
    return target.getvalue()
