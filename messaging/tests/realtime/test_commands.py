"""What a greeted socket may do, how often, and what it is told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from chatify.lib.errors import NotFound, TooLarge, TooMany
from messaging.operations.log import Sent
from messaging.operations.rows import Busy
from messaging.realtime.batcher import Batcher
from messaging.realtime.commands import Commands
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Close
from messaging.realtime.sending import Posting

from .fakes import CONVERSATION, FakeOutlet, FakeStore, new_user, open_socket, outlet, until


class Desk:
    """A serving process of which only the batchers and the typing are real enough."""

    def __init__(self) -> None:
        self.postings: list[Posting] = []
        self.answer: Any = None
        self.typed: list[str] = []
        self.marked: list[Any] = []
        self.sends: Batcher[Any, Any] = Batcher(self._post, name="t")
        self.marks: Batcher[Any, Any] = Batcher(self._mark, name="t")

    def _post(self, postings: Sequence[Posting]) -> list[Any]:
        self.postings += postings
        if isinstance(self.answer, OperationalError):
            raise self.answer
        return [self.answer or sent(posting) for posting in postings]

    def _mark(self, steps: Sequence[Any]) -> list[Any]:
        self.marked += steps
        return [self.answer for _ in steps]

    def typing(self, socket: Any, conversation: str) -> None:
        self.typed.append(conversation)


def sent(posting: Posting) -> Sent:
    return Sent(
        id=uuid4(),
        conversation=posting.command.conversation,
        client_id=posting.command.client_id,
        seq=len(posting.command.body),
        number=1,
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )


@pytest.fixture
async def desk() -> Desk:
    return Desk()


@pytest.fixture
async def at(hub: Hub, store: FakeStore, desk: Desk) -> SimpleNamespace:
    user = new_user()
    store.member(user)
    socket = open_socket(hub, user)
    return SimpleNamespace(socket=socket, out=outlet(socket), commands=Commands(desk, socket))  # type: ignore[arg-type]


def say(at: SimpleNamespace, kind: str, **fields: Any) -> None:
    at.commands.hear(json.dumps({"type": kind, **fields}))


def send(at: SimpleNamespace, body: str = "hi", client_id: UUID | None = None) -> str:
    name = str(client_id or uuid4())
    say(at, "send", conversation=CONVERSATION, client_id=name, body=body)
    return name


async def errors(out: FakeOutlet, count: int = 1) -> list[dict[str, Any]]:
    await until(lambda: len(out.of("error")) >= count)
    return out.of("error")


async def test_a_send_is_acknowledged_after_its_commit(at: SimpleNamespace) -> None:
    client_id = send(at)
    assert not at.out.frames
    await until(lambda: bool(at.out.of("ack")))
    (ack,) = at.out.of("ack")
    assert ack["client_id"] == client_id
    assert ack["duplicate"] is False
    assert ack.keys() == {"type", "client_id", "conversation", "id", "seq", "number", "at", "duplicate"}


async def test_sends_are_kept_in_the_order_of_sending(at: SimpleNamespace, desk: Desk) -> None:
    for number in range(1, 30):
        send(at, "x" * number)
    await until(lambda: len(at.out.of("ack")) == 29)
    assert [ack["seq"] for ack in at.out.of("ack")] == list(range(1, 30))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound(), "not_found"),
        (TooLarge("long"), "too_large"),
        (TooMany(retry_after=2.0), "rate"),
        (Busy(), "retry"),
        (OperationalError("gone"), "retry"),
    ],
)
async def test_a_refused_send_says_why_and_which(
    at: SimpleNamespace, desk: Desk, error: Exception, code: str
) -> None:
    desk.answer = error
    client_id = send(at)
    (told,) = await errors(at.out)
    assert (told["code"], told["client_id"]) == (code, client_id)
    assert ("retry_ms" in told) == (code in ("rate", "retry"))


async def test_a_mark_in_a_foreign_conversation_is_told(at: SimpleNamespace, desk: Desk) -> None:
    desk.answer = NotFound()
    say(at, "read", conversation=str(uuid4()), number=1)
    (told,) = await errors(at.out)
    assert told["code"] == "not_found"


@pytest.mark.parametrize(
    "kind", ["nope", "__class__", "_send", "websocket.disconnect", "websocket_disconnect", "call.start", ""]
)
async def test_an_unknown_command_names_no_handler(at: SimpleNamespace, kind: str) -> None:
    say(at, kind)
    (told,) = await errors(at.out)
    assert told["code"] == "unknown"
    assert not at.out.closed


async def test_an_unknown_command_is_answered_by_its_client_id(at: SimpleNamespace) -> None:
    say(at, "nope", client_id="mine")
    (told,) = await errors(at.out)
    assert (told["code"], told["client_id"]) == ("unknown", "mine")


async def test_a_second_hello_ends_the_socket(at: SimpleNamespace) -> None:
    say(at, "hello")
    assert at.out.closed == [Close.PROTOCOL]


async def test_the_fifth_bad_frame_ends_the_socket(at: SimpleNamespace) -> None:
    for _ in range(4):
        at.commands.hear("{")
    assert not at.out.closed
    at.commands.hear("{")
    assert at.out.closed == [Close.PROTOCOL]


async def test_the_121st_command_of_a_minute_is_refused_and_the_third_refusal_ends_it(
    at: SimpleNamespace, settings: Any, desk: Desk
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    at.commands = Commands(desk, at.socket)  # type: ignore[arg-type]
    for _ in range(120):
        say(at, "typing", conversation=CONVERSATION)
    assert len(desk.typed) == 120
    for count in (1, 2):
        say(at, "typing", conversation=CONVERSATION)
        told = (await errors(at.out, count))[-1]
        assert told["code"] == "rate"
        assert 0 < told["retry_ms"] <= 60_001
        assert not at.out.closed
    say(at, "typing", conversation=CONVERSATION)
    assert at.out.closed == [Close.RATE]


async def test_a_send_over_the_limit_still_goes_to_be_recognised(
    at: SimpleNamespace, settings: Any, desk: Desk
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    at.commands = Commands(desk, at.socket)  # type: ignore[arg-type]
    for _ in range(121):
        send(at)
    await until(lambda: len(desk.postings) == 121)
    assert [posting.wait > 0 for posting in desk.postings] == [False] * 120 + [True]


async def test_a_sync_never_ends_a_socket(
    at: SimpleNamespace, settings: Any, desk: Desk, store: FakeStore
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    at.commands = Commands(desk, at.socket)  # type: ignore[arg-type]
    store.gate.clear()
    for since in range(70):
        say(at, "sync", conversation=CONVERSATION, since=since)
    told = await errors(at.out, 10)
    assert {error["code"] for error in told} == {"rate"}
    assert all(error["retry_ms"] <= 5000 for error in told)
    assert not at.out.closed


async def test_equal_syncs_are_one(at: SimpleNamespace, store: FakeStore) -> None:
    store.say()
    store.gate.clear()
    for _ in range(20):
        say(at, "sync", conversation=CONVERSATION, since=0)
    store.gate.set()
    await until(lambda: bool(at.out.of("replay")))
    assert [what for what, _ in store.reads] == ["since"]


async def test_a_wrong_field_is_no_bad_frame(at: SimpleNamespace) -> None:
    for _ in range(10):
        say(at, "send", conversation=CONVERSATION, client_id=str(uuid4()), body="hi", sender="me")
    told = await errors(at.out, 10)
    assert {error["code"] for error in told} == {"invalid"}
    assert not at.out.closed
