"""Two processes on one Redis are one Chatify for the people in it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgpack
import pytest
import requests
from redis.asyncio import Redis as Client
from websockets.asyncio.client import ClientConnection

from tests.load.sockets import bare, closed, hello, say, until
from tests.services import people
from tests.services.postgres import Postgres
from tests.services.redis import Redis
from tests.services.server import Server

pytestmark = pytest.mark.process
KEYS = ("secret_key", "jwt_key.pem")


class Pair:
    """Alice on the first process, Bob on the second, one conversation."""

    def __init__(self, here: Server, there: Server) -> None:
        self.here, self.there = here, there
        self.alice, self.bob = people.create(here, ["alice", "bob"])
        self.tokens = {person.id: people.token(here, person) for person in (self.alice, self.bob)}
        headers = {"Authorization": f"Bearer {self.tokens[self.alice.id]}"}
        body = {"kind": "direct", "members": [self.bob.id]}
        answer = requests.post(f"{here.url}/api/v1/conversations", json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        self.conversation: str = answer.json()["id"]

    async def sockets(self) -> tuple[ClientConnection, ClientConnection]:
        hers = await bare(self.here.url, token=self.tokens[self.alice.id])
        await hello(hers)
        his = await bare(self.there.url, token=self.tokens[self.bob.id])
        await hello(his)
        return hers, his


@pytest.fixture(scope="module")
def pair(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folders: list[Path] = [tmp_path_factory.mktemp(name) for name in ("here", "there")]
    redis = Redis().start()
    shared: dict[str, Any] = {"database_url": postgres.migrated(), "redis_url": redis.url}
    quick = {"CHATIFY_HEARTBEAT_SECONDS": "1"}
    try:
        with Server(folders[0], env=quick, **shared) as here:
            for key in KEYS:
                shutil.copy(folders[0] / key, folders[1] / key)
            with Server(folders[1], env=quick, **shared) as there:
                yield Pair(here, there)
    finally:
        redis.stop()


async def test_a_message_and_who_writes_it_cross_over(pair: Pair) -> None:
    hers, his = await pair.sockets()
    async with hers, his:
        await say(his, "typing", conversation=pair.conversation)
        assert (await until(hers, "typing"))["user"] == pair.bob.id
        long = "x" * 7000  # beyond what the layer carries: the other process reads the row
        for body in ("short", long):
            await say(hers, "send", conversation=pair.conversation, client_id=str(uuid4()), body=body)
            assert (await until(his, "event"))["data"]["body"] == body


async def test_each_sees_that_the_other_is_here(pair: Pair) -> None:
    hers, his = await pair.sockets()
    async with hers, his:
        assert await until(hers, "presence") == {
            "type": "presence",
            "user": pair.bob.id,
            "online": True,
            "last_seen": None,
        }
        assert (await until(his, "presence"))["user"] == pair.alice.id


async def test_reading_on_one_is_a_receipt_on_the_other(pair: Pair) -> None:
    hers, his = await pair.sockets()
    async with hers, his:
        await say(hers, "send", conversation=pair.conversation, client_id=str(uuid4()), body="read me")
        number = (await until(hers, "ack"))["number"]
        await say(his, "read", conversation=pair.conversation, number=number)
        while (await until(hers, "receipt")) != {
            "type": "receipt",
            "conversation": pair.conversation,
            "user": pair.bob.id,
            "delivered": number,
            "read": number,
        }:
            pass


async def test_what_somebody_forges_in_redis_reaches_nobody(pair: Pair) -> None:
    hers, his = await pair.sockets()
    async with hers, his:
        said = json.dumps(
            {"kind": "typing", "body": {"user": pair.alice.id, "conversation": pair.conversation}}
        )
        forged = {"origin": "x", "kind": "notice", "index": b"", "payload": said, "mac": bytes(32)}
        client = Client.from_url(pair.there.env["REDIS_URL"])
        channels = await client.pubsub_channels("*hubs*")
        assert channels
        for channel in channels:
            for data in (msgpack.packb(forged), msgpack.packb(7), b"\xc1", b""):
                await client.publish(channel, data)
        await client.aclose()
        await say(hers, "send", conversation=pair.conversation, client_id=str(uuid4()), body="still here")
        frame = await until(his, "event", "typing")
        assert (frame["type"], frame["data"]["body"]) == ("event", "still here")


async def test_signing_out_on_one_closes_the_socket_on_the_other(pair: Pair) -> None:
    token = people.token(pair.here, pair.bob)
    his = await bare(pair.there.url, token=token)
    await hello(his)
    headers = {"Authorization": f"Bearer {token}"}
    requests.delete(f"{pair.here.url}/api/auth/app/v1/auth/session", headers=headers, timeout=20)
    assert await closed(his, timeout=3) == 4003
