"""Many come back at once: what each of them costs the database."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.test import Client

from accounts.models import User
from chatify.lib import ids
from messaging.models import Conversation
from messaging.operations import conversations, messages
from messaging.queries import epoch, sync
from messaging.realtime import resume, sessions
from messaging.realtime.frames import Packet
from messaging.realtime.gathering import Gathering
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Hello
from messaging.realtime.sockets import Socket
from messaging.realtime.store import DatabaseStore

from .fakes import FakeOutlet, outlet, until

pytestmark = pytest.mark.django_db(transaction=True)
TALKS, SENT, CROWD = 3, 4, 16


class House:
    """A crowd in a few groups with some messages, and the sockets' side of a process."""

    def __init__(self, people: list[User]) -> None:
        self.people = people
        self.talks = [self._talk(number) for number in range(TALKS)]
        self.heads = dict(Conversation.objects.values_list("id", "head"))
        self.logs = [sync.after(talk.id, 0) for talk in self.talks]
        self.cookies = {person.id: _cookie(person) for person in people}
        epoch.epoch_id()
        self.arrivals = Gathering()
        self.hub = Hub(DatabaseStore(self.arrivals))

    def _talk(self, number: int) -> Conversation:
        owner, *others = self.people
        talk = conversations.start_group(owner, title=f"{number}", members=others, client_id=ids.uuid7())
        for place in range(SENT):
            messages.send(owner, conversation=talk.id, body=f"{place}", client_id=ids.uuid7())
        return talk

    async def come(self, person: User, missing: int) -> list[int]:
        """The handshake and the hello of one socket that lacks so many events of each talk; the seqs it is given."""
        header = f"{settings.SESSION_COOKIE_NAME}={self.cookies[person.id]}".encode()
        visitor = await self.arrivals.read(sessions.look, {"headers": [(b"cookie", header)]})
        assert visitor.identity is not None and visitor.identity.user.id == person.id
        socket = Socket(self.hub, visitor.identity, FakeOutlet())
        cursors = {str(talk.id): self.heads[talk.id] - missing for talk in self.talks}
        hello = Hello(None, cursors, "html", "en")
        await resume.begin(self.hub, socket, hello, epoch="epoch", heartbeat_ms=10_000)
        await until(lambda: not socket.holds)
        seqs = [seq for talk in self.talks for seq in outlet(socket).seqs(str(talk.id))]
        socket.end()
        return seqs

    async def come_all(self, missing: int) -> list[list[int]]:
        return list(await asyncio.gather(*(self.come(person, missing) for person in self.people)))

    def remember(self) -> None:
        for log in self.logs:
            self.hub.recent.prime([Packet.of(event) for event in log])

    def last(self, count: int) -> list[int]:
        """The seqs that somebody lacks who lacks so many of each."""
        return [
            seq
            for talk in self.talks
            for seq in range(self.heads[talk.id] - count + 1, self.heads[talk.id] + 1)
        ]


def _cookie(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def house(make_person: Callable[..., User]) -> Iterator[House]:
    made = House([make_person(f"person{number}", password=None) for number in range(CROWD)])
    yield made
    made.arrivals.stop()


@pytest.fixture
def asked(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that any thread sends from now on."""
    told: list[str] = []
    execute = CursorWrapper.execute

    def counted(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        told.append(str(sql))
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)
    return told


async def test_who_comes_alone_and_misses_nothing_costs_two_questions(house: House, asked: list[str]) -> None:
    assert await house.come(house.people[1], 0) == []
    assert len(asked) == 2


async def test_who_misses_what_was_delivered_here_lately_costs_two_too(
    house: House, asked: list[str]
) -> None:
    house.remember()
    assert await house.come(house.people[1], SENT) == house.last(SENT)
    assert len(asked) == 2


async def test_who_misses_what_nobody_here_remembers_costs_one_more_for_all_conversations(
    house: House, asked: list[str]
) -> None:
    assert await house.come(house.people[1], SENT) == house.last(SENT)
    assert len(asked) == 3
    assert await house.come(house.people[2], SENT) == house.last(SENT)
    assert len(asked) == 5


@pytest.mark.parametrize("missing", [0, SENT])
@pytest.mark.parametrize("remembered", [True, False])
async def test_a_herd_costs_less_than_one_question_each(
    house: House, asked: list[str], missing: int, remembered: bool
) -> None:
    if remembered:
        house.remember()
    assert await house.come_all(missing) == [house.last(missing)] * CROWD
    assert len(asked) < CROWD
