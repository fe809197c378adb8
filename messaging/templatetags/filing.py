"""How files are told of."""

from collections.abc import Sequence
from typing import Any

from django import template

from media import policy
from media.models import Kind, State

register = template.Library()
Shape = dict[str, Any]
_LOOKS = {Kind.IMAGE: "_picture.html", Kind.VIDEO: "_film.html", Kind.AUDIO: "_sound.html"}
_SEEN = (Kind.IMAGE, Kind.VIDEO)
_SORTS = {
    "application/pdf": "PDF",
    "application/zip": "Archive",
    "text/plain": "Text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "Presentation",
    "application/vnd.oasis.opendocument.text": "Document",
    "application/vnd.oasis.opendocument.spreadsheet": "Sheet",
    "application/vnd.oasis.opendocument.presentation": "Presentation",
    "application/epub+zip": "Book",
}


@register.filter
def bytes(size: int) -> str:
    """`34 MB`."""
    return policy.in_words(size)


@register.filter
def length_of_time(seconds: float) -> str:
    """`1:04`, or `1:02:04` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def wave(bars: Sequence[int]) -> str:
    """The loudness of a sound as a path: one stroke a bar, in a box of 64 by 24."""
    return " ".join(
        f"M{place + 0.5} {12 - tall:g}V{12 + tall:g}"
        for place, tall in enumerate(max(1, bar * 0.11) for bar in bars)
    )


@register.filter
def sort_of_file(file: Shape) -> str:
    """What a file is, in a word: by its content, else by what its name ends with."""
    if known := _SORTS.get(file["type"]):
        return known
    stem, dot, ending = file["name"].rpartition(".")
    return (
        ending.upper()
        if stem and dot and len(ending) <= 5 and ending.isalnum()
        else file["kind"].capitalize()
    )


@register.filter
def look_of_file(file: Shape) -> str:
    """The partial that draws a file: in place where it was looked into, else as a row."""
    kind, state = file["kind"], file["state"]
    if state == State.REFUSED:
        return "messaging/attachments/_refused.html"
    if state == State.PROCESSING and kind in _SEEN:
        return "messaging/attachments/_waiting.html"
    look = _LOOKS.get(kind) if state == State.READY else None
    return f"messaging/attachments/{look or '_row.html'}"


@register.filter
def inline_rendition(file: Shape) -> str:
    """What is shown in place: what moves, moves."""
    return "preview" if file["details"].get("frames", 1) > 1 else "thumb"


@register.filter
def unplayable(file: Shape) -> bool:
    """Whether some browsers have no decoder for this film, and there is no copy in another form."""
    return not file["details"].get("plays", True) and "play" not in file["renditions"]
