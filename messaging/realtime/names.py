"""How things are called outside the process."""

import hashlib
import os
import secrets

SPEAKS = "-"


def digest_of(session_key: str) -> str:
    """A session's name on the layer: never the key, which opens it."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def new_origin(*, listens: bool = True) -> str:
    """A name for this process on the layer; it tells whether it has sockets, or only speaks."""
    return f"{'' if listens else SPEAKS}{os.getpid():x}.{secrets.token_hex(6)}"


def listens(origin: str) -> bool:
    """Whether who has this name has sockets that want to hear."""
    return not origin.startswith(SPEAKS)
