"""Documents: the first page of a PDF, the first lines of a text."""

from typing import Any

import pypdfium2

from media.processing import pictures
from media.processing.trouble import CannotPreview

Shape = dict[str, Any]
PAGE_SIDE = 1200
LINES = 30
LINE_LENGTH = 160
READ_BYTES = 64 * 1024


def prepare(source: str, folder: str, task: Shape) -> Shape:
    """What can be seen of a document without opening it."""
    return _page(source, folder) if task["type"] == "application/pdf" else _lines(source)


def _page(source: str, folder: str) -> Shape:
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            if not len(pdf):
                raise CannotPreview
            count, page = len(pdf), pdf[0]
            scale = min(4.0, PAGE_SIDE / max(1.0, *page.get_size()))
            picture = page.render(scale=scale).to_pil().convert("RGB")
    except pypdfium2.PdfiumError:
        raise CannotPreview from None
    return {
        **pictures.stills(picture, folder, photo=False),
        "width": picture.width,
        "height": picture.height,
        "details": {"pages": count},
    }


def _lines(source: str) -> Shape:
    with open(source, "rb") as file:
        text = file.read(READ_BYTES).decode("utf-8", "replace")
    lines = [line[:LINE_LENGTH] for line in text.lstrip("\ufeff").splitlines()[:LINES]]
    return {"renditions": {}, "details": {"lines": lines}}
