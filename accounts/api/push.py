"""Being called while no page is open, for browsers and for programs that take Web Push."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts import devices, endpoints, presenters, push
from accounts.api.people import asker
from accounts.operations import subscriptions as operations
from chatify.lib.api.fields import Given, IdText, Shown, Time

router = Router(tags=["push"])


class Keys(Given):
    """The browser's public key and its secret, as base64 for URLs."""

    p256dh: str
    auth: str


class Subscribing(Given):
    """What a browser's `PushSubscription.toJSON()` gives."""

    endpoint: str
    keys: Keys
    expirationTime: float | None = None


class Subscription(Shown):
    """A browser of mine that is called. `trouble` says why the last call did not go out, and is empty if it did."""

    id: IdText
    client: str
    created_at: Time
    reached_at: Time | None
    trouble: str
    current: bool


class Subscriptions(Shown):
    """All of them, and the key that a browser subscribes with (`applicationServerKey`)."""

    items: list[Subscription]
    key: str


@router.get("/push/subscriptions", response=Subscriptions, operation_id="list_push_subscriptions")
def subscriptions(request: HttpRequest) -> dict[str, Any]:
    """Which of my browsers are called, and this server's public key."""
    current = devices.current(request)
    rows = endpoints.of(asker(request))
    return {
        "items": [presenters.subscription(row, current=current) for row in rows],
        "key": push.offered_key(),
    }


@router.post(
    "/push/subscriptions", response={200: Subscription, 201: Subscription}, operation_id="subscribe_to_push"
)
def subscribe(request: HttpRequest, payload: Subscribing) -> Status:
    """Call this browser until its session ends. The same endpoint again follows its new keys (200)."""
    key = devices.current(request)
    given = {"endpoint": payload.endpoint, "p256dh": payload.keys.p256dh, "auth": payload.keys.auth}
    row, fresh = operations.subscribe(asker(request), session_key=key, **given)
    return Status(201 if fresh else 200, presenters.subscription(row, current=key))


@router.delete(
    "/push/subscriptions/{uuid:subscription}", response={204: None}, operation_id="unsubscribe_from_push"
)
def unsubscribe(request: HttpRequest, subscription: UUID) -> Status:
    """Call it no more."""
    operations.drop(asker(request), subscription)
    return Status(204, None)
