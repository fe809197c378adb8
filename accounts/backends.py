"""How somebody is recognised: as allauth does it, with the row of a session's person read by a statement made once."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from accounts.models import User
from chatify.lib.prepared import Prepared


class Backend(AuthenticationBackend):
    """Signs in by e-mail; every request of a session asks `get_user`."""

    def get_user(self, user_id: UUID) -> User | None:
        """Nobody who is gone or suspended."""
        found = _people(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


@Prepared
def _people(id: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=id)
