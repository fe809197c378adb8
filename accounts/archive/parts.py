"""What an export consists of: each app registers its parts, in the order in which they are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.archive.folder import Folder
from accounts.models import User

Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """`write(user, folder, place)` writes one piece (a second of work at most) and returns where the next one goes
    on, as JSON, or None after the last; the first place is empty, or names in `only` the subject that alone is wanted,
    where the part can be `narrowed` to one. A piece may be written twice and must look the same. `size(user)` is about
    how many things it will write, for the progress, and `place["done"]` how many are written.
    """

    name: str
    write: Callable[[User, Folder, Place], Place | None]
    size: Callable[[User], int] = lambda user: 1
    whole: bool = True
    """Whether it is in the copy of everything."""
    narrowed: bool = False


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Have this part in every export; the same name again replaces it."""
    _parts[part.name] = part


def all_parts(subject: UUID | None = None) -> list[Part]:
    return [part for part in _parts.values() if (part.narrowed if subject else part.whole)]


def size_of(user: User) -> int:
    return sum(part.size(user) for part in all_parts())


def write_next(
    user: User, folder: Folder, place: Place, subject: UUID | None = None
) -> tuple[Place | None, int]:
    """Write the next piece. Returns where to go on (None when all is written), and how many things it wrote."""
    parts = all_parts(subject)
    index = place.get("part", 0)
    inner = place.get("place") or ({"only": str(subject)} if subject else {})
    if index >= len(parts):
        return None, 0
    then = parts[index].write(user, folder, inner)
    if then is None:
        size = 0 if subject else parts[index].size(user)
        return {"part": index + 1}, max(1, size - inner.get("done", 0))
    return {"part": index, "place": then}, then.get("done", 0) - inner.get("done", 0)
