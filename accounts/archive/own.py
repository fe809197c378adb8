"""What an account itself holds: profile, contacts, blocks, sessions."""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils import timezone

from accounts import endpoints, presenters, queries, relations
from accounts.archive import parts
from accounts.archive.folder import Folder
from accounts.models import User
from chatify.lib.digest import stamp
from chatify.lib.paging import Page

FORMAT = 1


def register() -> None:
    """Have it in every export."""
    parts.register(parts.Part("account", account))


def account(user: User, folder: Folder, place: parts.Place) -> None:
    """Everything that does not grow without end, as JSON and on one page."""
    found = {
        "profile": profile(user),
        "contacts": [_known(person) for person in _all(relations.contacts, user)],
        "contact_requests": requests(user),
        "blocks": [_known(person) for person in relations.blocked_by(user)],
        "called": [presenters.subscription(row, current="") for row in endpoints.of(user)],
        "sessions": [presenters.session(row, current="", here="") for row in queries.sessions_of(user)],
    }
    for name, value in found.items():
        folder.json(f"account/{name}.json", value)
    for name in ("contacts", "contact_requests", "blocks", "sessions"):
        folder.count(name, len(found[name]))
    folder.page("account/index.html", "accounts/archive/account.html", found)


def profile(user: User) -> dict[str, Any]:
    """What I say about myself, and how I am reached and signed in."""
    steps = queries.second_steps(user)
    own = {name: getattr(user, name) for name in ("email", "about", "time_zone", "language")}
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        **presenters.person(user),
        **own,
        "addresses": [{"email": each.email, "verified": each.verified} for each in addresses],
        "settings": presenters.settings(user),
        "created_at": stamp(user.created_at),
        "last_seen_at": stamp(user.last_seen_at) if user.last_seen_at else None,
        "connections": [each.provider for each in SocialAccount.objects.filter(user=user).order_by("pk")],
        "second_steps": {"app": steps.app is not None, "keys": len(steps.keys)},
    }


def requests(user: User) -> list[dict[str, Any]]:
    """Those that wait for me, and all that I made."""
    received, made = (_all(relations.requests, user, direction) for direction in ("in", "out"))
    return presenters.contact_requests(user, [*received, *made])


def manifest(user: User, folder: Folder) -> None:
    """What is in it, counted as the API counts it."""
    about = {
        "format": FORMAT,
        "from": settings.CHATIFY_ORIGINS[0],
        "made_at": stamp(timezone.now()),
        "person": _known(user),
        "counts": folder.counts,
    }
    folder.json("manifest.json", about)
    folder.assets()


def _known(user: User) -> dict[str, Any]:
    return {"id": str(user.id), "username": user.username, "display_name": user.label}


def _all(read: Callable[..., Page[Any]], *args: Any) -> Iterator[Any]:
    cursor: str | None = None
    while True:
        page = read(*args, cursor=cursor, limit=100)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next
