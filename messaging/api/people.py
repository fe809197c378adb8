"""People: who can be found and written to, and what the relationship lets one know of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts import presenters, queries, relations
from accounts.api import Person, PersonProfile, asker
from accounts.models import User
from chatify.lib.api.fields import Cursor, Limit, Listed
from messaging.presenters import presence
from messaging.queries.presence import seen_by

router = Router(tags=["people"])


@router.get("/people", response=Listed[Person], operation_id="find_people")
def find(
    request: HttpRequest, q: str = "", cursor: Cursor | None = None, limit: Limit = 20
) -> dict[str, Any]:
    """People by name or username; without `q` everybody whom I may find."""
    page = queries.find_people(asker(request), q, cursor=cursor, limit=limit)
    shown = presenters.people(asker(request), page.items)
    return {"items": _with_presence(asker(request), page.items, shown), "next": page.next}


@router.get("/people/{uuid:person}", response=PersonProfile, operation_id="show_person")
def show(request: HttpRequest, person: UUID) -> dict[str, Any]:
    """One person, as the relationship allows."""
    actor = asker(request)
    (found,) = queries.people_by_ids(actor, [person])
    shown = presenters.profile(found, relations.relation(actor, found))
    return _with_presence(actor, [found], [shown])[0]


def _with_presence(
    actor: User, people: Sequence[User], shown: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    seen = seen_by(actor, people)
    return [
        {**shape, "presence": presence(*seen[person.id])} for person, shape in zip(people, shown, strict=True)
    ]
