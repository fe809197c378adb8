"""Frames that no honest client sends: a clear answer, nothing stored, and the server goes on."""

import contextlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults import tables
from tests.faults.scene import Scene
from tests.faults.stage import Stage
from tests.load import sockets

pytestmark = pytest.mark.process

Fields = dict[str, Any]
Frame = Callable[[Scene], str | bytes | Fields]
ANSWER_S = 6.0


def send(room: str, **fields: Any) -> Fields:
    return {"type": "send", "conversation": room, "client_id": str(uuid.uuid4()), "body": "hello", **fields}


REFUSED: dict[str, tuple[Frame, set[str | int]]] = {
    "binary": (lambda scene: b"\x00\x01", {1003, 4001}),
    "64 KiB and one byte": (lambda scene: "x" * 65_537, {1009, 4002}),
    "a megabyte": (lambda scene: json.dumps(send(scene.room, body="x" * 2**20)), {1009, 4002}),
    "not JSON": (lambda scene: "{", {"bad"}),
    "an array": (lambda scene: "[]", {"bad"}),
    "null": (lambda scene: "null", {"bad"}),
    "no type": (lambda scene: {"conversation": scene.room}, {"bad"}),
    "a type that is no text": (lambda scene: {"type": ["send"]}, {"bad"}),
    "a key twice": (lambda scene: '{"type": "sync", "type": "send"}', {"bad"}),
    "nine levels": (lambda scene: json.dumps({"type": "send", "body": _nested(9)}), {"bad", "invalid"}),
    "thirty thousand levels": (lambda scene: "[" * 30_000, {"bad"}),
    "NaN": (lambda scene: '{"type": "read", "number": NaN}', {"bad", "invalid"}),
    "an endless number": (
        lambda scene: '{"type": "read", "number": ' + "9" * 5_000 + "}",
        {"bad", "invalid"},
    ),
    "an unknown type": (lambda scene: {"type": "nonsense"}, {"unknown"}),
    "a handler's name": (lambda scene: {"type": "websocket.disconnect"}, {"unknown"}),
    "a method's name": (lambda scene: {"type": "__class__"}, {"unknown"}),
    "NUL in the text": (lambda scene: send(scene.room, body="a\0b"), {"invalid"}),
    "half a character": (lambda scene: send(scene.room, body="a\ud800b"), {"invalid", "bad"}),
    "a line of 60,000 characters": (
        lambda scene: send(scene.room, body="x" * 60_000),
        {"too_large", "invalid"},
    ),
    "8,001 characters": (lambda scene: send(scene.room, body="ü" * 8_001), {"too_large", "invalid"}),
    "an empty text": (lambda scene: send(scene.room, body=""), {"invalid"}),
    "only spaces": (lambda scene: send(scene.room, body=" \n\t "), {"invalid"}),
    "only invisible characters": (lambda scene: send(scene.room, body="\u200b\u200d\ufeff"), {"invalid"}),
    "a text that is an object": (lambda scene: send(scene.room, body={"$ne": ""}), {"invalid"}),
    "a foreign conversation": (lambda scene: send(scene.foreign), {"not_found"}),
    "no conversation": (lambda scene: send(str(uuid.uuid4())), {"not_found"}),
    "a malformed conversation": (lambda scene: send("' OR 1=1 --"), {"not_found", "invalid"}),
    "a number for a conversation": (lambda scene: send(scene.room, conversation=1), {"not_found", "invalid"}),
    "a client_id that is no id": (lambda scene: send(scene.room, client_id="one"), {"invalid"}),
    "no client_id": (lambda scene: send(scene.room, client_id=None), {"invalid"}),
    "another's name as sender": (lambda scene: send(scene.room, sender=scene.bob.id), {"invalid"}),
    "a seq of one's own": (lambda scene: send(scene.room, seq=1), {"invalid"}),
    "a number of one's own": (
        lambda scene: send(scene.room, number=1, at="2000-01-01T00:00:00Z"),
        {"invalid"},
    ),
    "an answer to a message elsewhere": (
        lambda scene: send(scene.room, reply_to=str(uuid.uuid4())),
        {"invalid"},
    ),
    "sync of a foreign log": (lambda scene: _at(scene.foreign, "sync", since=0), {"not_found"}),
    "sync before the beginning": (lambda scene: _at(scene.room, "sync", since=-1), {"invalid"}),
    "sync from a text": (lambda scene: _at(scene.room, "sync", since="0"), {"invalid"}),
    "sync from a fraction": (lambda scene: _at(scene.room, "sync", since=1.5), {"invalid"}),
    "sync from beyond 64 bits": (lambda scene: _at(scene.room, "sync", since=2**64), {"invalid"}),
    "read below zero": (lambda scene: _at(scene.room, "read", number=-1), {"invalid"}),
    "read beyond 64 bits": (lambda scene: _at(scene.room, "read", number=2**63), {"invalid"}),
    "read in a foreign conversation": (lambda scene: _at(scene.foreign, "read", number=1), {"not_found"}),
    "a second hello": (lambda scene: {"type": "hello", "conversations": {}}, {4001}),
}


