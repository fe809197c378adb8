"""Random steps of one person in three sessions and of five others; after each, what is shown and what is counted.

Steps are drawn by one generator, so that a failure can be played again. What is counted comes from the rows, by plain
SQL: no code of the product stands behind it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tests.faults import stored, tables
from tests.faults.stage import Stage
from tests.faults.tables import ConversationRow, MemberRow
from tests.load.client import Client
from tests.load.door import Refused, in_pool
from tests.load.fleet import Fleet
from tests.load.outbox import Entry

PATIENCE_S = 30.0
SETTLES_WITHIN_S = 10.0
EMOJI = ("👍", "🎉", "❤️")
Counted = tuple[int, dict[str, int]]


class Script:
    """`step()` does one thing; `differs()` says what does not add up after it, or nothing."""

    def __init__(self, stage: Stage, fleet: Fleet, me: Sequence[Client], seed: int) -> None:
        self.stage, self.fleet, self.sessions = stage, fleet, me
        self.chance = random.Random(seed)
        self.rooms = fleet.world.conversations
        self.person = me[0].account.id
        self.others = [client for client in fleet.clients if client.account.id != self.person]
        self.elsewhere = 0
        self.done: list[str] = []

    async def begin(self) -> None:
        """What waits for this person outside of the script's conversations, which are empty still."""
        self.elsewhere = (await in_pool(self.sessions[0].api.get, "/me"))["unread"]

    async def step(self) -> None:
        """One act of somebody. What is not possible as things stand is refused and changes nothing either."""
        (act,) = self.chance.choices(list(ACTS), list(ACTS.values()))
        self.done.append(act.__name__)
        try:
            await act(self)
        except Refused as refused:
            assert refused.status in (403, 404, 409, 422), refused

    async def differs(self, number: int) -> str:
        """Compare until both are equal: what a socket was told a moment ago may not be stored yet."""
        session = self.sessions[number % len(self.sessions)]
        found = ""
        for _ in range(int(SETTLES_WITHIN_S / 0.05)):
            found = await self._difference(session)
            if not found:
                return ""
            await asyncio.sleep(0.05)
        return f"after step {number} ({self.done[-1]}), session {session.journal}: {found}"

    async def _difference(self, session: Client) -> str:
        total, rows = await in_pool(counted, self.stage.database, self.person, list(self.rooms))
        shown, items = await in_pool(shown_to, session)
        shown -= self.elsewhere
        listed = {item["id"]: item["unread"] for item in items if item["id"] in self.rooms}
        return "" if (shown, listed) == (total, rows) else f"shows {shown} {listed}, counted {total} {rows}"

    # What people do

    def room(self) -> str:
        return self.chance.choice(list(self.rooms))

    def someone(self, room: str) -> Client:
        return self.chance.choice(self._of(room, self.others))

    def session(self) -> Client:
        return self.chance.choice(self.sessions)

    def _of(self, room: str, clients: Sequence[Client]) -> list[Client]:
        return [client for client in clients if client.account.id in self.rooms[room]]

    def say(self, client: Client, room: str) -> Entry:
        return client.send(room, f"line {len(self.done)}")

    async def they_write(self) -> None:
        room = self.room()
        await _acked(self.say(self.someone(room), room))

    async def all_write_at_once(self) -> None:
        room = self.room()
        await _acked(*(self.say(client, room) for client in self._of(room, self.fleet.clients)))

    async def i_write(self) -> None:
        room = self.room()
        if self.person in self.rooms[room]:
            await _acked(self.say(self.session(), room))

    async def i_read(self) -> None:
        self.session().say("read", conversation=self.room(), number=self.chance.randint(0, 60))

    async def i_unread(self) -> None:
        self.session().say("unread", conversation=self.room(), number=self.chance.randint(1, 40))

    async def they_read(self) -> None:
        room = self.room()
        self.someone(room).say("read", conversation=room, number=self.chance.randint(0, 60))

    async def _on_a_message(self, act: Callable[[Client, str], Any], clients: Sequence[Client]) -> None:
        room = self.room()
        here = self._of(room, clients)
        if not here:
            return
        client = self.chance.choice(here)
        found = (await in_pool(client.api.get, f"/conversations/{room}/messages?limit=20"))["items"]
        if found:
            message = self.chance.choice(found)
            author = [each for each in self.fleet.clients if each.account.id == message["sender"]["id"]]
            await in_pool(act, author[0] if act in AUTHORS else client, f"/messages/{message['id']}")

    async def somebody_deletes(self) -> None:
        await self._on_a_message(_delete, self.fleet.clients)

    async def somebody_edits(self) -> None:
        await self._on_a_message(_edit, self.fleet.clients)

    async def somebody_reacts(self) -> None:
        emoji = self.chance.choice(EMOJI)
        await self._on_a_message(lambda by, at: by.api.put(f"{at}/reactions/{emoji}", {}), self.others)

    async def i_hide(self) -> None:
        await self._on_a_message(lambda by, at: by.api.delete(f"{at}?for=me"), self.sessions)

    async def i_put_away(self) -> None:
        path = f"/conversations/{self.room()}/{self.chance.choice(('done', 'done', 'snooze', 'mute', 'pin'))}"
        api = self.session().api
        if self.chance.random() < 0.4:
            await in_pool(api.delete, path)
        else:
            await in_pool(api.put, path, {"until": "2099-01-01T00:00:00Z"} if path.endswith("e") else {})

    async def i_block(self) -> None:
        other = self.chance.choice(self.others).account.id
        api = self.session().api
        if self.chance.random() < 0.5:
            await in_pool(api.put, f"/blocks/{other}", {})
        else:
            await in_pool(api.delete, f"/blocks/{other}")

    async def somebody_is_removed(self) -> None:
        """Never this person: whoever leaves and comes back may have seen more than their last row tells."""
        room = self.room()
        owner, *rest = self.rooms[room]
        gone = [id for id in rest if id not in (self.person, self.fleet.clients[0].account.id)]
        if len(gone) > 1:
            victim = self.chance.choice(gone)
            await in_pool(self.fleet.client(owner).api.delete, f"/conversations/{room}/members/{victim}")
            self.rooms[room].remove(victim)

    async def i_am_added(self) -> None:
        for room, members in self.rooms.items():
            if self.person not in members:
                path = f"/conversations/{room}/members"
                await in_pool(self.fleet.client(members[0]).api.post, path, {"members": [self.person]})
                members.append(self.person)


