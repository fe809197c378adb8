"""The timeline as lines: each entry with what stands above it (a day, "New") and how it joins the one before."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts import relations
from accounts.models import User
from chatify.lib import addresses
from chatify.lib.drawing import Part
from chatify.lib.reader import Reader
from messaging import presenters
from messaging.models import Conversation, Event, Membership, Message
from messaging.queries import history
from messaging.queries.timeline import TimelinePage
from messaging.templatetags import said

RUN = timedelta(minutes=5)
BLOCKED = "messaging/messages/_blocked.html"
NOTE = "messaging/events/_note.html"
Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: `day` and `fresh` are drawn above it, `mark` is the sender's tick."""

    template: str
    message: Shape | None = None
    event: Shape | None = None
    day: date | None = None
    fresh: bool = False
    continued: bool = False
    mark: str = "sent"
    starred: bool = False
    reread: bool = False
    """Whether it was changed after the reader had read it."""
    pick: str = ""
    """While several are chosen: `on` where this one is, `off` where not."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """The reader chooses several messages, beginning with this one."""

    first: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to which number every other member has received and read."""

    delivered: int = 0
    read: int = 0

    @classmethod
    def of(
        cls, others: list[Membership], *, complete: bool, shown: Mapping[UUID, tuple[int, int]]
    ) -> "Progress":
        """What is true of all the others; nothing is claimed where not all of them were looked at, or one of them
        does not show it."""
        if not others or not complete or any(each.pk not in shown for each in others):
            return cls()
        marks = [shown[each.pk] for each in others]
        read = min(number for _, number in marks)
        return cls(max(read, min(number for number, _ in marks)), read)

    def mark(self, number: int) -> str:
        if number <= self.read:
            return "read"
        return "delivered" if number <= self.delivered else "sent"


def feed_of(
    user: User,
    conversation: Conversation,
    page: TimelinePage,
    progress: Progress,
    choosing: Choosing | None = None,
) -> "Feed":
    """A page of the timeline, with what the reader had read before it was changed, and whom they blocked."""
    reread = history.read_before_edit(user.pk, page.messages)
    blocked = _folded_in(user, conversation, page)
    hiding = relations.hiding_from(user, {each.sender_id for each in page.messages})
    return Feed(conversation, page, user.pk, progress, reread, choosing, blocked, hiding)


def shapes_for(reader: User, rows: Sequence[Message]) -> list[Shape]:
    """Messages as this person may see their writers."""
    hiding = relations.hiding_from(reader, {row.sender_id for row in rows})
    return [presenters.for_reader(presenters.message(row), hiding) for row in rows]


@dataclass(slots=True)
class Feed:
    """What the timeline's template reads."""

    conversation: Conversation
    page: TimelinePage
    reader: UUID
    progress: Progress
    reread: Container[UUID] = ()
    choosing: Choosing | None = None
    blocked: Container[UUID] = ()
    hiding: Container[UUID] = ()
    lines: list[Part] = field(init=False)
    last: int = field(init=False)
    """The number of the letter that was written last, 0 where there is none."""

    def __post_init__(self) -> None:
        written = ((each.sent_at, each.number) for each in self.page.messages)
        _, self.last = max(written, default=(None, 0))
        self.lines = _parts(self)

    @property
    def head(self) -> int:
        return self.page.head

    @property
    def newest(self) -> int:
        return self.page.newest

    @property
    def delivered(self) -> int:
        return self.progress.delivered

    @property
    def seen(self) -> int:
        return self.progress.read

    @property
    def older_url(self) -> str:
        """Where earlier messages are, as a part or as a page; empty when there are none."""
        messages = addresses.of("messages", self.conversation.id)
        chosen = "&select=on" if self.choosing else ""
        return f"{messages}?before={self.page.oldest}{chosen}" if self.page.has_older else ""

    @property
    def newer_url(self) -> str:
        return addresses.of("conversation", self.conversation.id) if self.page.has_newer else ""


def _parts(feed: Feed) -> list[Part]:
    reader = Reader.of_now()
    return [_part(line, reader) for line in _lines(feed)]


def _part(line: Line, reader: Reader) -> Part:
    """The line as it is drawn: of a message only its form counts, of a day that there is one."""
    gaps: Shape = {}
    if line.day:
        day = said.of_day(line.day, reader)
        line, gaps = replace(line, day=day.values), {**day.gaps}
    if line.message and line.template != BLOCKED:
        shown = said.part(line.message, line.template, reader)
        line, gaps = replace(line, message=shown.values), {**gaps, **shown.gaps}
    return Part(line, gaps)


def _lines(feed: Feed) -> Iterable[Line]:
    unread_from = _first_unread(feed)
    previous: Message | None = None
    day: date | None = None
    for entry in _told(feed):
        at = entry.sent_at if isinstance(entry, Message) else entry.at
        today = timezone.localdate(at)
        above = today if today != day else None
        day = today
        if not isinstance(entry, Message):
            previous = None
            yield Line(NOTE, event=presenters.event(entry, feed.page.people), day=above)
            continue
        fresh = entry.number == unread_from
        continued = above is None and not fresh and _continues(entry, previous)
        previous = entry
        yield Line(
            _template(feed, entry, unread_from),
            message=presenters.for_reader(presenters.message(entry), feed.hiding),
            day=above,
            fresh=fresh,
            continued=continued,
            mark=feed.progress.mark(entry.number),
            starred=entry.starred,
            reread=entry.pk in feed.reread,
            pick=_pick(feed, entry),
        )


def _pick(feed: Feed, entry: Message) -> str:
    if feed.choosing is None:
        return ""
    return "on" if str(entry.pk) == feed.choosing.first else "off"


def _told(feed: Feed) -> Iterable[Message | Event]:
    """A letter begins with its subject, which says already that it was begun. Letters stand by their own dates, which
    those from elsewhere bring along."""
    if feed.conversation.traits.layout != "mail":
        return feed.page.entries
    told = [each for each in feed.page.entries if isinstance(each, Message) or not each.data.get("created")]
    return sorted(told, key=lambda each: each.sent_at if isinstance(each, Message) else each.at)


def _continues(entry: Message, previous: Message | None) -> bool:
    same = previous is not None and previous.sender_id == entry.sender_id
    return same and previous is not None and entry.sent_at - previous.sent_at < RUN


def _first_unread(feed: Feed) -> int | None:
    """The number of the first message this reader has not read, where this page holds the place."""
    read = feed.conversation.my.read_number  # type: ignore[attr-defined]
    waiting = [each for each in feed.page.messages if each.number > read and each.sender_id != feed.reader]
    if not waiting or (feed.page.has_older and feed.page.oldest > read + 1):
        return None
    return waiting[0].number


def _template(feed: Feed, entry: Message, unread_from: int | None) -> str:
    """Read letters but the last are folded to one line, what blocked people wrote always; chats show the rest."""
    if entry.sender_id in feed.blocked:
        return BLOCKED
    if feed.conversation.traits.layout != "mail":
        return said.WHOLE
    unread = unread_from is not None and entry.number >= unread_from
    last = entry.number == feed.last and not feed.page.has_newer
    return said.WHOLE if unread or last else said.FOLDED


def _folded_in(reader: User, conversation: Conversation, page: TimelinePage) -> set[UUID]:
    """Whose messages are folded away: of those whom the reader blocked, where they are not alone with them."""
    if conversation.traits.unique_pair:
        return set()
    return relations.blocked_among(reader, {each.sender_id for each in page.messages})
