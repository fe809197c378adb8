"""docs/socket.md and docs/asyncapi.yaml say what the code does."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
import yaml
from django.conf import settings

from chatify.lib.digest import stamp
from messaging import events
from messaging.events import ReadState
from messaging.operations.log import Sent
from messaging.realtime import frames, protocol
from messaging.realtime.frames import Format, Packet
from messaging.realtime.protocol import Close

DOCS = Path(settings.BASE_DIR) / "docs"
TEXT = (DOCS / "socket.md").read_text("utf-8")
MACHINE: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text("utf-8"))
EXAMPLES = [
    (who, json.loads(text)) for who, text in re.findall(r"```json (client|server)\n(.*?)```", TEXT, re.DOTALL)
]
COMMANDS = {"hello", *protocol.READERS}


def documented(operation: str) -> dict[str, str]:
    """The frame types of one direction, each with the name of its schema."""
    names = [
        reference["$ref"].rsplit("/", 1)[1] for reference in MACHINE["operations"][operation]["messages"]
    ]
    return {MACHINE["components"]["messages"][name]["name"]: name for name in names}


def assert_valid(frame: dict[str, Any], operation: str) -> None:
    name = documented(operation)[frame["type"]]
    schema = {"$ref": f"#/components/schemas/{name}", "components": MACHINE["components"]}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(frame)


def said() -> list[frames.Frame]:
    """One frame from every builder."""
    name, now = str(uuid4()), datetime(2026, 11, 21, tzinfo=UTC)
    event = {
        "conversation": name,
        "seq": 1,
        "event": events.SENT,
        "actor": name,
        "at": stamp(now),
        "data": {"body": "hi"},
        "digest": "0" * 64,
    }
    sent = Sent(id=uuid4(), conversation=uuid4(), client_id=uuid4(), seq=1, number=1, at=now)
    return [
        frames.ready(epoch=name, user=uuid4(), heartbeat_ms=10_000),
        frames.ack(sent),
        frames.error("rate", "Slowly.", client_id=name, conversation=name, retry_ms=5),
        frames.level(name, 1),
        frames.reset(name, 1),
        frames.replay(name, [Packet.of(event)], 1, Format("json", "en")),
        Packet.of(event).frame(Format("html", "en")),
        frames.receipt(ReadState(uuid4(), uuid4(), 1, 1, 0)),
        frames.typing(name, name),
        frames.presence(name, online=False, last_seen=stamp(now)),
        frames.inbox(name),
        frames.notify(
            {"id": name, "kind": "mention", "title": "", "text": "", "url": "/", "conversation": None}
        ),
        frames.notices(3),
        frames.heartbeat({name: 1}),
        frames.bye(500),
    ]


def test_every_frame_of_the_server_is_as_documented() -> None:
    built = [json.loads(frame.text) for frame in said()]
    assert {frame["type"] for frame in built} == documented("hear").keys()
    for frame in built:
        assert_valid(frame, "hear")
        assert not frame.keys() - MACHINE["components"]["schemas"][frame["type"]]["properties"].keys()


def test_every_command_is_documented() -> None:
    assert documented("say").keys() == COMMANDS


@pytest.mark.parametrize(("who", "frame"), EXAMPLES)
def test_every_example_is_true(who: str, frame: dict[str, Any]) -> None:
    assert_valid(frame, "say" if who == "client" else "hear")
    if who == "client":
        parsed = protocol.parse(json.dumps(frame))
        reader = protocol.hello if frame["type"] == "hello" else protocol.READERS[frame["type"]]
        reader(parsed)


def test_the_guide_names_every_frame_code_and_kind() -> None:
    rows = set(re.findall(r"`([a-z_.]+)`", TEXT))
    assert (COMMANDS | documented("hear").keys()) <= rows
    assert set(events.TYPES) <= rows
    assert set(events.TYPES) == set(MACHINE["components"]["schemas"]["entry"]["properties"]["event"]["enum"])
    assert set(MACHINE["components"]["schemas"]["error"]["properties"]["code"]["enum"]) <= rows
    closes = {int(code) for code in re.findall(r"\b4\d{3}\b", "".join(re.findall(r"^\| 4.*$", TEXT, re.M)))}
    assert closes == set(Close)


@pytest.mark.parametrize("command", sorted(protocol.READERS))
def test_a_field_that_is_not_documented_is_refused(command: str) -> None:
    schema = MACHINE["components"]["schemas"][documented("say")[command]]
    samples = {"number": 1, "since": 1, "body": "hi", "attachments": [], "reply_to": None, "send_at": None}
    fields = {name: samples.get(name, str(uuid4())) for name in schema["properties"]}
    protocol.READERS[command]({**fields, "type": command})
    with pytest.raises(protocol.InvalidCommand):
        protocol.READERS[command]({**fields, "type": command, "extra": 1})
