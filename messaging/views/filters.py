"""The filters of the inbox in words: their names, their icons, and what an empty list says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.urls import reverse

from messaging.models import Label
from messaging.queries.filters import LABEL


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to look at the inbox. `count` is what waits behind it, None where no number is shown."""

    name: str
    label: str
    icon: str = ""
    count: int | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """What an empty list says."""

    icon: str
    title: str
    text: str
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """`chips` stand above the list, `more` in a menu; `current` is the chosen one where it stands in the menu."""

    chips: Sequence[Filter]
    more: Sequence[Filter] = ()
    labels: Sequence[Filter] = ()
    current: Filter | None = field(default=None)
    blocked: Sequence[UUID] = ()
    """Whom the reader blocked: what they write among others is folded away as it comes."""


CHIPS = (
    Filter("all", "All"),
    Filter("unread", "Unread", count=0),
    Filter("chats", "Chats", count=0),
    Filter("mail", "Mail", count=0),
)
REQUESTS = Filter("requests", "Requests")
MORE = (
    Filter("read", "Read", "mail-open"),
    Filter("sent", "Sent", "send-horizontal"),
    Filter("starred", "Starred", "star"),
    Filter("snoozed", "Snoozed", "clock"),
    Filter("done", "Done", "check-check"),
)
NOTHING = {
    "all": ("messages-square", "Your desk is clear", "Find somebody and write the first message."),
    "unread": ("check-check", "All read", "New messages wait for you here."),
    "read": ("mail-open", "Nothing read yet", "What you have read and not put away is here."),
    "chats": ("message-circle", "No chats here", "Chats with one person and with groups gather here."),
    "mail": ("mail", "No mail here", "Letters with a subject gather here."),
    "sent": ("send-horizontal", "Nothing sent yet", "Conversations that you wrote in gather here."),
    "starred": ("star", "Nothing starred", "Conversations in which you starred a message gather here."),
    "snoozed": (
        "clock",
        "Nothing snoozed",
        "What you snooze waits here until its time, or until somebody answers.",
    ),
    "requests": (
        "user-plus",
        "No requests",
        "When somebody you do not know writes to you, or invites you, it waits here until you answer.",
    ),
    "done": (
        "check-check",
        "Nothing done yet",
        "What you mark as done rests here. A new message brings it back.",
    ),
}
OF_A_LABEL = ("tag", "Nothing carries this label", "Put it on a conversation from the menu in its bar.")


def filters(
    current: str,
    counts: Mapping[str, int],
    labels: Sequence[Label] = (),
    blocked: Sequence[UUID] = (),
) -> Filters:
    """All of them for one person, with what waits behind each."""
    own = [Filter(f"{LABEL}{each.id}", each.name, "tag", colour=each.colour) for each in labels]
    hidden = next((each for each in [*MORE, *own] if each.name == current), None)
    chips = [each if each.count is None else replace(each, count=counts.get(each.name, 0)) for each in CHIPS]
    asked = counts.get("requests", 0)
    if asked or current == REQUESTS.name:
        chips.append(replace(REQUESTS, count=asked))
    return Filters(chips, MORE, own, hidden, blocked)


def nothing(name: str) -> Nothing:
    """The words for an empty list; only the whole inbox's offers a next step."""
    icon, title, text = NOTHING.get(name, OF_A_LABEL)
    if name == "all":
        return Nothing(icon, title, text, reverse("new"), "New conversation")
    return Nothing(icon, title, text)