def _nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return value


def _at(conversation: str, kind: str, **fields: Any) -> Fields:
    return {"type": kind, "conversation": conversation, **fields}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_hostile_frame_is_refused_in_words(scene: Scene, stage: Stage, name: str) -> None:
    make, expected = REFUSED[name]
    frame, before = make(scene), scene.stored()
    async with scene.socket() as socket:
        await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
        found = await sockets.answer(socket, ANSWER_S)
    told = found if isinstance(found, int) else found.get("code", found["type"])
    assert told in expected, found
    if isinstance(frame, dict) and isinstance(found, dict) and isinstance(frame.get("client_id"), str):
        assert found["client_id"] == frame["client_id"], "the outbox can tell which send is refused"
    await scene.goes_on(before)


async def test_five_bad_frames_end_the_socket(scene: Scene, stage: Stage) -> None:
    async with scene.socket() as socket:
        for _ in range(5):
            await socket.send("{")
        assert await sockets.closed(socket) == 4001
    await scene.goes_on(scene.stored())


async def test_anothers_client_id_makes_a_message_of_ones_own(scene: Scene, stage: Stage) -> None:
    client_id = str(uuid.uuid4())
    async with scene.socket(scene.alice) as alice, scene.socket(scene.bob) as bob:
        await sockets.say(alice, "send", conversation=scene.room, client_id=client_id, body="hers")
        hers = await sockets.until(alice, "ack")
        await sockets.say(bob, "send", conversation=scene.room, client_id=client_id, body="his")
        his = await sockets.until(bob, "ack")
    assert his["id"] != hers["id"]
    assert not his["duplicate"]
    rows = tables.read(stage.database)[scene.room].messages
    assert {(row.sender, row.body) for row in rows if row.client_id == client_id} == {
        (scene.alice.id, "hers"),
        (scene.bob.id, "his"),
    }


async def test_a_second_text_under_the_same_client_id_changes_nothing(scene: Scene, stage: Stage) -> None:
    client_id = str(uuid.uuid4())
    async with scene.socket() as socket:
        await sockets.say(socket, "send", conversation=scene.room, client_id=client_id, body="first")
        first = await sockets.until(socket, "ack")
        await sockets.say(socket, "send", conversation=scene.room, client_id=client_id, body="second")
        second = await sockets.until(socket, "ack")
    assert second == {**first, "duplicate": True}
    rows = tables.read(stage.database)[scene.room].messages
    assert [row.body for row in rows if row.client_id == client_id] == ["first"]


async def test_bytes_that_are_no_text_end_the_socket(scene: Scene, stage: Stage) -> None:
    async with scene.socket() as socket:
        await socket.send(b"\xff\xfe\xc0", text=True)
        assert await sockets.closed(socket) in (1007, 4001)
    await scene.goes_on(scene.stored())


async def test_a_message_in_a_thousand_pieces_is_still_too_big(scene: Scene, stage: Stage) -> None:
    async with scene.socket() as socket:
        # The close may come while pieces are still being written.
        with contextlib.suppress(ConnectionClosed):
            await socket.send("x" * 100 for _ in range(1_000))
        assert await sockets.closed(socket) in (1009, 4002, 1006)
    await scene.goes_on(scene.stored())
