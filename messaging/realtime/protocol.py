"""What a client may say, and how a socket may end: reading frames of protocol v1 strictly."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from chatify.lib import ids, moments

SUBPROTOCOL = "chatify.v1"
LARGEST_FRAME = 65_536
DEEPEST = 8
MOST_CURSORS = 200
LARGEST_NUMBER = 2**53
FORMATS = ("html", "json")


class Close(IntEnum):
    """Why the server ends a socket."""

    SERVER = 4000
    PROTOCOL = 4001
    TOO_BIG = 4002
    NO_SESSION = 4003
    CURSOR = 4007
    SLOW = 4008
    SOCKETS = 4009
    RESTART = 4012
    OVERLOAD = 4013
    RATE = 4029


class BadFrame(Exception):
    """Not a command at all: not JSON, not an object, no type. `client_id` is echoed where one could be read."""

    def __init__(self, detail: str, client_id: str | None = None) -> None:
        super().__init__(detail)
        self.client_id = client_id


class InvalidCommand(Exception):
    """A command whose fields are wrong; `client_id` is echoed when the client gave one."""

    def __init__(self, detail: str, client_id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.client_id = client_id


class BadCursor(Exception):
    """A position that no log can have."""


@dataclass(frozen=True, slots=True)
class Hello:
    epoch: str | None
    cursors: dict[str, int]
    format: str
    language: str


class Send(NamedTuple):
    conversation: UUID
    client_id: UUID
    body: str
    reply_to: UUID | None
    attachments: tuple[UUID, ...]
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """`read`, `got` or `unread`, up to or from a message number."""

    kind: str
    conversation: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Typing:
    conversation: UUID


@dataclass(frozen=True, slots=True)
class Sync:
    conversation: UUID
    since: int


Fields = dict[str, Any]


def parse(text: str) -> Fields:
    """The frame as an object with a string `type`. Raises BadFrame."""
    plain = _plain(text)
    return _strict(text) if plain is None else plain


def _plain(text: str) -> Fields | None:
    """What nearly every client says, read in a third of the time; None for what only the strict way can judge."""
    if "\\u" in text or text.count("{") + text.count("[") > DEEPEST:
        return None  # half a character comes by an escape alone, and few brackets nest no deeper
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    # Each key has its colon: as many colons as keys, and none came twice.
    if type(value) is dict and text.count(":") == len(value) and type(value.get("type")) is str:
        return value
    return None


def _strict(text: str) -> Fields:
    try:
        value = _decode(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("A frame is one JSON object.") from error
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise BadFrame("A frame is a JSON object with a type.")
    try:
        _check(value, 1)
    except BadFrame as error:
        # An outbox must be told which send can never arrive, or it would repeat it for ever.
        known = ids.read(str(value.get("client_id")))
        raise BadFrame(str(error), str(known) if known else None) from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key appears twice")
    return fields


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.loads` makes a decoder for each call.
_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant).decode


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            raise BadFrame("A frame may nest eight levels deep.")
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for item in inner:
            _check(item, depth + 1)


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadFrame("A text holds half a character.") from error


def hello(fields: Fields) -> Hello:
    """Raises InvalidCommand, or BadCursor for impossible positions."""
    _only(fields, _OF_A_HELLO)
    epoch = fields.get("epoch")
    cursors = {} if fields.get("conversations") is None else fields["conversations"]
    if not (epoch is None or isinstance(epoch, str)) or not isinstance(cursors, dict):
        raise InvalidCommand("epoch is a string or null, conversations an object.")
    if len(cursors) > MOST_CURSORS:
        raise InvalidCommand("A hello names at most 200 conversations.")
    return Hello(
        epoch,
        {_plain_id(name): _cursor(seq) for name, seq in cursors.items()},
        _choice(fields, "format", FORMATS, "json"),
        _text(fields, "language", "en", most=35),
    )


def _plain_id(name: str) -> str:
    # A malformed id is like a foreign one: it is answered, not punished.
    parsed = ids.read(name)
    return str(parsed) if parsed else name[:64]


def _cursor(seq: object) -> int:
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < LARGEST_NUMBER:
        raise BadCursor
    return seq


def given_client_id(fields: Fields) -> str | None:
    """The client's own id of a command, for the answer; cut, whatever it is."""
    given = fields.get("client_id")
    return given[:64] if isinstance(given, str) else None


def send(fields: Fields) -> Send:
    """Raises InvalidCommand with the client_id, so that the outbox can tell which message is refused."""
    echo = given_client_id(fields)
    try:
        _only(fields, _OF_A_SEND)
        return Send(
            _id(fields, "conversation"),
            _id(fields, "client_id"),
            _text(fields, "body", None, most=LARGEST_FRAME),
            _id(fields, "reply_to") if fields.get("reply_to") is not None else None,
            _ids(fields, "attachments"),
            _moment(fields, "send_at"),
        )
    except InvalidCommand as error:
        raise InvalidCommand(error.detail, echo) from error


def mark(fields: Fields) -> Mark:
    _only(fields, _OF_A_MARK)
    return Mark(fields["type"], _id(fields, "conversation"), _number(fields, "number"))


def typing(fields: Fields) -> Typing:
    _only(fields, _OF_TYPING)
    return Typing(_id(fields, "conversation"))


def sync(fields: Fields) -> Sync:
    _only(fields, _OF_A_SYNC)
    return Sync(_id(fields, "conversation"), _number(fields, "since"))


_OF_A_HELLO = frozenset({"type", "epoch", "conversations", "format", "language"})
_OF_A_SEND = frozenset({"type", "conversation", "client_id", "body", "reply_to", "attachments", "send_at"})
_OF_A_MARK = frozenset({"type", "conversation", "number"})
_OF_TYPING = frozenset({"type", "conversation"})
_OF_A_SYNC = frozenset({"type", "conversation", "since"})


def _only(fields: Fields, names: frozenset[str]) -> None:
    if not names.issuperset(fields):
        raise InvalidCommand(f"There is no field {min(fields.keys() - names)[:40]!r} here.")


def _id(fields: Fields, name: str) -> UUID:
    value = fields.get(name)
    read = ids.read_again if name == "conversation" else ids.read  # it is named with each command
    if not isinstance(value, str) or (parsed := read(value)) is None:
        raise InvalidCommand(f"{name} is an id.")
    return parsed


def _moment(fields: Fields, name: str) -> datetime | None:
    moment = moments.parse(fields.get(name))
    if moment is None and fields.get(name) is not None:
        raise InvalidCommand(f"{name} is a time like 2030-01-31T18:00:00Z.")
    return moment


def _ids(fields: Fields, name: str) -> tuple[UUID, ...]:
    if not (values := fields.get(name)):
        return ()
    if not isinstance(values, list) or len(values) > 10:
        raise InvalidCommand(f"{name} is a list of at most 10 ids.")
    return tuple(_id({name: value}, name) for value in values)


def _number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_NUMBER:
        raise InvalidCommand(f"{name} is a whole number.")
    return value


def _text(fields: Fields, name: str, default: str | None, *, most: int) -> str:
    value = fields.get(name, default)
    if not isinstance(value, str) or len(value) > most:
        raise InvalidCommand(f"{name} is a text.")
    return value


def _choice(fields: Fields, name: str, choices: tuple[str, ...], default: str) -> str:
    value = fields.get(name, default)
    if value not in choices:
        raise InvalidCommand(f"{name} is one of {', '.join(choices)}.")
    return str(value)


READERS: dict[str, Callable[[Fields], Any]] = {
    "send": send,
    "read": mark,
    "got": mark,
    "unread": mark,
    "typing": typing,
    "sync": sync,
}
