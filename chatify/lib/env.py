"""The one typed reader of environment variables; it remembers what it read, for a test to compare with the docs."""

from pathlib import Path

import environ

_env = environ.Env()
registry: dict[str, str] = {}


def _note(name: str, default: object) -> None:
    registry[name] = "" if default is None else str(default)


def text(name: str, default: str = "") -> str:
    """A string; surrounding white space is dropped."""
    _note(name, default)
    return str(_env.str(name, default=default)).strip()


def flag(name: str, default: bool = False) -> bool:
    """A boolean: `1/true/yes/on` or `0/false/no/off`."""
    _note(name, default)
    return bool(_env.bool(name, default=default))


def whole(name: str, default: int) -> int:
    """A whole number."""
    _note(name, default)
    return int(_env.int(name, default=default))


def number(name: str, default: float) -> float:
    """A number, in the unit that the name gives."""
    _note(name, default)
    return float(_env.float(name, default=default))


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas; empty items are dropped."""
    _note(name, ",".join(default))
    return [item.strip() for item in _env.list(name, default=list(default)) if item.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute folder, made when it is missing."""
    _note(name, default.name)
    path = Path(_env.str(name, default=str(default))).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def database(name: str, default: str) -> dict[str, object]:
    """Django's database dictionary from a URL such as `postgres://user:secret@host:5432/name`."""
    _note(name, "")
    return dict(_env.db_url(name, default=default))


def email(name: str, default: str) -> dict[str, object]:
    """Django's mail settings from a URL such as `smtp+tls://user:secret@host:587`."""
    _note(name, "")
    return dict(_env.email_url(name, default=default))
