"""Builds the demo world through the same operations as everybody's clicks. A second run changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser

from accounts import queries
from accounts.models import User
from accounts.operations import contacts, people
from chatify.demo.people import PEOPLE, Person
from chatify.demo.script import Script, load
from chatify.lib.errors import ChatifyError
from messaging.models import Conversation
from messaging.operations import conversations, inbox, log, messages

Cast = dict[str, User]


def build(now: datetime) -> int:
    """Make what is missing; the number of messages sent. What visitors changed since stays so."""
    known = {person.username for person in PEOPLE if queries.username_taken(person.username)}
    cast = {person.username: _person(person) for person in PEOPLE}
    contacts.introduce([person for name, person in cast.items() if name not in known])
    return sum(_perform(script, cast) for script in load(now))


def _person(person: Person) -> User:
    if queries.username_taken(person.username):
        return queries.person_by_username(AnonymousUser(), person.username)
    return people.create(
        email=person.email, username=person.username, password=person.password, display_name=person.name
    )


def _perform(script: Script, cast: Cast) -> int:
    """One conversation. Where a visitor took somebody out of it, the rest of its script is left out."""
    try:
        row = STARTS[script.kind](script, cast)
        if row.message_count >= len(script.lines):
            return 0
        outcomes = log.append(_drafts(script, cast, row))
    except ChatifyError:
        return 0
    sent = [outcome for outcome in outcomes if isinstance(outcome, log.Sent) and not outcome.duplicate]
    inbox.advance(_reading(script, cast, row))
    return len(sent)


def _drafts(script: Script, cast: Cast, row: Conversation) -> list[log.Draft]:
    return [
        messages.prepare(
            cast[line.who],
            conversation=row.id,
            body=line.text,
            client_id=line.client_id,
            reads=False,
            sent_at=line.at,
        )
        for line in script.lines
    ]


def _reading(script: Script, cast: Cast, row: Conversation) -> list[inbox.Advance]:
    total = len(script.lines)
    return [
        inbox.Advance(cast[name].id, row.id, "read", total - script.unread.get(name, 0))
        for name in script.everyone
    ]


def _before(script: Script) -> datetime:
    return script.lines[0].at - timedelta(minutes=1)


def _direct(script: Script, cast: Cast) -> Conversation:
    (other,) = script.people
    return conversations.start_direct(cast[script.by], other=cast[other], at=_before(script))


def _group(script: Script, cast: Cast) -> Conversation:
    return conversations.start_group(
        cast[script.by],
        title=script.title,
        members=[cast[name] for name in script.people],
        client_id=script.client_id,
        at=_before(script),
    )


def _mail(script: Script, cast: Cast) -> Conversation:
    first = script.lines[0]
    return conversations.start_mail(
        cast[script.by],
        subject=script.title,
        to=[cast[name] for name in script.people],
        cc=[cast[name] for name in script.cc],
        body=first.text,
        client_id=first.client_id,
        at=first.at,
    )


STARTS: dict[str, Callable[[Script, Cast], Conversation]] = {
    "direct": _direct,
    "group": _group,
    "mail": _mail,
}
