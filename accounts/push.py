"""Calling a browser by its push service: sealed for that browser alone (RFC 8291), signed by this server (RFC 8292)."""

import base64
import json
import os
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from accounts import endpoints
from accounts.models import PushSubscription
from accounts.operations import subscriptions
from chatify.lib import fetch, guard
from chatify.lib.fetch import Wish

TOKEN_SECONDS = 12 * 3600
TOKEN_KEPT = 3600
DAY = 24 * 3600
ANSWERS_WITHIN = 4.0
SILENT_SECONDS = 15 * 60
GONE = (404, 410)
UNSHOWN_A_DAY = 3
APPLE = ".push.apple.com"
ONCE_MORE = (408, 425, 429)
MOST_BYTES = 3_000
"""Push services take 4,096 bytes, sealing and padding included."""


class Later(Exception):
    """It did not go out now; another time it may."""


@dataclass(frozen=True, slots=True)
class Call:
    """`topic` (at most 32 letters of base64 for URLs): of several that wait under one, the last is enough."""

    body: bytes
    topic: str = ""
    urgent: bool = False
    seconds: int = DAY


def public_key() -> str:
    """What a browser must know of this server to let it call, as base64 for URLs."""
    point = (
        _key()
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return _text(point)


def offered_key() -> str:
    """The same for pages, which go on without it: nothing where the operator's key cannot be read (see the doctor)."""
    try:
        return public_key()
    except (ImproperlyConfigured, ValueError, TypeError):
        return ""


def send(row: PushSubscription, call: Call) -> bool:
    """Call this browser; one that is gone is forgotten. True when it went out. Raises Later.

    A service that does not answer is left alone for a quarter of an hour: anybody may name one, and others wait for it.
    """
    silent = f"push:silent:{row.pk}"
    if cache.get(silent):
        raise Later("the push service did not answer a moment ago")
    try:
        answer = fetch.fetch(row.endpoint, _wish(row, call))
    except guard.Refused:
        return _said(row, "The address of its push service is not one that this server visits.")
    except fetch.Failed as error:
        cache.set(silent, True, SILENT_SECONDS)
        subscriptions.troubled(row.pk, "Its push service does not answer. We try again.")
        raise Later(f"the push service did not answer ({error})") from error
    return _heard(row, answer.status)


def may_be_silent(row: PushSubscription) -> bool:
    """Whether this browser may be called once more today without having something new to show: Safari forgets who does
    so, and the others give a few, from which a person's own notices must not suffer."""
    if f".{urlsplit(row.endpoint).hostname}".endswith(APPLE):
        return False
    key = f"push:unshown:{row.pk}:{int(time.time()) // DAY}"
    cache.add(key, 0, DAY)
    try:
        return bool(cache.incr(key) <= UNSHOWN_A_DAY)
    except ValueError:  # put out of the cache between the two
        return False


def attempt(payload: dict[str, str]) -> None:
    """The work of a job that tries one browser."""
    row = endpoints.one(payload["to"])
    if row is not None:
        told = {"title": "It works", "body": "This is how Chatify calls you here.", "url": "/inbox/"}
        send(row, Call(json.dumps(told).encode(), urgent=True, seconds=60))


def _heard(row: PushSubscription, status: int) -> bool:
    if 200 <= status < 300:
        subscriptions.reached(row.pk)
        return True
    if status in GONE:
        subscriptions.forget(row.pk)
        return False
    if status in ONCE_MORE or status >= 500:
        subscriptions.troubled(row.pk, "Its push service is busy. We try again.")
        raise Later(f"the push service answered {status}")
    if status in (401, 403):
        return _said(row, "Its push service does not know this server any more. Turn it off and on again.")
    return _said(row, f"Its push service refused it ({status}). Turn it off and on again.")


def _said(row: PushSubscription, words: str) -> bool:
    subscriptions.troubled(row.pk, words)
    return False


def _wish(row: PushSubscription, call: Call) -> Wish:
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(call.seconds),
        "Urgency": "high" if call.urgent else "normal",
        "Authorization": f"vapid t={_token(row.endpoint)}, k={public_key()}",
    }
    if call.topic:
        headers["Topic"] = call.topic
    return Wish(
        method="POST",
        body=_sealed(row, call.body),
        headers=headers,
        most=4096,
        cut=True,
        hops=0,
        seconds=ANSWERS_WITHIN,
    )


def _sealed(row: PushSubscription, body: bytes) -> bytes:
    sealed: bytes = http_ece.encrypt(
        body[:MOST_BYTES],
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(row.p256dh),
        auth_secret=_bytes(row.auth),
        version="aes128gcm",
    )
    return sealed


def _token(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return _signed(f"{parts.scheme}://{parts.netloc}", int(time.time()) // TOKEN_KEPT)


@lru_cache(64)
def _signed(audience: str, hour: int) -> str:
    """One token serves a push service for an hour: signing each anew would cost more than sealing."""
    until = hour * TOKEN_KEPT + TOKEN_SECONDS
    return jwt.encode(
        {"aud": audience, "exp": until, "sub": settings.CHATIFY_PUSH_CONTACT}, _key(), algorithm="ES256"
    )


@lru_cache(1)
def _key() -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(settings.CHATIFY_VAPID_KEY.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ImproperlyConfigured("CHATIFY_VAPID_KEY is a key on P-256.")
    return key


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
