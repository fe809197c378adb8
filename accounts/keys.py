"""The private key that signs tokens."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chatify.lib.secrets import kept_secret


def new_private_key() -> str:
    """A 2048-bit RSA key as PEM (PKCS 8)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def kept_private_key(path: Path) -> str:
    """The key in `path`, made on first use: readable by its owner alone, one key for racing starts."""
    return kept_secret(path, new_private_key)
