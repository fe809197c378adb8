"""What the socket side reads from the database, each in a thread. Tests put a fake in its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from accounts.models import User
from chatify.lib import db
from messaging.queries import access, epoch, sync
from messaging.realtime.gathering import Gathering

Event = dict[str, Any]
Standing = tuple[int, bool]
"""From which seq somebody reads, and whether it is a request to them that waits."""
PAGE = 100


class Store(Protocol):
    async def after(self, conversation: str, since: int) -> Sequence[Event]:
        """The next events after `since`, at most a page, oldest first."""

    async def members(self, conversation: str) -> tuple[int, Mapping[str, Standing]]:
        """The membership version, and how each member stands in the conversation."""

    async def memberships(self, user: UUID) -> Sequence[sync.SocketMembership]:
        """The user's memberships, with head, version and visible_from_seq."""

    async def heads(self, conversations: Sequence[str]) -> Mapping[str, int]:
        """The last seq of each."""

    async def counts(self, users: Sequence[str]) -> Mapping[str, int]:
        """In how many conversations each of these people is."""

    async def missed(self, ranges: Sequence[sync.Missing]) -> Mapping[str, Sequence[Event]]:
        """The events of these ranges by conversation, oldest first, in as few queries as can be."""

    async def since(self, user: User, conversation: str, since: int) -> sync.Sync:
        """What a client at `since` needs: state, head, events. Raises NotFound for strangers."""

    async def epoch(self) -> str:
        """The lineage of this database."""


class DatabaseStore:
    """The store of a running server. What many sockets ask as they come is read for all of them at once."""

    def __init__(self, arrivals: Gathering) -> None:
        self._arrivals = arrivals
        self._epoch = ""

    async def after(self, conversation: str, since: int) -> Sequence[Event]:
        return await _read(sync.after, UUID(conversation), since, limit=PAGE)

    async def members(self, conversation: str) -> tuple[int, Mapping[str, Standing]]:
        version, members = await _read(sync.members, UUID(conversation))
        return version, {str(user): standing for user, standing in members.items()}

    async def memberships(self, user: UUID) -> Sequence[sync.SocketMembership]:
        return await self._arrivals.read(memberships_of, user)

    async def heads(self, conversations: Sequence[str]) -> Mapping[str, int]:
        heads = await _read(sync.heads, [UUID(conversation) for conversation in conversations])
        return {str(conversation): head for conversation, head in heads.items()}

    async def counts(self, users: Sequence[str]) -> Mapping[str, int]:
        found = await _read(sync.counts_of, [UUID(user) for user in users])
        return {str(user): count for user, count in found.items()}

    async def missed(self, ranges: Sequence[sync.Missing]) -> Mapping[str, Sequence[Event]]:
        return await self._arrivals.read(missed_by, ranges)

    async def since(self, user: User, conversation: str, since: int) -> sync.Sync:
        return await _read(_since, user, conversation, since)

    async def epoch(self) -> str:
        if not self._epoch:
            self._epoch = str(await _read(epoch.epoch_id))
        return self._epoch


def memberships_of(users: Sequence[UUID]) -> list[Sequence[sync.SocketMembership]]:
    """For each of these people their memberships."""
    found = sync.socket_memberships(users)
    return [found.get(user, []) for user in users]


def missed_by(asked: Sequence[Sequence[sync.Missing]]) -> list[Mapping[str, Sequence[Event]]]:
    """For each who asks the events of their ranges, by conversation; never more than a replay holds."""
    found = sync.missed(one for ranges in asked for one in ranges)
    return [{str(one.conversation): _part(found, one) for one in ranges} for ranges in asked]


def _part(found: Mapping[UUID, Sequence[Event]], one: sync.Missing) -> Sequence[Event]:
    return sync.cut([event for event in found[one.conversation] if one.since < event["seq"] <= one.until])


def _since(user: User, conversation: str, since: int) -> sync.Sync:
    return sync.since(access.conversation_for(user, conversation), since)


async def _read(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await db.in_thread(db.READS, work, *args, **kwargs)
