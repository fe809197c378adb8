"""What the API answers about ways into a group."""

from typing import Literal

from accounts.api import Person
from chatify.lib.api.fields import IdText, Shown, Time
from messaging.api.shapes import Conversation


class Invitation(Shown):
    """A way into a group. Of a link, `token` and `url` are null where the server's key has changed since; `receiver` is
    the person who is asked, and then `token` opens it for them alone."""

    id: IdText
    conversation: IdText
    title: str
    topic: str
    creator: Person
    receiver: Person | None
    token: str | None
    url: str | None
    created_at: Time
    expires_at: Time | None
    max_uses: int | None
    uses: int
    approval: bool


class Joined(Shown):
    """What became of an invitation: `joined`, `inside` (I was already), or `asked` (an admin lets me in, or not)."""

    state: Literal["joined", "inside", "asked"]
    conversation: Conversation | None


class Joining(Shown):
    """Somebody who asks to be let in."""

    person: Person
    asked_at: Time
