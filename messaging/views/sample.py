"""The sample inbox of /demo/: unsaved rows, drawn by the same code and partials as everybody's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chatify.lib import markup
from messaging import kinds
from messaging.events import CHANGED
from messaging.models import Conversation, Event, Membership, Message
from messaging.queries.inbox import InboxRow
from messaging.queries.timeline import TimelinePage
from messaging.views.sample_world import ME, PEOPLE, TALKS, Talk

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class SampleRow(InboxRow):
    """A row whose link leads into the sample."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation of the sample, with everything that a page of it needs."""

    slug: str
    row: SampleRow
    page: TimelinePage
    members: list[Membership]


def samples() -> list[Sample]:
    """All of them, newest first; times are told from now, so that the sample never looks abandoned."""
    people = {name: _person(name, label) for name, label in PEOPLE.items()}
    made = [_sample(talk, people) for talk in TALKS]
    return sorted(made, key=lambda each: each.row.conversation.last_activity_at, reverse=True)


def me() -> UUID:
    """Whose inbox it is."""
    return _id(ME)


def _sample(talk: Talk, people: dict[str, User]) -> Sample:
    now = timezone.now()
    messages = [(now - HOUR * said.hours, people[said.who], said.text) for said in talk.said]
    conversation = _conversation(talk, at=messages[-1][0], count=len(messages))
    members = [_member(conversation, people[name], role) for name, role in talk.members.items()]
    mine = next(each for each in members if each.user_id == me())
    mine.read_number = len(messages) - talk.unread
    conversation.my = mine  # type: ignore[attr-defined]
    rows = [_message(conversation, index, *message) for index, message in enumerate(messages)]
    others = [each.user for each in members if each.user_id != me()]
    title = kinds.title_of(
        conversation.traits, title=talk.title, others=[each.label for each in others], me=people[ME].label
    )
    url = reverse("demo_conversation", args=[talk.slug])
    row = SampleRow(conversation, mine, title, others, rows[-1], talk.unread, url=url)
    begun = conversation.traits.has_title
    started = [_started(conversation, people[talk.said[0].who], messages[0][0])] if begun else []
    return Sample(talk.slug, row, _page(started, rows), members)


def _page(started: Sequence[Event], rows: Sequence[Message]) -> TimelinePage:
    return TimelinePage(
        head=len(rows) + 1,
        epoch=_id("epoch"),
        entries=[*started, *rows],
        people={event.actor.id: event.actor for event in started if event.actor},
        oldest=1,
        newest=len(rows),
        has_older=False,
        has_newer=False,
    )


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"chatify:sample:{name}")


def _person(name: str, label: str) -> User:
    return User(id=_id(name), username=name, display_name=label)


def _conversation(talk: Talk, *, at: datetime, count: int) -> Conversation:
    return Conversation(
        id=_id(talk.slug),
        kind=talk.kind,
        title=talk.title,
        last_activity_at=at,
        head=count + 1,
        message_count=count,
    )


def _member(conversation: Conversation, user: User, role: str) -> Membership:
    return Membership(
        id=_id(f"{conversation.id}{user.id}"),
        conversation=conversation,
        user=user,
        mail_role=role,
        read_number=conversation.message_count,
        delivered_number=conversation.message_count,
    )


def _message(conversation: Conversation, index: int, at: datetime, sender: User, text: str) -> Message:
    return Message(
        id=_id(f"{conversation.id}{index}"),
        conversation=conversation,
        number=index + 1,
        seq=index + 2,
        sender=sender,
        client_id=_id(f"{conversation.id}{index}c"),
        body=text,
        html=markup.render(text),
        sent_at=at,
    )


def _started(conversation: Conversation, actor: User, at: datetime) -> Event:
    return Event(
        conversation=conversation,
        seq=1,
        type=CHANGED,
        actor=actor,
        data={"created": True, "title": ""},
        at=at,
    )
