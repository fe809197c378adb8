"""Makes the people, the conversations and the messages of a plan, through the operations that everybody uses.

What is there already stays and is counted, so a flood that was interrupted goes on and a second one adds nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from operator import itemgetter
from random import Random
from uuid import UUID, uuid5

from accounts import queries
from accounts.models import User
from accounts.operations import people
from chatify.lib.errors import ChatifyError
from messaging import kinds
from messaging.management.flooding import words
from messaging.management.flooding.plan import Size, Talk
from messaging.models import Conversation
from messaging.operations import conversations, inbox, log, messages

NAMESPACE = UUID("5b6d9a52-3d0c-5e0e-9f0a-2f5c0f1d0a11")
SPAN = timedelta(days=365)
BURST = 8
"""People talk in bursts: so many messages follow each other within minutes, then others talk."""
PAUSE = timedelta(seconds=20)
ANSWERS = 0.04
"""Which part of the messages answers an earlier one."""
Timed = tuple[datetime, int, log.Draft]


def username(number: int) -> str:
    return f"flood-{number}"


def make_people(size: Size, password: str) -> list[User]:
    """Everybody, by number; only the first gets the password. Who is there stays as they are."""
    names = [username(number) for number in range(size.people)]
    first = _first(names[0], size, password)
    known = queries.people_by_usernames(first, names) | {first.username: first}
    return [known.get(name) or _person(number, size) for number, name in enumerate(names)]


def _first(name: str, size: Size, password: str) -> User:
    return _person(0, size, password) if not queries.username_taken(name) else _known(name)


def _known(name: str) -> User:
    return queries.person_by_username(queries.AnonymousUser(), name)


def _person(number: int, size: Size, password: str | None = None) -> User:
    rng = Random(f"{size.seed}/person/{number}")
    name = username(number)
    return people.create(
        email=f"{name}@chatify.example",
        username=name,
        password=password,
        display_name=words.name(number, rng),
    )


class Filling:
    """One run: `conversations()`, then `messages()`, then `reading()`."""

    def __init__(self, size: Size, cast: Sequence[User], now: datetime) -> None:
        self.size, self.cast, self.now = size, cast, now
        self.latest: dict[UUID, UUID] = {}
        """The last message that this run put into each conversation: what the next one may answer."""

    def start(self, talk: Talk) -> Conversation:
        """Find the conversation, or start it some time in the last year."""
        rng = Random(f"{self.size.seed}/start/{talk.index}")
        at = self.now - SPAN + timedelta(days=rng.random() * 300)
        members = [self.cast[number] for number in talk.members]
        return STARTS[talk.kind.name](self, talk, members, words.title(talk.index, rng), at)

    def client_id(self, talk: Talk, number: int) -> UUID:
        """The same in every run, so that nothing enters the log twice."""
        return uuid5(NAMESPACE, f"{self.size.seed}/{talk.index}/{number}")

    def messages(self, rows: Sequence[tuple[Talk, Conversation]], *, at_once: int) -> Iterator[int]:
        """Append what is missing, oldest first over all conversations, as life would; yields how many by batch.

        A page then finds its rows scattered over the table, not lying together as a copy of one conversation would.
        """
        drafts = map(itemgetter(2), merge(*(self._missing(talk, row) for talk, row in rows)))
        while batch := list(islice(drafts, at_once)):
            yield sum(self._kept(outcome) for outcome in log.append(batch, announce=False))

    def reading(self, rows: Sequence[tuple[Talk, Conversation]], *, at_once: int) -> None:
        """Most people have read to the end, some stopped a few messages before it, some where they last wrote."""
        steps = iter([step for talk, row in rows for step in self._steps(talk, row)])
        while batch := list(islice(steps, at_once)):
            inbox.advance(batch)

    def _missing(self, talk: Talk, row: Conversation) -> Iterator[Timed]:
        rng = Random(f"{self.size.seed}/messages/{talk.index}/{row.message_count}")
        until = self.now - timedelta(days=min(60.0, rng.expovariate(1 / 5)))
        began = row.last_activity_at
        missing = talk.messages - row.message_count
        step = max(timedelta(), until - began) / max(1, missing)
        for place in range(missing):
            within = place % BURST
            at = began + (place - within) * step + within * min(step, PAUSE)
            yield at, talk.index, self._draft(talk, row, row.message_count + place, at, rng)

    def _draft(self, talk: Talk, row: Conversation, number: int, at: datetime, rng: Random) -> log.Draft:
        return messages.prepare(
            self.cast[rng.choice(talk.members)],
            conversation=row.id,
            body=words.body(rng),
            client_id=self.client_id(talk, number),
            reply_to=self.latest.get(row.id) if rng.random() < ANSWERS else None,
            sent_at=at,
        )

    def _kept(self, outcome: log.Sent | ChatifyError) -> bool:
        if isinstance(outcome, ChatifyError):
            raise outcome
        self.latest[outcome.conversation] = outcome.id
        return not outcome.duplicate

    def _steps(self, talk: Talk, row: Conversation) -> Iterable[inbox.Advance]:
        rng = Random(f"{self.size.seed}/reading/{talk.index}")
        for number in talk.members:
            state = rng.random()
            if state < 0.8:
                left = 0 if state < 0.6 else rng.randint(1, 20)
                read = max(0, talk.messages - left)
                yield inbox.Advance(self.cast[number].id, row.id, "read", read)

    def _direct(self, talk: Talk, members: list[User], title: str, at: datetime) -> Conversation:
        return conversations.start_direct(members[0], other=members[1], at=at)

    def _group(self, talk: Talk, members: list[User], title: str, at: datetime) -> Conversation:
        first, *others = members
        return conversations.start_group(
            first, title=title, members=others, client_id=self.client_id(talk, 0), at=at
        )

    def _mail(self, talk: Talk, members: list[User], title: str, at: datetime) -> Conversation:
        first, *others = members
        return conversations.start_mail(
            first,
            subject=title,
            to=others[:2],
            cc=others[2:],
            body=words.body(Random(title)),
            client_id=self.client_id(talk, 0),
            at=at,
        )


STARTS: dict[str, Callable[[Filling, Talk, list[User], str, datetime], Conversation]] = {
    kinds.DIRECT.name: Filling._direct,
    kinds.GROUP.name: Filling._group,
    kinds.MAIL.name: Filling._mail,
}
