"""The private keys of this server: one signs tokens, one signs what it has browsers called by."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chatify.lib.secrets import kept_secret


def new_private_key() -> str:
    """A 2048-bit RSA key as PEM (PKCS 8)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return _pem(key)


def kept_private_key(path: Path) -> str:
    """The key in `path`, made on first use: readable by its owner alone, one key for racing starts."""
    return kept_secret(path, new_private_key)


def new_push_key() -> str:
    """A key on P-256 as PEM (PKCS 8), which is what push services read (VAPID)."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def kept_push_key(path: Path) -> str:
    """The same for the key of push: another key would silence every browser that agreed to be called."""
    return kept_secret(path, new_push_key)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
