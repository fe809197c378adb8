"""People, for programs: who can be found and written to."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts import presenters, queries, relations
from accounts.models import User
from chatify.lib.api.fields import Cursor, IdText, Limit, Listed, Shown, Time

router = Router(tags=["people"])


class Status(Shown):
    """What a person says about themselves at the moment."""

    text: str
    emoji: str
    until: Time | None


class Presence(Shown):
    """What the relationship allows to know; null where it allows nothing."""

    online: bool | None = None
    last_seen: Time | None = None


class Person(Shown):
    """A person as others see them: never an e-mail address."""

    id: IdText
    username: str
    display_name: str
    initials: str
    hue: int
    avatar_url: str | None
    status: Status
    presence: Presence = Presence()


class Relationship(Shown):
    """How this person stands to me. `asked` is my waiting request to them, `asks` theirs to me."""

    contact: bool
    blocked: bool
    asked: IdText | None
    asks: IdText | None


class Profile(Person):
    """A person with what they say about themselves."""

    about: str
    relationship: Relationship


def asker(request: HttpRequest) -> User:
    """Who is asking, as the bearer token or the session says."""
    return cast(User, request.user)


@router.get("/people", response=Listed[Person], operation_id="find_people")
def find(
    request: HttpRequest, q: str = "", cursor: Cursor | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """People by name or username; without `q` everybody whom I may find."""
    page = queries.find_people(asker(request), q, cursor=cursor, limit=limit)
    return {"items": presenters.people(asker(request), page.items), "next": page.next}


@router.get("/people/{uuid:person}", response=Profile, operation_id="show_person")
def show(request: HttpRequest, person: UUID) -> dict[str, Any]:
    """One person, as the relationship allows."""
    actor = asker(request)
    (found,) = queries.people_by_ids(actor, [person])
    return presenters.profile(found, relations.relation(actor, found))
