"""What a web page tells of itself: read by the standard parser, in a process with limits, and kept as plain text."""

import codecs
import re
from html.parser import HTMLParser
from typing import Any

from chatify.lib import charsets

Shape = dict[str, Any]

TITLE_LENGTH = 200
TEXT_LENGTH = 300
SITE_LENGTH = 100
ADDRESS_LENGTH = 2048
MOST_TAGS = 1_000
_SAID_INSIDE = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})""", re.I)
_NOT_SHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]"
)
_WANTED = {
    "title": ("og:title", "twitter:title", "title"),
    "text": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "image_src"),
}  # fmt: skip
_LENGTHS = {"title": TITLE_LENGTH, "text": TEXT_LENGTH, "site": SITE_LENGTH, "image": ADDRESS_LENGTH}


def prepare(source: str, folder: str, task: Shape) -> Shape:
    """Title, text, site and the address of a picture, each empty where the page does not say."""
    with open(source, "rb") as file:
        raw = file.read()
    head = Head()
    try:
        head.feed(_decoded(raw, task["charset"]))
    except Enough:
        pass
    except AssertionError:  # what the parser says to nonsense
        pass
    told = {name: _first(head.said, keys)[: _LENGTHS[name]] for name, keys in _WANTED.items()}
    return {"page": told}


class Enough(Exception):
    """The head is over, or holds more than any page has to say."""


class Head(HTMLParser):
    """What the head of a page says, the first time it says it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self._tags = 0
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags += 1
        if tag == "body" or self._tags > MOST_TAGS:
            raise Enough
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self._say(given.get("property") or given.get("name", ""), given.get("content", ""))
        elif tag == "link" and given.get("rel", "").lower() == "image_src":
            self._say("image_src", given.get("href", ""))
        elif tag == "title" and "title" not in self.said:
            self._title = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            raise Enough
        if tag == "title" and self._title is not None:
            self._say("title", "".join(self._title))
            self._title = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data[: 10 * TITLE_LENGTH])

    def _say(self, name: str, value: str) -> None:
        if value.strip():
            self.said.setdefault(name.strip().lower(), value)


def _first(said: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((found for key in keys if (found := _plain(said.get(key, "")))), "")


def _plain(value: str) -> str:
    """One line of text, without what is not seen or turns its neighbours round."""
    return " ".join(_NOT_SHOWN.sub(" ", value[: 2 * ADDRESS_LENGTH]).split())


def _decoded(raw: bytes, charset: str) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    inside = _SAID_INSIDE.search(raw[:2048])
    named = charset or (inside[1].decode() if inside else "")
    return raw.decode(charsets.usable(named), "replace")
