"""Looking at a page that somebody linked to: what it says of itself, and its picture, made anew and kept by us."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from chatify.lib import fetch, guard
from chatify.lib.fetch import Wish
from media import naming, policy, sniffing, storage
from media.operations import preparing
from media.processing.workshop import reading_room

log = logging.getLogger(__name__)
Shape = dict[str, Any]

PAGES = ("text/html", "application/xhtml+xml")
MOST_OF_PAGE = 512 * 2**10
LARGEST_PICTURE = 5 * policy.MB
SECONDS = 6.0
READING = {"cpu": 5, "seconds": 8, "memory": 512 * policy.MB, "disk": 8 * policy.MB}
PICTURE = {**preparing.PICTURE, "cpu": 10, "seconds": 15}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the store."""

    key: str
    type: str
    width: int
    height: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a page says of itself: a title at least."""

    title: str
    text: str
    site: str
    picture: Picture | None


def look(url: str) -> Look | None:
    """Visit a page; None where there is nothing to show, or we do not go there, or nobody answers."""
    try:
        answer = fetch.fetch(url, Wish(most=MOST_OF_PAGE, types=PAGES, cut=True, seconds=SECONDS))
    except (guard.Refused, fetch.Failed) as error:
        log.info("a link was not looked at (%s)", error)
        return None
    if answer.status != 200 or not answer.body:
        return None
    with preparing.scratch() as place:
        told = _read(answer, place)
        if not told.get("title"):
            return None
        picture = _picture(urljoin(answer.url, told["image"]), place) if told["image"] else None
    return Look(told["title"], told["text"], told["site"] or _site(answer.url), picture)


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")[:100]


def _read(answer: fetch.Answer, place: Path) -> Shape:
    source = place / "page"
    source.write_bytes(answer.body)
    task = {"task": "page", "source": str(source), "folder": str(place), "charset": answer.charset}
    return dict(reading_room.do({**task, **READING}).get("page", {}))


def _picture(url: str, place: Path) -> Picture | None:
    """The picture of a page, wherever it lies, under the same guard; None where there is none that we open."""
    source = place / "picture"
    try:
        wish = Wish(most=LARGEST_PICTURE, types=tuple(policy.IMAGES), seconds=SECONDS)
        answer = fetch.fetch(url, wish)
    except (guard.Refused, fetch.Failed) as error:
        log.info("the picture of a link was not looked at (%s)", error)
        return None
    if answer.status != 200:
        return None
    source.write_bytes(answer.body)
    format = policy.IMAGES.get(sniffing.sniff(answer.body[: sniffing.HEAD]).type)
    if not format:
        return None
    limits = {"formats": [format], "side": policy.LARGEST_SIDE, "pixels": policy.LARGEST_PIXELS}
    task = {"task": "card", "source": str(source), "folder": str(place), **limits}
    return _keep(reading_room.do({**task, **PICTURE}), place)


def _keep(made: Shape, place: Path) -> Picture | None:
    card = made.get("renditions", {}).get("card")
    if not card:
        return None
    key = naming.new_key()
    storage.current().add(key, place / Path(card["file"]).name, type=card["type"])
    return Picture(key, card["type"], card["width"], card["height"], made["placeholder"])
