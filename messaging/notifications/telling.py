"""What no log tells: a contact request, a message that could not go, the outcome of a report, a missed call."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.relations import request_waits as contact_request_waits
from messaging.notifications import channels, delivery, making
from messaging.notifications.policy import Event, Presence, Situation, Standing, decide
from messaging.queries import happenings, presence, wishes
from messaging.queries.people import listening


def tell(payload: dict[str, Any]) -> None:
    """The job of `operations.notices.tell`. Again it changes nothing."""
    now, event, user = timezone.now(), Event(payload["event"]), UUID(payload["user"])
    person = listening(user)
    if person is None:
        return
    actor = UUID(payload["actor"]) if "actor" in payload else None
    chosen = wishes.of(person)
    quiet = chosen.quiet.until(now, wishes.zone_of(person.time_zone))
    verdict = decide(
        Situation(
            event=event,
            presence=Presence.HERE if presence.online([user]) else Presence.AWAY,
            blocked=actor is not None and (user, actor) in happenings.blocks_against([actor]),
            push=chosen.push,
            mail=chosen.mail,
            quiet=quiet is not None,
            excepted=quiet is not None and delivery.excepted(chosen.quiet, making.kind_of(event), actor),
            **_place(payload, user),
        )
    )
    about = {
        "conversation_id": UUID(payload["conversation"]) if "conversation" in payload else None,
        "actor_id": actor,
        "number": int(payload["number"]) if "number" in payload else None,
        "said": payload.get("said", ""),
    }
    reach = making.Reach(channels.reached([user]))
    row = making.row(user, event, payload["key"], verdict, reach, now, **about)
    if row is not None:
        delivery.put([row], {user: (person.settings, person.time_zone)}, now)


def asked(payload: dict[str, str]) -> None:
    """The job of a contact request, while it still waits."""
    receiver, sender = UUID(payload["receiver"]), UUID(payload["sender"])
    if contact_request_waits(UUID(payload["request"])):
        key = f"contact:{payload['request']}"
        tell({"user": str(receiver), "event": Event.CONTACT, "key": key, "actor": str(sender)})


def _place(payload: dict[str, Any], user: UUID) -> dict[str, Any]:
    """How the conversation stands for them that it is about."""
    if "conversation" not in payload:
        return {}
    conversation = UUID(payload["conversation"])
    now = timezone.now()
    for page in happenings.listeners([conversation], [user]):
        (my,) = page
        return {
            "level": my.level or "all",
            "chosen": bool(my.level),
            "muted": my.muted_until is not None and my.muted_until > now,
            "standing": Standing.WAITING if my.request else Standing.IN,
        }
    return {"standing": Standing.REFUSED}
