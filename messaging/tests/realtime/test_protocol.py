"""What a client says is read strictly."""

import json
from uuid import uuid4

import pytest

from messaging.realtime import protocol
from messaging.realtime.protocol import BadCursor, BadFrame, InvalidCommand

ID = str(uuid4())


def nested(depth: int) -> str:
    return '{"type": "x", "a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{}",
        '{"type": 1}',
        '{"type": null}',
        '{"type": "send", "type": "read"}',
        '{"type": "x", "n": NaN}',
        '{"type": "x", "n": -Infinity}',
        '{"type": "x", "body": "\\ud800"}',
        '{"type": "x", "\\udfff": 1}',
        '{"type": "x", "n": ' + "9" * 5000 + "}",
        "[" * 60_000,
        nested(9),
        '{"type": "x"} {"type": "y"}',
    ],
)
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(BadFrame):
        protocol.parse(text)


def test_eight_levels_are_allowed() -> None:
    assert protocol.parse(nested(8))["type"] == "x"


def test_a_hello_without_anything_starts_everywhere_at_the_head() -> None:
    hello = protocol.hello({"type": "hello"})
    assert (hello.epoch, hello.cursors, hello.format) == (None, {}, "json")


@pytest.mark.parametrize("cursor", [-1, True, 1.0, "1", None, 2**53, 10**30])
def test_an_impossible_cursor_is_told_apart(cursor: object) -> None:
    with pytest.raises(BadCursor):
        protocol.hello({"type": "hello", "conversations": {ID: cursor}})


@pytest.mark.parametrize(
    "fields",
    [
        {"epoch": 7},
        {"conversations": []},
        {"conversations": {str(uuid4()): 0 for _ in range(201)}},
        {"format": "xml"},
        {"language": "x" * 36},
        {"token": "secret"},
    ],
)
def test_a_wrong_hello_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidCommand):
        protocol.hello({"type": "hello", **fields})


def test_a_malformed_conversation_in_a_hello_is_treated_like_a_foreign_one() -> None:
    assert protocol.hello({"type": "hello", "conversations": {"../etc": 1}}).cursors == {"../etc": 1}


def command(**changes: object) -> dict[str, object]:
    return {"type": "send", "conversation": ID, "client_id": ID, "body": "hi", **changes}


def test_a_send_is_read() -> None:
    send = protocol.send(command(reply_to=None, attachments=[]))
    assert (str(send.conversation), str(send.client_id), send.body, send.reply_to) == (ID, ID, "hi", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"conversation": None},
        {"conversation": 5},
        {"conversation": "{" + ID + "}"},
        {"client_id": "1"},
        {"client_id": ID.replace("-", "")},
        {"body": None},
        {"body": ["hi"]},
        {"sender": ID},
        {"seq": 1},
        {"reply_to": "x"},
        {"attachments": "x"},
        {"attachments": ["x"]},
        {"attachments": [ID] * 11},
    ],
)
def test_a_wrong_send_says_which_message_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidCommand) as refusal:
        protocol.send(command(**changes))
    given = changes.get("client_id", ID)
    assert refusal.value.client_id == given


@pytest.mark.parametrize("number", [-1, True, 1.5, "1", None, 2**53])
def test_a_wrong_number_is_refused(number: object) -> None:
    with pytest.raises(InvalidCommand):
        protocol.mark({"type": "read", "conversation": ID, "number": number})


def test_every_command_of_the_table_has_a_reader() -> None:
    from messaging.realtime.commands import HANDLERS

    assert protocol.READERS.keys() == HANDLERS.keys()


def test_text_survives_exactly() -> None:
    body = "e\u0301 👩‍👩‍👧 \u202e ﷽"
    assert protocol.send(protocol.parse(json.dumps(command(body=body)))).body == body


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"a","type":"b"}',
        '{"type":"a","type" :"b"}',
        '{"type":"a", "body":"x","body"\t:"y"}',
        '{"type":"a","inner":{"b":1,"b":2}}',
    ],
)
def test_a_key_that_comes_twice_is_refused_however_it_is_spelt(text: str) -> None:
    with pytest.raises(protocol.BadFrame):
        protocol.parse(text)


@pytest.mark.parametrize(
    "body", ["at 9:30", "{[(", "[1]:{2}", "\\u0041", "a\tb\n", "上海 😀", '"quoted": yes']
)
def test_what_a_body_says_does_not_change_how_the_frame_is_read(body: str) -> None:
    for spaces in (None, (",", ":"), (" , ", " : ")):
        for ascii_only in (True, False):
            text = json.dumps(command(body=body), separators=spaces, ensure_ascii=ascii_only)
            assert protocol.parse(text) == command(body=body)
