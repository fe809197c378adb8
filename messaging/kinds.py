"""What kind a conversation is, and everything that differs by it. The only file that asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One frozen record per kind."""

    name: str
    label: str
    layout: str
    """How its page is drawn: `chat` (bubbles) or `mail` (cards)."""
    has_title: bool = False
    has_subject: bool = False
    members_may_change: bool = False
    maximum_members: int = 2
    unique_pair: bool = False
    """Whether two people have exactly one of it."""
    square: bool = False
    """Whether its avatar stands for a thing rather than a person."""
    notify: str = "all"
    assistant_answers: bool = False
    startable: bool = True
    asks_strangers: bool = False
    """Whether for who does not know its starter, or who added them, it is a request until they answer."""
    joined_by_choice: bool = False
    """Whether strangers ask only those who chose so; others are in at once."""
    previews: bool = False
    """Whether links get cards of their pages unless somebody switched that: what few say to each other is private."""
    withholds: bool = False
    """Whether, between two people, what a blocked person writes never reaches who blocked them."""


DIRECT = Kind(
    name="direct", label="Chat", layout="chat", unique_pair=True, asks_strangers=True, withholds=True
)
GROUP = Kind(
    name="group",
    label="Group",
    layout="chat",
    has_title=True,
    members_may_change=True,
    maximum_members=1_000,
    previews=True,
    square=True,
    asks_strangers=True,
    joined_by_choice=True,
)
MAIL = Kind(
    name="mail",
    label="Mail",
    layout="mail",
    has_subject=True,
    maximum_members=100,
    asks_strangers=True,
    withholds=True,
)
ASSISTANT = Kind(
    name="assistant",
    label="Assistant",
    layout="chat",
    maximum_members=1,
    square=True,
    assistant_answers=True,
    startable=False,
)

ALL = (DIRECT, GROUP, MAIL, ASSISTANT)
BY_NAME = {kind.name: kind for kind in ALL}
CHOICES = [(kind.name, kind.label) for kind in ALL]
CHANGING = [kind.name for kind in ALL if kind.members_may_change]
CHATS = [kind.name for kind in ALL if kind.layout == "chat"]
PAIRS = [kind.name for kind in ALL if kind.unique_pair]
MAILS = [kind.name for kind in ALL if kind.layout == "mail"]


def title_of(kind: Kind, *, title: str, others: list[str], me: str) -> str:
    """How a conversation is called by a member: its own title or subject, else the others' names."""
    if title:
        return title
    if kind.assistant_answers:
        return kind.label
    if not others:
        return me if kind.unique_pair else "(no subject)" if kind.has_subject else kind.label
    return ", ".join(others)
