"""Sessions in the database: looked up only by keys that we could have made, and over after their time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from chatify.lib.prepared import Prepared

_KEY = re.compile(r"[a-z0-9]{32}")
# In a session since its sign-in: the id of its row for people, and when it began (seconds).
SITTING = "accounts.sitting"


class SessionStore(db.SessionStore):
    """A cookie may hold anything, even NUL, which PostgreSQL refuses: what is no key is no session."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and _KEY.fullmatch(str(key)) is not None

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """As Django reads it, by a statement that is made once."""
        found = _sessions(self.session_key, timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None
        return found[0] if found else None

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row of a session: it ends when nobody used it for long, and however busy after its whole age."""
        row = super().create_model_instance(data)
        sitting = data.get(SITTING)
        begun = datetime.fromtimestamp(sitting["at"], UTC) if sitting else timezone.now()
        row.expire_date = min(row.expire_date, ends(begun))
        return row


@Prepared
def _sessions(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


def ends(begun: datetime) -> datetime:
    """When a session that began then and is used now is over."""
    idle = timezone.now() + timedelta(seconds=settings.CHATIFY_SESSION_IDLE)
    return min(idle, begun + timedelta(seconds=settings.SESSION_COOKIE_AGE))
