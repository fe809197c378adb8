"""Who is removed, and who is signed out, hears nothing more, however busy the conversation is."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.stage import Stage
from tests.load import sockets
from tests.load.browser import Browser
from tests.load.client import Client
from tests.load.door import Account, Refused, call, in_pool
from tests.load.driver import Load, Plan, conclude
from tests.load.fleet import Fleet

pytestmark = pytest.mark.process

BUSY = Plan(conversations=1, members=5, messages=150, rate=50, reads=0)


@pytest.mark.fault("member_removed")
async def test_a_removed_member_receives_nothing_more(stage: Stage, tmp_path: Path, seed: int) -> None:
    world = stage.world("removed", people=6, conversations=1, members=6)
    (conversation,) = world.conversations
    owner_id, *_, bob_id = world.conversations[conversation]
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        owner, bob = fleet.client(owner_id), fleet.client(bob_id)
        load = asyncio.create_task(Load(_without(fleet, bob), replace(BUSY, seed=seed)).run())
        await asyncio.sleep(1.5)
        seen = bob.cursors[conversation].seq or 0
        assert seen > 20, "there was something to see"
        await in_pool(owner.api.delete, f"/conversations/{conversation}/members/{bob_id}")
        async with asyncio.timeout(12):  # the removal is the last event of the removed
            while conversation in bob.cursors:
                await asyncio.sleep(0.02)
        await load
        await _finds_nothing(bob, conversation, seen)
        seconds = await conclude(fleet)
    verdict = stage.judge(tmp_path, [seconds])
    assert verdict.leak == 0
    assert not stage.complaints()


def _without(fleet: Fleet, absent: Client) -> Fleet:
    """The same fleet for the load, so that the removed person's own sends are no part of it."""
    (members,) = fleet.world.conversations.values()
    members.remove(absent.account.id)
    return fleet


async def _finds_nothing(bob: Client, conversation: str, seen: int) -> None:
    for path in ("", "/messages", f"/events?since={seen}", "/members"):
        with pytest.raises(Refused) as refused:
            await in_pool(bob.api.get, f"/conversations/{conversation}{path}")
        assert refused.value.status == 404, path
    with pytest.raises(Refused) as refused:
        await in_pool(bob.api.send, conversation, "still here?", "01900000-0000-7000-8000-000000000001")
    assert refused.value.status == 404
    token = bob.account.token(bob.url)
    async with sockets.bare(bob.url, token=token) as socket:
        await sockets.hello(socket, {conversation: seen}, epoch=bob.epoch)
        await sockets.say(socket, "sync", conversation=conversation, since=seen)
        assert (await sockets.until(socket, "error", "replay", "level", "reset"))["type"] == "error"
        await sockets.say(socket, "send", conversation=conversation, client_id=str(_ID), body="still here?")
        refusal = await sockets.until(socket, "error", "ack")
        assert (refusal["type"], refusal["code"]) == ("error", "not_found")
        with pytest.raises(TimeoutError):
            await sockets.until(socket, "event", "replay", timeout=1)


_ID = "01900000-0000-7000-8000-000000000002"


@pytest.mark.fault("signed_out_elsewhere")
async def test_a_session_ended_elsewhere_closes_its_sockets_within_a_second(stage: Stage, seed: int) -> None:
    world = stage.world(f"session-{seed}", people=1, conversations=1, members=1)
    (person,) = world.people
    browser = await asyncio.to_thread(Browser, stage.urls[0], person)
    url = stage.urls[-1]
    async with sockets.bare(url, cookie=browser.cookies, origin=url) as socket:
        await sockets.hello(socket)
        signed_out = time.monotonic()
        await asyncio.to_thread(browser.sign_out)
        assert await sockets.closed(socket) == 4003
        assert time.monotonic() - signed_out < 1.5, "within a second of the answer"
    async with sockets.bare(url, cookie=browser.cookies, origin=url) as socket:
        assert await sockets.closed(socket) == 4003


@pytest.mark.fault("token_given_back")
async def test_a_token_given_back_closes_its_sockets_within_a_second(stage: Stage, seed: int) -> None:
    world = stage.world(f"bearer-{seed}", people=1, conversations=1, members=1)
    (known,) = world.people
    person = Account(known.id, known.email, known.password)
    first, url = stage.urls[0], stage.urls[-1]
    token = await asyncio.to_thread(person.token, first)
    async with sockets.bare(url, token=token) as socket:
        await sockets.hello(socket)
        signed_out = time.monotonic()
        with pytest.raises(Refused) as ended:
            await asyncio.to_thread(call, "DELETE", f"{first}/api/auth/app/v1/auth/session", token)
        assert ended.value.status == 401
        assert await sockets.closed(socket) == 4003
        assert time.monotonic() - signed_out < 1.5, "within a second of the answer"
