"""What the socket side reads from the database, each in a thread. Tests put a fake in its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from accounts.models import User
from chatify.lib import db
from messaging.queries import access, epoch, sync

Event = dict[str, Any]
PAGE = 100


class Store(Protocol):
    async def after(self, conversation: str, since: int) -> Sequence[Event]:
        """The next events after `since`, at most a page, oldest first."""

    async def members(self, conversation: str) -> tuple[int, Mapping[str, int]]:
        """The membership version, and each member's visible_from_seq."""

    async def memberships(self, user: UUID) -> Sequence[sync.SocketMembership]:
        """The user's memberships, with head, version and visible_from_seq."""

    async def heads(self, conversations: Sequence[str]) -> Mapping[str, int]:
        """The last seq of each."""

    async def counts(self, users: Sequence[str]) -> Mapping[str, int]:
        """In how many conversations each of these people is."""

    async def since(self, user: User, conversation: str, since: int) -> sync.Sync:
        """What a client at `since` needs: state, head, events. Raises NotFound for strangers."""

    async def epoch(self) -> str:
        """The lineage of this database."""


class DatabaseStore:
    """The store of a running server."""

    async def after(self, conversation: str, since: int) -> Sequence[Event]:
        return await _read(sync.after, UUID(conversation), since, limit=PAGE)

    async def members(self, conversation: str) -> tuple[int, Mapping[str, int]]:
        version, members = await _read(sync.members, UUID(conversation))
        return version, {str(user): visible_from for user, visible_from in members.items()}

    async def memberships(self, user: UUID) -> Sequence[sync.SocketMembership]:
        return await _read(sync.socket_memberships, user)

    async def heads(self, conversations: Sequence[str]) -> Mapping[str, int]:
        heads = await _read(sync.heads, [UUID(conversation) for conversation in conversations])
        return {str(conversation): head for conversation, head in heads.items()}

    async def counts(self, users: Sequence[str]) -> Mapping[str, int]:
        found = await _read(sync.counts_of, [UUID(user) for user in users])
        return {str(user): count for user, count in found.items()}

    async def since(self, user: User, conversation: str, since: int) -> sync.Sync:
        return await _read(_since, user, conversation, since)

    async def epoch(self) -> str:
        return str(await _read(epoch.epoch_id))


def _since(user: User, conversation: str, since: int) -> sync.Sync:
    return sync.since(access.conversation_for(user, conversation), since)


async def _read(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await db.in_thread(db.READS, work, *args, **kwargs)
