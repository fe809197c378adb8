"""People as the dictionaries that every door shows."""

from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from accounts import clients, relations
from accounts.models import ContactRequest, PushSubscription, User, UserSession
from accounts.models.user import NO_STATUS, SWITCHES, Status
from chatify.lib.digest import stamp


def person(user: User) -> dict[str, Any]:
    """A person as anybody who meets them sees them: no e-mail address, and no presence, which depends on who looks.

    A socket's person is shown with each message they send, so the row keeps the answer while nothing of it changes.
    """
    said = (user.username, user.display_name, user.avatar, user.status_text, user.status_emoji)
    kept = user.__dict__.get("_shown")
    if kept is not None and kept[0] == said and user.status_until is None:
        return dict(kept[1])
    shown = _person(user)
    if user.status_until is None:
        user.__dict__["_shown"] = said, shown
    return dict(shown)


def _person(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "username": user.username,
        "display_name": user.label,
        "initials": user.initials,
        "hue": user.hue,
        "avatar_url": user.avatar_url,
        "status": status(user.status),
    }


def people(actor: User, users: Sequence[User]) -> list[dict[str, Any]]:
    """People as the actor sees them: of those who blocked the actor no more than the name. One query."""
    hiding = relations.hiding_from(actor, [user.id for user in users])
    return [reduced(user) if user.id in hiding else person(user) for user in users]


def reduced(user: User) -> dict[str, Any]:
    """Somebody who does not want to be seen: the name and nothing else."""
    return _veiled(person(user))


def veiled(shape: dict[str, Any] | None, hiding: Container[UUID]) -> dict[str, Any] | None:
    """A person's shape as somebody sees it from whom these people hide."""
    return _veiled(shape) if shape and hiding and UUID(shape["id"]) in hiding else shape


def _veiled(shape: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "avatar_url": None, "status": status(NO_STATUS)}


def profile(user: User, relation: relations.Relation) -> dict[str, Any]:
    """Somebody's own page: what they say about themselves, and how they stand to me."""
    return {
        **(reduced(user) if relation.hidden else person(user)),
        "about": "" if relation.hidden else user.about,
        "relationship": {
            "contact": relation.contact,
            "blocked": relation.blocked,
            "asked": str(relation.asked.id) if relation.asked else None,
            "asks": str(relation.asks.id) if relation.asks else None,
        },
    }


def contact_requests(actor: User, rows: Sequence[ContactRequest]) -> list[dict[str, Any]]:
    """Requests as the actor, who sent or received each, sees them; they need `sender` and `receiver`. One query."""
    others = [row.receiver if row.sender_id == actor.id else row.sender for row in rows]
    return [
        {
            "id": str(row.id),
            "direction": "out" if row.sender_id == actor.id else "in",
            "person": other,
            "note": row.note,
            "state": row.shown_state,
            "created_at": stamp(row.created_at),
            "expires_at": stamp(row.expires_at),
            "answered_at": stamp(row.answered_at) if row.answered_at else None,
        }
        for row, other in zip(rows, people(actor, others), strict=True)
    ]


def status(said: Status) -> dict[str, Any]:
    """What a person says about the moment; `until` is null for what stays."""
    return {"text": said.text, "emoji": said.emoji, "until": stamp(said.until) if said.until else None}


def session(row: UserSession, *, current: str, here: str) -> dict[str, Any]:
    """One of my sessions: `current` is the key of the one that asks, `here` its network."""
    return {
        "id": str(row.id),
        "client": row.client,
        "place": clients.place(row.network, here=here),
        "created_at": stamp(row.created_at),
        "last_seen_at": stamp(row.last_seen_at),
        "current": row.session_key == current,
    }


def subscription(row: PushSubscription, *, current: str) -> dict[str, Any]:
    """A browser of mine that is called; `current` is the key of the session that asks."""
    return {
        "id": str(row.id),
        "client": row.session.client,
        "created_at": stamp(row.created_at),
        "reached_at": stamp(row.reached_at) if row.reached_at else None,
        "trouble": row.trouble,
        "current": row.session.session_key == current,
    }


def settings(user: User) -> dict[str, Any]:
    """A person's own settings, by part."""
    switches = {name: getattr(user, f"shows_{name}") for name in SWITCHES}
    return {"privacy": {**switches, "audience": user.audience, "groups": user.adders}}
