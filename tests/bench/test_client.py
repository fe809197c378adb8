"""The load client speaks every server's protocol and counts what went missing."""

import json
from collections.abc import Mapping
from uuid import UUID

import pytest

from bench import driving, fan_out
from bench.client.adapters import ADAPTERS, Chatify, Plain, Seat, SocketIO, body_of, mark_in
from bench.client.verdict import Heard, Verdict, figures, judge
from bench.pacing import due
from messaging.realtime import frames, protocol
from messaging.realtime.frames import Format, Packet

SEAT = Seat("u1", ("room-1",), "chatify_sid=x")
ROOM = "00000000-0000-7000-8000-00000000000c"


def event(body: str) -> dict[str, object]:
    data = {"body": body, "html": f"<p>{body}</p>"}
    return {"conversation": ROOM, "seq": 2, "event": "message.sent", "actor": None, "data": data}


def test_a_body_has_its_size_and_carries_its_mark() -> None:
    body = body_of(4321, 300)
    assert len(body) == 300
    assert mark_in(body.encode()) == b"00004321"
    assert mark_in(b'{"type":"heartbeat"}') is None


def test_our_server_takes_what_is_sent_and_its_answers_are_understood() -> None:
    client = Chatify()
    opening = protocol.hello(protocol.parse((client.opening(SEAT) or b"").decode()))
    assert (opening.format, opening.cursors) == ("json", {})
    said = protocol.send(protocol.parse(client.send(ROOM, 77, body_of(77, 300)).decode()))
    assert said.conversation == UUID(ROOM)
    ack = {"type": "ack", "client_id": str(said.client_id), "conversation": ROOM, "seq": 2}
    assert client.acknowledged(frames.encode(ack).text.encode()) == 77
    assert client.refused(frames.error("retry", "Later.").text.encode())


@pytest.mark.parametrize("kind", ["json", "html"])
def test_our_events_carry_the_mark_and_are_no_acknowledgement(kind: str) -> None:
    payload = Packet(ROOM, 2, 1, event(body_of(5, 300))).frame(Format(kind, "en")).text.encode()
    assert mark_in(payload) == b"00000005"
    assert Chatify(kind).acknowledged(payload) is None


def test_our_greeting_is_over_when_the_server_is_ready() -> None:
    epoch = frames.ready(epoch="e", user=UUID(ROOM), heartbeat_ms=10_000).text.encode()
    assert Chatify().greeting(SEAT, epoch) == (None, True)
    assert Chatify().greeting(SEAT, b'{"type":"level","conversation":"c","head":1}') == (None, False)


def test_socket_io_is_greeted_and_answered_as_its_protocol_wants() -> None:
    client = SocketIO()
    said, ready = client.greeting(SEAT, b'0{"sid":"a","upgrades":[],"pingInterval":25000}')
    assert said is not None
    assert (said[:2], json.loads(said[2:]), ready) == (b"40", {"user": "u1", "rooms": ["room-1"]}, False)
    assert client.greeting(SEAT, b'40{"sid":"b"}') == (None, True)
    name, fields = json.loads(client.send("room-1", 9, body_of(9, 60)).removeprefix(b"429"))
    assert (name, fields["room"]) == ("send", "room-1")
    assert mark_in(fields["body"].encode()) == b"00000009"
    assert client.acknowledged(b'439[{"id":"9"}]') == 9
    assert client.acknowledged(b'42["message",{}]') is None
    assert client.reply(b"2") == b"3"


def test_a_plain_server_is_joined_and_understood() -> None:
    client = Plain()
    assert json.loads(client.opening(SEAT) or b"") == {"type": "join", "user": "u1", "rooms": ["room-1"]}
    assert client.greeting(SEAT, b'{"type":"joined"}') == (None, True)
    assert json.loads(client.send("room-1", 3, "x"))["id"] == 3
    assert client.acknowledged(b'{"type":"ack","id":3}') == 3
    assert client.acknowledged(b'{"type":"message","id":3}') is None


def test_nothing_is_refused_without_the_server_saying_so() -> None:
    assert not any(make().refused(b'{"type":"ack","id":1}') for make in ADAPTERS.values())


def heard(*indexes: int) -> Heard:
    return Heard(indexes, [10.0 + place for place in range(len(indexes))])


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        (heard(1, 2, 3), Verdict(0, 0, 0)),
        (heard(1, 3), Verdict(1, 0, 0)),
        (heard(1, 2, 2, 3), Verdict(0, 1, 0)),
        (heard(1, 3, 2), Verdict(0, 0, 1)),
        (heard(), Verdict(3, 0, 0)),
    ],
)
def test_what_is_lost_doubled_or_out_of_order_is_counted(second: Heard, wanted: Verdict) -> None:
    assert judge({"room": [heard(1, 2, 3), second]}, {"room": [1, 2, 3]}) == wanted


def test_lateness_counts_from_the_intended_moment() -> None:
    rooms: Mapping[str, list[Heard]] = {"room": [Heard([1, 2], [10.5, 11.25])]}
    found = figures({1: 10.25}, {1: 10.0, 2: 11.0}, rooms, {"room": [1, 2]})
    assert (found["sent"], found["unacked"], found["lost"]) == (2, 1, 0)
    assert found["ack"] == {"p50_ms": 250.0, "p99_ms": 250.0, "max_ms": 250.0}
    assert found["delivery"] == {"p50_ms": 500.0, "p99_ms": 500.0, "max_ms": 500.0}


def test_a_publisher_that_is_late_still_publishes_everything() -> None:
    assert list(due(5, 3, 1000.0, began=0.0)) == [5, 6, 7]


@pytest.mark.process
async def test_the_client_hears_all_of_what_a_server_publishes() -> None:
    async with fan_out.ceiling(None, 20) as target:  # type: ignore[arg-type]
        for _ in range(2):
            found = await target.run(10, 200.0)
            assert (found["sent"], found["deliveries"]) == (10, 200)
            assert (found["lost"], found["dup"], found["reorder"], found["closed"]) == (0, 0, 0, 0)


@pytest.mark.process
async def test_a_client_that_is_turned_away_says_so() -> None:
    async with driving.client() as child:
        with pytest.raises(driving.NotStarted, match="the load client"):
            await child.ask(do="open", adapter="plain", port=1, seats=[{"user": "u", "rooms": ["r"]}], size=9)
