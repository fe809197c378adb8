"""What is said in the demo world: one TOML file per conversation in `scripts/`.

`kind`, `title`, `by` (who starts it), `with` and `cc` (usernames), `unread` (messages still unread, by
username), `say`: a list of `[who, when, text]`. `when` is `3 09:15` (three days ago, at a quarter past nine in UTC),
or `25m` and `2h` ago.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

FOLDER = Path(__file__).parent / "scripts"

_DAY = re.compile(r"(\d+) (\d\d):(\d\d)")
_AGO = re.compile(r"(\d+)([mh])")


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `client_id` is the same on every run, so a second run sends nothing."""

    who: str
    at: datetime
    text: str
    client_id: UUID


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation. `lines` are in the order of time."""

    name: str
    kind: str
    title: str
    by: str
    people: tuple[str, ...]
    cc: tuple[str, ...]
    unread: dict[str, int]
    lines: tuple[Line, ...]

    @property
    def client_id(self) -> UUID:
        """A mail thread starts with its first message, under one id."""
        return self.lines[0].client_id

    @property
    def everyone(self) -> tuple[str, ...]:
        return (self.by, *self.people, *self.cc)


def load(now: datetime) -> list[Script]:
    """All scripts in the order of their names, with times counted back from `now`."""
    return [_script(path, now) for path in sorted(FOLDER.glob("*.toml"))]


def _script(path: Path, now: datetime) -> Script:
    raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Script(
        name=path.stem,
        kind=raw["kind"],
        title=raw.get("title", ""),
        by=raw["by"],
        people=tuple(raw["with"]),
        cc=tuple(raw.get("cc", ())),
        unread=raw.get("unread", {}),
        lines=tuple(_lines(path.stem, raw["say"], now)),
    )


def _lines(name: str, say: list[list[str]], now: datetime) -> Iterator[Line]:
    earliest = now - timedelta(days=365)
    for index, (who, when, text) in enumerate(say):
        # Whatever the hour of the start is: in order, and not in the future.
        at = min(max(moment(when, now), earliest), now)
        earliest = at + timedelta(seconds=1)
        yield Line(who, at, text, uuid5(NAMESPACE_URL, f"https://chatify.example/demo/{name}/{index}"))


def moment(when: str, now: datetime) -> datetime:
    """The time that `when` means, to the second. Raises ValueError for another spelling."""
    now = now.replace(microsecond=0)
    if ago := _AGO.fullmatch(when):
        unit = "minutes" if ago[2] == "m" else "hours"
        return now - timedelta(**{unit: int(ago[1])})
    if day := _DAY.fullmatch(when):
        days, hour, minute = (int(part) for part in day.groups())
        return (now - timedelta(days=days)).replace(hour=hour, minute=minute, second=0)
    raise ValueError(f"not a time in a script: {when!r}")