def _delete(author: Client, at: str) -> None:
    author.api.delete(at)


def _edit(author: Client, at: str) -> None:
    author.api.patch(at, {"body": "said better"})


AUTHORS = (_delete, _edit)
"""What only who wrote a message can do to it."""
ACTS: dict[Callable[[Script], Awaitable[None]], int] = {
    Script.they_write: 40,
    Script.all_write_at_once: 6,
    Script.i_write: 8,
    Script.i_read: 14,
    Script.i_unread: 4,
    Script.they_read: 6,
    Script.somebody_deletes: 6,
    Script.somebody_edits: 3,
    Script.somebody_reacts: 3,
    Script.i_hide: 4,
    Script.i_put_away: 8,
    Script.i_block: 3,
    Script.somebody_is_removed: 1,
    Script.i_am_added: 1,
}


async def _acked(*entries: Entry) -> None:
    await asyncio.wait_for(asyncio.gather(*(entry.done for entry in entries)), PATIENCE_S)


def shown_to(session: Client) -> tuple[int, list[dict[str, Any]]]:
    """The number of title and badge, and the list that it leads to."""
    items = session.api.get("/conversations", limit=100, filter="unread")["items"]
    return session.api.get("/me")["unread"], items


def counted(database: str, user: str, rooms: list[str]) -> Counted:
    """What waits for somebody in these conversations, message by message: in all, and in each where anything does."""
    found = tables.read(database, rooms)
    waiting = {
        room: stored.unread_of(row, member)
        for room, row in found.items()
        if (member := row.members.get(user)) and member.left_seq is None and _is_here(row, member)
    }
    return sum(waiting.values()), {room: number for room, number in waiting.items() if number}


def _is_here(row: ConversationRow, member: MemberRow) -> bool:
    """Whether it stands in the inbox: what was done or snoozed comes back by being written in, unless it is muted."""
    away = [number for number in (member.done_number, member.snoozed_number) if number is not None]
    return not any(row.message_count <= number or member.muted for number in away)
