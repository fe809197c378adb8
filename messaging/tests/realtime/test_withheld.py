"""An event that is withheld reaches its actor whole, and others as a place in the order, whatever way it goes."""

from typing import Any

import orjson
import pytest

from messaging.events import Withheld
from messaging.realtime import groups, resume
from messaging.realtime.frames import Packet
from messaging.realtime.hub import Hub
from messaging.realtime.notices import Notices
from messaging.realtime.presence import Presence
from messaging.realtime.protocol import Hello
from messaging.realtime.sessions import Sessions
from messaging.realtime.sockets import Socket

from .fakes import CONVERSATION, FakeStore, new_user, open_socket, outlet, settled

SECRET = "nobody else reads this"


def withhold(store: FakeStore, actor: str, **data: Any) -> Packet:
    """Append an event that only its actor may see."""
    packet = store.say(**data)
    event = Withheld({**store.logs[CONVERSATION][-1], "actor": actor})
    store.logs[CONVERSATION][-1] = event
    return Packet(CONVERSATION, packet.seq, packet.version, event)


def events(socket: Socket) -> list[dict[str, Any]]:
    frames = outlet(socket).frames
    return [
        event
        for frame in frames
        if frame["type"] in ("event", "replay")
        for event in frame.get("events", [frame])
    ]


def check(theirs: list[dict[str, Any]], others: list[dict[str, Any]], *, html: bool = False) -> None:
    assert theirs[-1]["data"] == {"body": SECRET}
    hidden = {"conversation": CONVERSATION, "seq": theirs[-1]["seq"], "event": "hidden", "actor": None}
    nothing = {"at": None, "data": {}, "digest": None, **({"html": ""} if html else {})}
    assert {name: value for name, value in others[-1].items() if name != "type"} == {**hidden, **nothing}
    assert SECRET not in orjson.dumps(others).decode()


@pytest.mark.parametrize("format", ["json", "html"])
async def test_live(hub: Hub, store: FakeStore, format: str) -> None:
    bob, alice = new_user(), new_user()
    his, hers = open_socket(hub, bob), open_socket(hub, alice)
    hers.speak(format, "en")
    hub.hear([store.say(body="Before"), withhold(store, bob, body=SECRET)])
    hub.hear([store.say(body="After")])
    assert [event["seq"] for event in events(his)] == [event["seq"] for event in events(hers)] == [1, 2, 3]
    check(events(his)[:2], events(hers)[:2], html=format == "html")


async def test_after_a_hole(hub: Hub, store: FakeStore) -> None:
    bob, alice = new_user(), new_user()
    store.member(bob, alice)
    his, hers = open_socket(hub, bob), open_socket(hub, alice)
    withhold(store, bob, body=SECRET)
    last = store.say(body="After")
    hub.rooms[CONVERSATION].reach(last.seq)
    await settled()
    assert [event["seq"] for event in events(hers)] == [1, 2]
    check(events(his)[:1], events(hers)[:1])


@pytest.mark.parametrize("again", [False, True])
async def test_on_resume(hub: Hub, store: FakeStore, again: bool) -> None:
    bob, alice = new_user(), new_user()
    store.member(bob, alice)
    store.say(body="Before")
    withhold(store, bob, body=SECRET)
    found = []
    for user in (bob, alice, bob, alice)[: 4 if again else 2]:
        socket = open_socket(hub, user, "00000000-0000-7000-8000-00000000000d")
        socket.open = False
        hello = Hello(None, {CONVERSATION: 0}, "json", "en")
        await resume.begin(hub, socket, hello, epoch="epoch", heartbeat_ms=1)
        await settled()
        found.append(events(socket))
    check(*found[-2:])


def test_the_layer_carries_only_its_place(store: FakeStore) -> None:
    packet = withhold(store, new_user(), body=SECRET)
    (message,) = groups.log_messages("here", [packet])
    assert SECRET.encode() not in message["payload"]
    (heard,) = groups.packets(message, lambda *_: True)
    assert heard.event is None  # so that the row is read, which says for whom it is


class TestRequest:
    """A conversation that is a request to somebody shows nothing of them, and nothing to them, until they accept."""

    @pytest.fixture
    def notices(self, hub: Hub) -> Notices:
        return Notices(hub, Sessions(), None)

    async def test_presence(self, hub: Hub) -> None:
        here = Presence(hub, None)
        alice, dave = new_user(), new_user()
        his = open_socket(hub, dave)
        hers = open_socket(hub, alice)
        hers.hush(CONVERSATION, True)
        here.arrived(his)
        here.arrived(hers)
        assert outlet(his).of("presence") == outlet(hers).of("presence") == []
        here.met(alice, CONVERSATION)
        assert [frame["user"] for frame in outlet(his).of("presence")] == [alice]
        assert [frame["user"] for frame in outlet(hers).of("presence")] == [dave]

    async def test_presence_after_an_answer_that_fell_into_a_reload(self, hub: Hub) -> None:
        here = Presence(hub, None)
        alice, dave = new_user(), new_user()
        his, hers = open_socket(hub, dave), open_socket(hub, alice)
        hers.hush(CONVERSATION, True)
        here.arrived(his)
        here.arrived(hers)
        rooms = list(hers.sent)
        hers.end()
        here.left(hers, rooms)
        here.met(alice, CONVERSATION)  # of whom no socket is here just now
        assert outlet(his).of("presence") == []
        here.arrived(open_socket(hub, alice))
        assert [(frame["user"], frame["online"]) for frame in outlet(his).of("presence")] == [(alice, True)]

    async def test_typing_and_receipts(self, hub: Hub, notices: Notices) -> None:
        alice, dave = new_user(), new_user()
        his, hers = open_socket(hub, dave), open_socket(hub, alice)

        def tell() -> None:
            notices.everywhere("typing", {"conversation": CONVERSATION, "user": dave})
            notices.everywhere("receipts", {"items": [[CONVERSATION, dave, 1, 1, True]]})

        hers.hush(CONVERSATION, True)
        tell()
        assert outlet(hers).of("typing") == outlet(hers).of("receipt") == []
        hers.hush(CONVERSATION, False)
        tell()
        assert len(outlet(hers).of("typing")) == len(outlet(hers).of("receipt")) == 1
        assert his.open
