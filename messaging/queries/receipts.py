"""Whose receiving and reading somebody may know: it takes the switches of both, and no block between them."""

from collections.abc import Iterable
from uuid import UUID

from accounts import reach
from accounts.models import User
from messaging.models import Membership


def hidden_from(actor: User, memberships: Iterable[Membership]) -> set[UUID]:
    """The people among these members, loaded with `user`, who show the actor nothing of it. At most one query."""
    others = [row.user for row in memberships if row.user_id != actor.id]
    mine = reach.of([actor])[actor.id]
    return {
        person.id
        for person in others
        if not (mine.receipts and person.shows_receipts) or str(person.id) in mine.parted
    }
