"""The ways to somebody who has no page open: registered by who carries them, called when a notice is due."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from messaging.models import Notice

Send = Callable[[User, Notice], object]
Reaches = Callable[[Collection[UUID]], Iterable[UUID]]


@dataclass(frozen=True, slots=True)
class Channel:
    """`send(person, notice)` puts down the work of telling; `reaches(people)` says whom it can tell."""

    send: Send
    reaches: Reaches


_channels: dict[str, Channel] = {}


def register(name: str, send: Send, *, reaches: Reaches) -> None:
    """Have notices that are due on `push` or `mail` handed to `send`."""
    _channels[name] = Channel(send, reaches)


def registered() -> dict[str, Channel]:
    return dict(_channels)


def reached(people: Collection[UUID]) -> dict[str, frozenset[UUID]]:
    """Whom of these each channel reaches, by its name; nobody where it is not there."""
    return {name: frozenset(channel.reaches(people)) for name, channel in _channels.items()}
