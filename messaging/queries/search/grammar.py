"""What somebody typed into the search field, as what is wanted. Nothing that can be typed is an error: what is no
operator is a word to look for."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from chatify.lib.folding import fold

MOST_TERMS = 12
# -name:"value with spaces" | -"a phrase" | -word
_PART = re.compile(r'(?P<not>-)?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]\S*))')
_DAYS = {"today": 0, "yesterday": 1}

HAS = ("link", "file", "image", "video", "audio")
MARKED = ("edited", "pinned")
"""States of the message itself, which its entry holds like what it has."""
IS = ("unread", "read", "starred", "pinned", "edited", "mine")


@dataclass(slots=True)
class Wanted:
    """All of it must hold. `refused` are operators whose value means nothing, in words for the page."""

    terms: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    has: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    not_states: set[str] = field(default_factory=set)
    after: datetime | None = None
    before: datetime | None = None
    refused: list[str] = field(default_factory=list)

    @property
    def narrowed(self) -> bool:
        """Whether anything but words was asked for."""
        lists = (self.senders, self.recipients, self.places, self.has, self.states, self.not_states)
        return any(lists) or self.after is not None or self.before is not None

    @property
    def plain(self) -> bool:
        """Whether it is words alone, which may also name people and conversations."""
        return bool(self.terms) and not (self.narrowed or self.without)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for; what is left out alone would be everything else."""
        return not (self.terms or self.narrowed)


def parse(text: str, zone: tzinfo = UTC) -> Wanted:
    """Read a query; days are those of `zone`."""
    wanted = Wanted()
    for part in _PART.finditer(text):
        value = part["phrase"] if part["phrase"] is not None else part["word"]
        name = (part["name"] or "").lower()
        if name and _take(wanted, name, value, zone, negated=bool(part["not"])):
            continue
        whole = f"{part['name']}:{value}" if name else value
        _look_for(wanted, whole, negated=bool(part["not"]))
    del wanted.terms[MOST_TERMS:], wanted.without[MOST_TERMS:]
    return wanted


def _look_for(wanted: Wanted, text: str, *, negated: bool) -> None:
    term = fold(text)
    chosen = wanted.without if negated else wanted.terms
    if term and term not in chosen:
        chosen.append(term)


def _take(wanted: Wanted, name: str, value: str, zone: tzinfo, *, negated: bool) -> bool:
    """Whether it was an operator; one with a value that means nothing is told, and does not narrow."""
    if name == "is":
        return _state(wanted, fold(value), negated=negated)
    if negated:
        return False
    lists = {"from": wanted.senders, "to": wanted.recipients, "in": wanted.places}
    if name in lists:
        lists[name] += [name_of] if (name_of := value.lstrip("@#").strip()) else []
        return True
    if name == "has":
        return _has(wanted, fold(value))
    return name in ("before", "after") and _day(wanted, name, value, zone)


def _state(wanted: Wanted, value: str, *, negated: bool) -> bool:
    if value in IS:
        (wanted.not_states if negated else wanted.states).add(value)
    else:
        wanted.refused.append(f"is:{value} means nothing here. Try is:{', is:'.join(IS)}.")
    return True


def _has(wanted: Wanted, value: str) -> bool:
    singular = value.removesuffix("s")
    if singular in HAS:
        wanted.has.add(singular)
    else:
        wanted.refused.append(f"has:{value} means nothing here. Try has:{', has:'.join(HAS)}.")
    return True


def _day(wanted: Wanted, name: str, value: str, zone: tzinfo) -> bool:
    day = _date(fold(value), zone)
    if day is None:
        wanted.refused.append(f"{name}: takes a day like 2026-11-21, today or yesterday.")
    elif name == "before":
        wanted.before = datetime(day.year, day.month, day.day, tzinfo=zone)
    else:
        wanted.after = datetime(day.year, day.month, day.day, tzinfo=zone)
    return True


def _date(value: str, zone: tzinfo) -> date | None:
    """A day, a month (its first day) or a year; between 1971 and 8999, which every zone and database can hold."""
    if value in _DAYS:
        return datetime.now(zone).date() - timedelta(days=_DAYS[value])
    numbers = re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", value)
    if numbers is None or not 1970 < int(numbers[1]) < 9000:
        return None
    try:
        return date(int(numbers[1]), int(numbers[2] or 1), int(numbers[3] or 1))
    except ValueError:
        return None
