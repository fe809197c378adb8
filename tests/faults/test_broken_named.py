"""Rules of which no figure tells when they are broken: a check of its own turns for each. README.md has the table."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.faults.stage import Stage
from tests.load import sockets
from tests.load.browser import Browser
from tests.load.client import narrow_plug
from tests.load.door import Account, Api, Refused, call, in_pool

pytestmark = pytest.mark.process

FOREIGN = "http://elsewhere.example"


@contextlib.asynccontextmanager
async def greeted(stage: Stage, person: Account, **options: Any) -> AsyncIterator[sockets.ClientConnection]:
    token = await in_pool(person.token, stage.urls[0])
    async with sockets.bare(stage.urls[0], token=token, **options) as socket:
        await sockets.hello(socket)
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


@pytest.mark.parametrize(("failpoints", "closes"), [("", True), ("R15", False)])
async def test_r15_a_reader_that_takes_no_byte(broken: Stage, failpoints: str, closes: bool) -> None:
    """Closed after a second, which is said to be enough here, and until then at most a MiB waits for it."""
    world = broken.world("reader", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    sender, reader = world.people
    await broken.switch(failpoints)
    plug = narrow_plug(broken.urls[0])
    async with greeted(broken, sender) as hers, greeted(broken, reader, sock=plug, max_queue=1) as his:
        his.transport.pause_reading()
        for _ in range(400):  # more than the kernel takes in its place
            await sockets.say(
                hers, "send", conversation=conversation, client_id=str(uuid4()), body="x" * 8000
            )
        for _ in range(400):
            await sockets.until(hers, "ack", timeout=20)
        await asyncio.sleep(2.5)
        his.transport.resume_reading()
        assert (await _closed(his) is not None) == closes


@pytest.mark.parametrize(("failpoints", "back"), [("", False), ("R22", True)])
async def test_r22_a_receipt_that_goes_back(broken: Stage, failpoints: str, back: bool) -> None:
    world = broken.world("receipt", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    await broken.switch(failpoints)
    async with greeted(broken, world.people[0]) as hers, greeted(broken, world.people[1]) as his:
        for _ in range(3):
            await sockets.say(hers, "send", conversation=conversation, client_id=str(uuid4()), body="read me")
            await sockets.until(hers, "ack")
        await sockets.say(his, "read", conversation=conversation, number=3)
        while (receipt := await sockets.until(hers, "receipt"))["user"] != world.people[1].id:
            pass
        assert receipt["read"] == 3
        await sockets.say(his, "unread", conversation=conversation, number=1)
        told = []
        with contextlib.suppress(TimeoutError):
            while True:
                receipt = await sockets.until(hers, "receipt", timeout=1.5)
                told += [receipt["read"]] if receipt["user"] == world.people[1].id else []
        assert any(read < 3 for read in told) == back


@pytest.mark.parametrize(("failpoints", "typing"), [("", False), ("R25", True)])
async def test_r25_typing_while_sends_wait(broken: Stage, failpoints: str, typing: bool) -> None:
    world = broken.world("strain", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    await broken.switch(f"narrow=1,slow_database=0.3,{failpoints}".strip(","))
    async with greeted(broken, world.people[0]) as hers, greeted(broken, world.people[1]) as his:
        for number in range(8):
            await sockets.say(
                hers, "send", conversation=conversation, client_id=str(uuid4()), body=f"wait {number}"
            )
        await asyncio.sleep(1.2)
        await sockets.say(hers, "typing", conversation=conversation)
        with contextlib.suppress(TimeoutError):
            await sockets.until(his, "typing", timeout=0.5)
            assert typing, "forwarded although sends wait"
            return
        assert not typing
