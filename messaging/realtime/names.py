"""How things are called outside the process."""

import hashlib
import os
import secrets


def digest_of(session_key: str) -> str:
    """A session's name on the layer: never the key, which opens it."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def new_origin() -> str:
    """A name for this process on the layer."""
    return f"{os.getpid():x}.{secrets.token_hex(6)}"
