"""Pictures: turned upright, made small, and freed of everything but pixels."""

import base64
import io
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pi_heif
from PIL import Image, ImageCms, ImageOps, ImageSequence

from media.processing import stripping
from media.processing.trouble import CannotPreview, TooMuch

pi_heif.register_heif_opener()
# Here, or each fork reads forty modules before it opens its file.
Image.init()
Shape = dict[str, Any]

PREVIEW_SIDE = 1600
THUMB_SIDE = 640
MOVING_SIDE = 480
CARD_SIDE = 400
# A picture below this is a dot that counts visitors.
SMALLEST_CARD = 32
PLACEHOLDER_SIDE = 16
LARGEST_PROFILE = 2**20
# The formats of cameras.
PHOTOS = ("JPEG", "MPO", "HEIF", "AVIF")
# As sharp as a photo made small needs to be, in half of Lanczos's time.
SMALLER = Image.Resampling.HAMMING
# Seconds after which a moving picture is shown standing still.
MOVING_SECONDS = 12.0
_SRGB = ImageCms.createProfile("sRGB")


def prepare(source: str, folder: str, task: Shape) -> Shape:
    """The thumbnail, the preview, a blurred placeholder, and the original without what it tells of its maker.

    Raises TooMuch, or whatever a decoder says to a damaged file.
    """
    with _opened(source, task) as picture:
        format = picture.format or ""
        # What a camera stores behind a photo (how bright, how far) is no motion.
        count = 1 if format == "MPO" else getattr(picture, "n_frames", 1)
        width, height = _true_size(picture)
        if count == 1:
            # A JPEG is decoded at the size that is needed; the others come whole.
            picture.draft("RGB", _fitting(picture.size, PREVIEW_SIDE))
        upright = _upright(picture)
    made = stills(upright, folder, photo=format in PHOTOS)
    if count > 1 and (moving := _moving(source, folder, task, count)):
        made["renditions"]["preview"] = moving
    answer = {
        **made, "width": width, "height": height, "details": {"frames": count} if count > 1 else {},
    }  # fmt: skip
    bare = os.path.join(folder, "original")
    return {**answer, "original": "original"} if stripping.strip(source, bare, format) else answer


def stills(picture: Image.Image, folder: str, *, photo: bool) -> Shape:
    """The preview, the thumbnail and the placeholder of a picture that is upright already.

    What everybody's page loads is WebP. The large one is opened by few: of a photo it is a JPEG, which takes a sixth of
    the time to make; of what is drawn or written it is WebP, which blurs no letters.
    """
    preview = _within(picture, PREVIEW_SIDE)
    thumb = _within(preview, THUMB_SIDE)
    save = _save_photo if photo and preview.mode == "RGB" else _save
    return {
        "renditions": {"preview": save(preview, folder, "preview"), "thumb": _save(thumb, folder, "thumb")},
        "placeholder": placeholder(thumb),
    }


def prepare_card(source: str, folder: str, task: Shape) -> Shape:
    """The picture of a page that somebody linked to, small and still. Raises like `prepare`."""
    with _opened(source, task) as picture:
        picture.draft("RGB", _fitting(picture.size, CARD_SIDE))
        upright = _upright(picture)
    if min(upright.size) < SMALLEST_CARD:
        raise CannotPreview
    card = _within(upright, CARD_SIDE)
    return {"renditions": {"card": _save(card, folder, "card")}, "placeholder": placeholder(card)}


def placeholder(picture: Image.Image) -> str:
    """A hundred bytes that look like the picture from far away, as a data URI."""
    small, target = _within(picture, PLACEHOLDER_SIDE).convert("RGB"), io.BytesIO()
    small.save(target, "WEBP", quality=20, method=6)
    return "data:image/webp;base64," + base64.b64encode(target.getvalue()).decode()


def _opened(source: str, task: Shape) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limits are lower
    warnings.simplefilter("ignore")
    picture = Image.open(source, formats=task["formats"])
    width, height = picture.size
    if max(width, height) > task["side"] or width * height > task["pixels"]:
        raise TooMuch(f"The picture has {width:,} × {height:,} pixels.")
    return picture


def _true_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height as it is seen, before it is decoded: a draft is smaller than the picture, a turned one is
    turned."""
    width, height = picture.size
    turned = picture.getexif().get(stripping.ORIENTATION) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    # Nonsense in its EXIF: as it stands.
    with suppress(ValueError, TypeError, KeyError, SyntaxError):
        ImageOps.exif_transpose(picture, in_place=True)
    seen = _coloured(picture)
    # Or what is written beside the pixels, a comment or a profile, is written into everything that is made of them.
    seen.info = {}
    return seen


def _coloured(picture: Image.Image) -> Image.Image:
    """In the colours that every screen shows."""
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value / 256).convert("L")
    profile = picture.info.get("icc_profile") or b""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    plain = picture if picture.mode == mode else picture.convert(mode)
    if not 0 < len(profile) <= LARGEST_PROFILE or picture.mode not in ("RGB", "RGBA"):
        return plain
    try:
        return ImageCms.profileToProfile(plain, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB) or plain
    except (ImageCms.PyCMSError, OSError, ValueError):
        return plain


def _within(picture: Image.Image, side: int) -> Image.Image:
    size = _fitting(picture.size, side)
    return picture if size == picture.size else picture.resize(size, SMALLER, reducing_gap=1.25)


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """So large that the longer side is no more than this."""
    width, height = size
    scale = min(1.0, side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _save(picture: Image.Image, folder: str, name: str) -> Shape:
    path = os.path.join(folder, f"{name}.webp")
    picture.save(path, "WEBP", quality=80, method=0)
    return _told(picture, f"{name}.webp")


def _save_photo(picture: Image.Image, folder: str, name: str) -> Shape:
    picture.save(os.path.join(folder, f"{name}.jpg"), "JPEG", quality=82)
    return _told(picture, f"{name}.jpg", "image/jpeg")


def _told(picture: Image.Image, file: str, type: str = "image/webp") -> Shape:
    return {"file": file, "type": type, "width": picture.width, "height": picture.height}


def _moving(source: str, folder: str, task: Shape, count: int) -> Shape | None:
    """The whole animation, small; None where it is beyond the limits or takes too long: then it stands still."""
    with _opened(source, task) as picture:
        if count > task["frames"] or count * picture.width * picture.height > task["frame_pixels"]:
            return None
        times: list[int] = []
        frames = list(_frames(picture, times))
    if len(frames) != count:
        return None
    path = os.path.join(folder, "preview.webp")
    frames[0].save(
        path, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=0, quality=60, method=0
    )
    return _told(frames[0], "preview.webp")


def _frames(picture: Image.Image, times: list[int]) -> Iterator[Image.Image]:
    until = time.monotonic() + MOVING_SECONDS
    for frame in ImageSequence.Iterator(picture):
        if time.monotonic() > until:
            return
        times.append(max(20, int(frame.info.get("duration", 100) or 100)))
        yield _within(frame.convert("RGBA"), MOVING_SIDE)
