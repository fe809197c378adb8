"""Which browsers of a person are called while no page is open there."""

import base64
import binascii
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import PushSubscription, User, UserSession
from chatify.jobs import operations as jobs
from chatify.lib import db, guard, ratelimit
from chatify.lib.errors import Conflict, Invalid, NotFound
from chatify.lib.ids import uuid7

MOST = 20
SECRET_BYTES = 16
TRIAL = "push.try"


def subscribe(
    actor: User, *, session_key: str, endpoint: str, p256dh: str, auth: str
) -> tuple[PushSubscription, bool]:
    """Call this browser from now on; again it follows new keys. Returns the row and whether it is new.

    Raises Invalid about what no browser would give, Conflict beyond MOST devices and without a session.
    """
    ratelimit.hit("push.subscribe", actor.pk)
    given = {"endpoint": _endpoint(endpoint), "p256dh": _key(p256dh), "auth": _secret(auth)}
    session = UserSession.objects.filter(user=actor, session_key=session_key).first()
    if session is None:
        raise Conflict("This needs a session that lasts: sign in anew.")
    digest = sha256(given["endpoint"].encode()).hexdigest()
    try:
        with db.atomic():
            _pass_on(actor, digest, given)
            return _kept(actor, session, digest, given)
    except IntegrityError:  # two tabs at once
        with db.atomic():
            return _kept(actor, session, digest, given)


def drop(actor: User, id: UUID) -> None:
    """Call it no more. Raises NotFound for another's."""
    with db.atomic():
        if not PushSubscription.objects.filter(pk=id, user=actor).delete()[0]:
            raise NotFound("This device is not called any more.")


def attempt(actor: User, id: UUID) -> None:
    """Have a job call it now, with words that say that it works. Raises NotFound for another's."""
    ratelimit.hit("push.try", actor.pk)
    if not PushSubscription.objects.filter(pk=id, user=actor).exists():
        raise NotFound("This device is not called any more.")
    with db.atomic():
        jobs.add(kind=TRIAL, key=str(uuid7()), payload={"to": str(id)})


def forget(id: UUID) -> None:
    """Its push service says that it is gone for good."""
    PushSubscription.objects.filter(pk=id).delete()


def reached(id: UUID) -> None:
    """A call went out."""
    PushSubscription.objects.filter(pk=id).update(reached_at=timezone.now(), trouble="")


def troubled(id: UUID, words: str) -> None:
    """A call did not go out, and why."""
    PushSubscription.objects.filter(pk=id).update(trouble=words[:200])


def _kept(
    actor: User, session: UserSession, digest: str, given: dict[str, str]
) -> tuple[PushSubscription, bool]:
    rows = PushSubscription.objects.filter(user=actor)
    if not rows.filter(digest=digest).exists() and rows.count() >= MOST:
        raise Conflict(f"At most {MOST} devices are called. Take one away first.")
    fresh = {**given, "session": session, "trouble": ""}
    return PushSubscription.objects.update_or_create(user=actor, digest=digest, defaults=fresh)


def _pass_on(actor: User, digest: str, given: dict[str, str]) -> None:
    """Another person at the same browser: whoever knows its keys is there, and who was there before is not."""
    same = PushSubscription.objects.filter(digest=digest, p256dh=given["p256dh"], auth=given["auth"])
    same.exclude(user=actor).delete()


def _endpoint(value: str) -> str:
    try:
        found = guard.target(value)
    except guard.Refused as refused:
        raise Invalid.field("endpoint", f"This is no address of a push service: {refused}.") from None
    if found.scheme != "https" and not guard.inwards_is_allowed():
        raise Invalid.field("endpoint", "A push service is reached by https.")
    return value


def _key(value: str) -> str:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(value))
    except ValueError:
        raise Invalid.field("p256dh", "This is no key of a browser.") from None
    return value


def _secret(value: str) -> str:
    try:
        right = len(_bytes(value)) == SECRET_BYTES
    except ValueError:
        right = False
    if not right:
        raise Invalid.field("auth", "This is no secret of a browser.")
    return value


def _bytes(value: str) -> bytes:
    """Base64 as URLs have it, without padding. Raises ValueError."""
    if len(value) > 100 or not value.isascii():
        raise ValueError
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
