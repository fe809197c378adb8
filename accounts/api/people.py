"""People, for programs: who can be found and written to."""

from typing import cast

from django.http import HttpRequest
from pydantic import ConfigDict

from accounts.models import User
from chatify.lib.api.fields import IdText, Shown, Time


class Status(Shown):
    """What a person says about themselves at the moment."""

    text: str
    emoji: str
    until: Time | None


class Presence(Shown):
    """What the relationship allows to know; null where it allows nothing."""

    model_config = ConfigDict(frozen=True)  # one that can change would be copied for each person

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


class PersonProfile(Person):
    """A person with what they say about themselves."""

    about: str
    relationship: Relationship


def asker(request: HttpRequest) -> User:
    """Who is asking, as the bearer token or the session says."""
    return cast(User, request.user)
