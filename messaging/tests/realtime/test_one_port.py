"""Several processes behind one port are one server to everybody outside."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from socket import create_server
from typing import Any
from uuid import uuid4

import psutil
import pytest
import requests
from websockets.asyncio.client import ClientConnection

from chatify.supervisor import NotServing, Supervisor
from tests.load.sockets import bare, closed, hello, say, until
from tests.services import people
from tests.services.postgres import Postgres
from tests.services.processes import ROOT
from tests.services.redis import Redis
from tests.services.server import Server

pytestmark = pytest.mark.process
PROCESSES = 2


class House:
    """Alice and Bob share a conversation on a server of several processes."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.alice, self.bob = people.create(server, ["alice", "bob"])
        self._tokens = {person.id: people.token(server, person) for person in (self.alice, self.bob)}
        headers = {"Authorization": f"Bearer {self._tokens[self.alice.id]}"}
        body = {"kind": "direct", "members": [self.bob.id]}
        answer = requests.post(f"{server.url}/api/v1/conversations", json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        self.conversation: str = answer.json()["id"]

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self.server.pid).children()

    async def socket(self, person: people.Person, cursors: dict[str, int] | None = None) -> ClientConnection:
        socket = await bare(self.server.url, token=self._tokens[person.id])
        await hello(socket, cursors)
        return socket

    async def sockets(self, person: people.Person) -> dict[int, ClientConnection]:
        """Open sockets of this person by the process that the kernel gave them to: one in each, once all serve."""
        held: dict[int, ClientConnection] = {}
        async with asyncio.timeout(60):
            while len(held) < PROCESSES:
                socket = await self.socket(person)
                held.setdefault(await asyncio.to_thread(self._holder, socket), socket)
                if socket not in held.values():
                    await socket.close()
        return held

    def _holder(self, socket: ClientConnection) -> int:
        port = socket.transport.get_extra_info("sockname")[1]
        for process in self.processes():
            if any(line.raddr and line.raddr.port == port for line in process.net_connections("tcp")):
                return process.pid
        raise AssertionError("nobody holds this socket")

    async def send(self, socket: ClientConnection, body: str) -> int:
        await say(socket, "send", conversation=self.conversation, client_id=str(uuid4()), body=body)
        return int((await until(socket, "ack"))["seq"])


async def heard(socket: ClientConnection, body: str) -> None:
    """Wait for this message; tabs hear what their own person says too."""
    while (await until(socket, "event"))["data"]["body"] != body:
        pass


@pytest.fixture
def house(serve: Any, postgres: Postgres, redis_server: Redis) -> Iterator[House]:
    quick = {"CHATIFY_HEARTBEAT_SECONDS": "1"}
    options = ("--processes", str(PROCESSES))
    yield House(
        serve(database_url=postgres.migrated(), redis_url=redis_server.url, env=quick, options=options)
    )


async def test_people_on_different_processes_talk_and_one_killed_process_is_replaced(house: House) -> None:
    hers, his = await house.sockets(house.alice), await house.sockets(house.bob)
    for sender, reader in (hers, his), (his, hers):
        for pid, socket in sender.items():
            await house.send(socket, f"from {pid}")
            for other in reader.values():
                await heard(other, f"from {pid}")
    dead, alive = hers
    seq = await house.send(hers[alive], "before")
    psutil.Process(dead).kill()
    assert await closed(his[dead]) == 1006
    assert await house.send(hers[alive], "meanwhile") == seq + 1
    back = await house.socket(house.bob, {house.conversation: seq})
    frame = await until(back, "replay", "event")
    assert [one["data"]["body"] for one in frame.get("events", [frame])] == ["meanwhile"]
    async with asyncio.timeout(30):
        while len(house.processes()) < PROCESSES or dead in {one.pid for one in house.processes()}:
            await asyncio.sleep(0.1)
    assert house.server.log.count("Chatify is ready") == 1
    assert set(await house.sockets(house.alice)) == {one.pid for one in house.processes()}


async def test_sigterm_ends_all_of_them_with_goodbye_and_zero(house: House) -> None:
    hers = await house.sockets(house.alice)
    children = house.processes()
    ending = asyncio.create_task(asyncio.to_thread(house.server.stop))
    for socket in hers.values():
        await until(socket, "bye")
        assert await closed(socket) == 4012
    assert await asyncio.wait_for(ending, 20) == 0
    assert not any(child.is_running() for child in children)


async def test_when_the_supervisor_is_killed_its_processes_end_by_themselves(house: House) -> None:
    children = house.processes()
    house.server.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, children, 20)
    assert alive == []


@pytest.mark.parametrize(
    ("processes", "said"), [("2", "need PostgreSQL and Redis"), ("0", "--processes is 1 or more")]
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Any, processes: str, said: str) -> None:
    command = [sys.executable, "manage.py", "serve", "--processes", processes]
    env = Server(tmp_path).env
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_process_that_cannot_serve_ends_the_start() -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", "raise SystemExit(3)"]
        whole = Supervisor(command, listener, count=2, ready=lambda: None)
        with pytest.raises(NotServing, match="ended with 3"):
            whole.run()
