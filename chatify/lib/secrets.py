"""Secrets that are made once and kept in the data folder of an embedded server."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(64)) -> str:
    """Return the secret in `path`, making it on first use: readable by its owner alone, the same for racing starts."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return _make(path, make)


def _make(path: Path, make: Callable[[], str]) -> str:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(make())
    try:
        os.link(draft, path)  # fails when another start was first: its secret counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
