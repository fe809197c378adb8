"""For each rule the product is broken on purpose, and the verdict or a named check turns. README.md has the table.

Each run is on a server that nobody else uses. The same runs with every rule in place are this folder's other tests.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.faults import tables
from tests.faults.stage import Stage
from tests.faults.verdict import Verdict
from tests.load import sockets
from tests.load.browser import Browser
from tests.load.door import Account, Api, Refused, call, in_pool
from tests.load.fleet import Fleet, note_unread

pytestmark = pytest.mark.process

PATIENCE_S = 4.0
FOREIGN = "http://elsewhere.example"


@pytest.fixture
async def broken(wreck: Stage) -> AsyncIterator[Stage]:
    """The server whose rules are broken; running and whole at the start of each test."""
    for server in wreck.servers:
        if not server.running:
            await asyncio.to_thread(server.start)
    yield wreck
    wreck.leave()
    await wreck.switch("")


async def talk(
    stage: Stage, logs: Path, failpoints: str, *, drops: bool = False, reads: bool = False
) -> Verdict:
    """Sixty messages of three people while a rule is broken; what the checker says of it after a little patience."""
    world = stage.world(failpoints[:20], people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    async with Fleet(world, stage.urls, logs, tabs=2) as fleet:
        await stage.switch(failpoints)
        for number in range(60):
            client, other_tab = fleet.clients[number % 3], fleet.clients[3 + number % 3]
            sent = client.send(conversation, f"line {number}")
            if number % 20 == 10:  # a retry that overtakes the answer
                other_tab.send(conversation, sent.body, client_id=sent.client_id, ordered=False)
            if drops and number % 10 == 5:
                await asyncio.sleep(0.01)  # it is on its way, and its answer will not be heard
                client.drop()
            if reads:
                client.say("read", conversation=conversation, number=1 + number // 2)
            await asyncio.sleep(0.03)
        with contextlib.suppress(TimeoutError):
            await fleet.drained(PATIENCE_S)
            await fleet.level(PATIENCE_S)
        await asyncio.gather(*(note_unread(client, world.conversations) for client in fleet.clients))
    verdict = stage.verdict(logs)
    print(f"\n[{stage.name}: {failpoints}] {verdict}")
    return verdict


@pytest.mark.parametrize(
    ("rule", "failpoints", "figure"),
    [
        ("R1", "R1=0.2", "lost"),
        ("R2", "R2=0.2", "gap"),
        ("R3", "R3", "dup"),
        ("R7", "R7=0.2", "gap"),
        ("R8", "R8", "gap"),
        ("R10", "R10,hub_drops", "lost"),
        ("R21", "R21", "unread_diff"),
    ],
)
async def test_a_broken_rule_turns_its_figure(
    broken: Stage, tmp_path: Path, rule: str, failpoints: str, figure: str
) -> None:
    verdict = await talk(broken, tmp_path, failpoints, drops=rule == "R8", reads=rule == "R21")
    assert getattr(verdict, figure) > 0, verdict.findings[:5]
    assert not verdict.holds


async def test_the_same_talk_turns_nothing_when_no_rule_is_broken(broken: Stage, tmp_path: Path) -> None:
    """The events of a process are all dropped, and heads, resume and the rest make up for it."""
    verdict = await talk(broken, tmp_path, "hub_drops", drops=True, reads=True)
    assert verdict.holds, verdict.findings[:5]
    assert verdict.acked == verdict.sent == 60


async def test_r12_without_a_relay_events_stay_unsettled(broken: Stage, tmp_path: Path) -> None:
    verdict = await talk(broken, tmp_path, "R12")
    assert verdict.lost == 0, "heads still find what nobody told"
    assert _unsettled(broken) > 0
    await broken.switch("")
    async with asyncio.timeout(15):
        while _unsettled(broken):
            await asyncio.sleep(0.1)


def _unsettled(stage: Stage) -> int:
    return tables.unsettled(stage.database)


async def test_r19_without_the_fence_a_removed_member_hears_on(broken: Stage, tmp_path: Path) -> None:
    world = broken.world("fence", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    owner_id, _, bob_id = world.conversations[conversation]
    async with Fleet(world, broken.urls, tmp_path) as fleet:
        await broken.switch("R19")
        owner = fleet.client(owner_id)
        await in_pool(owner.api.delete, f"/conversations/{conversation}/members/{bob_id}")
        for number in range(10):
            await asyncio.wait_for(owner.send(conversation, f"among us {number}").done, 10)
        await asyncio.sleep(0.5)
    verdict = broken.verdict(tmp_path)
    print(f"\n[{broken.name}: R19] {verdict}")
    assert verdict.leak > 0


@contextlib.asynccontextmanager
async def greeted(stage: Stage, person: Account, **hello: object) -> AsyncIterator[sockets.ClientConnection]:
    token = await in_pool(person.token, stage.urls[0])
    async with sockets.bare(stage.urls[0], token=token) as socket:
        await sockets.hello(socket, **hello)
        yield socket


@pytest.mark.parametrize(("failpoints", "answer"), [("", "reset"), ("R9", "level")])
async def test_r9_a_position_of_another_lineage(broken: Stage, failpoints: str, answer: str) -> None:
    world = broken.world("epoch", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    api = Api(broken.urls[0], world.people[0])
    head = (await in_pool(api.get, f"/conversations/{conversation}"))["head"]
    await broken.switch(failpoints)
    token = await in_pool(world.people[0].token, broken.urls[0])
    async with sockets.bare(broken.urls[0], token=token) as socket:
        other = "01900000-0000-7000-8000-000000000009"
        told = {"epoch": other, "conversations": {conversation: head}, "format": "json", "language": "en"}
        await sockets.say(socket, "hello", **told)
        assert (await sockets.until(socket, "level", "replay", "reset"))["type"] == answer


@pytest.mark.parametrize(("failpoints", "limited"), [("few_commands", True), ("few_commands,R16", False)])
async def test_r16_what_one_socket_may_ask(broken: Stage, failpoints: str, limited: bool) -> None:
    world = broken.world("flood", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    await broken.switch(failpoints)
    async with greeted(broken, world.people[0]) as socket:
        for number in range(12):
            await sockets.say(socket, "read", conversation=conversation, number=number)
        await sockets.say(socket, "nonsense")
        codes = set()
        with contextlib.suppress(ConnectionClosed):
            while "unknown" not in codes:
                codes.add((await sockets.until(socket, "error"))["code"])
        assert ("rate" in codes) == limited


@pytest.mark.parametrize(("failpoints", "opens"), [("", False), ("R17", True)])
async def test_r17_a_page_of_another_origin(broken: Stage, failpoints: str, opens: bool) -> None:
    world = broken.world("origin", people=1, conversations=1, members=1)
    browser = await asyncio.to_thread(Browser, broken.urls[0], world.people[0])
    await broken.switch(failpoints)
    try:
        async with sockets.bare(broken.urls[0], cookie=browser.cookies, origin=FOREIGN) as socket:
            await sockets.hello(socket)
            opened = True
    except InvalidStatus as refused:
        opened = False
        assert refused.response.status_code == 403
    assert opened == opens


@pytest.mark.parametrize(("failpoints", "closes"), [("", True), ("R18", False)])
async def test_r18_a_session_that_ended_elsewhere(broken: Stage, failpoints: str, closes: bool) -> None:
    world = broken.world("session", people=1, conversations=1, members=1)
    browser = await asyncio.to_thread(Browser, broken.urls[0], world.people[0])
    await broken.switch(failpoints)
    async with sockets.bare(broken.urls[0], cookie=browser.cookies, origin=broken.urls[0]) as socket:
        await sockets.hello(socket)
        await asyncio.to_thread(browser.sign_out)
        assert await _closed(socket) == (4003 if closes else None)


async def _closed(socket: sockets.ClientConnection, seconds: float = 3.0) -> int | None:
    """The code of a close within some seconds, or None."""
    try:
        return await sockets.closed(socket, seconds)
    except TimeoutError:
        return None


@pytest.mark.parametrize(("failpoints", "closes"), [("", True), ("R20", False)])
async def test_r20_the_eleventh_socket_of_one_person(broken: Stage, failpoints: str, closes: bool) -> None:
    world = broken.world("tabs", people=1, conversations=1, members=1)
    await broken.switch(failpoints)
    async with contextlib.AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(greeted(broken, world.people[0])) for _ in range(11)]
        assert await _closed(opened[0]) == (4009 if closes else None)


@pytest.mark.parametrize(("failpoints", "goodbye"), [("", True), ("R24", False)])
async def test_r24_a_goodbye_before_the_restart(broken: Stage, failpoints: str, goodbye: bool) -> None:
    world = broken.world("bye", people=1, conversations=1, members=1)
    await broken.switch(failpoints)
    (server,) = broken.servers
    async with greeted(broken, world.people[0]) as socket:
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        said: set[str] = set()
        with contextlib.suppress(ConnectionClosed):
            while True:
                said.add(json.loads(await socket.recv())["type"])
        assert ("bye" in said) == goodbye
        assert (socket.close_code == 4012) == goodbye
        assert await stopping == 0


async def test_r13_work_that_is_not_ended_is_done_twice(broken: Stage) -> None:
    for failpoints, name, times in (("", "once", 1), ("R13", "twice", 2)):
        await broken.switch(failpoints)
        url = f"{broken.urls[0]}/api/auth/app/v1/auth/signup"
        email = f"{name}@example.test"
        wish = {"email": email, "username": name, "password": "tulip-wagon-hill-77"}
        with pytest.raises(Refused) as pending:
            await asyncio.to_thread(lambda: call("POST", url, json=wish))  # noqa: B023
        assert pending.value.status == 401
        began = time.monotonic()
        while time.monotonic() - began < 5 and len(_mails(broken, email)) < 2:
            await asyncio.sleep(0.1)
        assert len(_mails(broken, email)) == times


def _mails(stage: Stage, email: str) -> list[Path]:
    return list((stage.servers[0].data_dir / "outbox").glob(f"*{email}*.txt"))
