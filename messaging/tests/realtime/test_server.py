"""Sockets of a real server process: how they open, how they end, and what a slow or greedy client costs."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from socket import create_connection
from typing import Any
from uuid import uuid4

import psutil
import pytest
import requests
from websockets.asyncio.client import ClientConnection

from tests.load.sockets import bare, closed, hello, say, until
from tests.services import people
from tests.services.ports import free_port
from tests.services.processes import ROOT
from tests.services.server import Server

pytestmark = pytest.mark.process


class House:
    """A server with three people, of whom two share a conversation."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.alice, self.bob, self.dave = people.create(server, ["alice", "bob", "dave"])
        self._tokens = {
            person.id: people.token(server, person) for person in (self.alice, self.bob, self.dave)
        }
        body = {"kind": "direct", "members": [self.bob.id]}
        self.conversation: str = self.ask("POST", "/conversations", self.alice, json=body)["id"]

    def ask(self, method: str, path: str, person: people.Person, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[person.id]}"}
        url = f"{self.server.url}/api/v1{path}"
        answer = requests.request(method, url, headers=headers, timeout=20, **options)
        answer.raise_for_status()
        return answer.json()

    async def socket(self, person: people.Person, **fields: Any) -> ClientConnection:
        socket = await bare(self.server.url, token=self._tokens[person.id])
        await hello(socket, **fields)
        return socket

    async def send(self, socket: ClientConnection, body: str = "hi") -> str:
        client_id = str(uuid4())
        await say(socket, "send", conversation=self.conversation, client_id=client_id, body=body)
        return client_id


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    quick = {"CHATIFY_HEARTBEAT_SECONDS": "1", "CHATIFY_SLOW_SECONDS": "2", "CHATIFY_MOST_SOCKETS": "14"}
    with Server(env=quick) as server:
        yield House(server)


async def test_a_page_gets_the_event_as_the_list_item_that_it_shows(house: House) -> None:
    async with await house.socket(house.alice) as hers, await house.socket(house.bob, format="html") as his:
        client_id = await house.send(hers, "hello **you**")
        event = await until(his, "event")
        assert event["data"]["client_id"] == client_id
        assert event["html"].startswith("<li")
        assert "<strong>you</strong>" in event["html"]
        assert "html" not in await until(hers, "event")


async def test_typing_reaches_the_other_and_never_a_stranger(house: House) -> None:
    async with await house.socket(house.alice) as hers, await house.socket(house.dave) as strangers:
        await say(strangers, "typing", conversation=house.conversation)
        async with await house.socket(house.bob) as his:
            await say(his, "typing", conversation=house.conversation)
            assert (await until(hers, "typing"))["user"] == house.bob.id
            await say(his, "typing", conversation=house.conversation)
            with pytest.raises(TimeoutError):
                await until(hers, "typing", timeout=0.5)
        with pytest.raises(TimeoutError):
            await until(strangers, "typing", timeout=0.2)


async def test_reading_is_shown_to_the_other(house: House) -> None:
    async with await house.socket(house.alice) as hers, await house.socket(house.bob) as his:
        await house.send(hers)
        number = (await until(hers, "ack"))["number"]
        await say(his, "read", conversation=house.conversation, number=number)
        while True:
            receipt = await until(hers, "receipt")
            if receipt["user"] == house.bob.id:
                break
        assert receipt["read"] == number


async def test_the_heartbeat_names_the_heads(house: House) -> None:
    async with await house.socket(house.alice) as hers:
        await house.send(hers)
        seq = (await until(hers, "ack"))["seq"]
        assert (await until(hers, "heartbeat"))["heads"] == {house.conversation: seq}


async def test_the_eleventh_socket_closes_the_first(house: House) -> None:
    sockets = [await house.socket(house.alice) for _ in range(11)]
    assert await closed(sockets[0]) == 4009
    for socket in sockets[1:]:
        await socket.close()


async def test_beyond_the_house_full_new_sockets_are_told_to_come_later(house: House) -> None:
    sockets = [await house.socket(person) for person in (house.alice, house.bob) for _ in range(7)]
    late = await bare(house.server.url, token=house._tokens[house.dave.id])
    assert await closed(late) == 4013
    for socket in sockets:
        await socket.close()


async def test_a_reader_that_takes_no_byte_is_closed(house: House) -> None:
    async with await house.socket(house.alice) as hers:
        slow = await house.socket(house.bob)
        slow.transport.pause_reading()
        before = time.monotonic()
        body = "x" * 8000
        while house.server.running and time.monotonic() - before < 30:
            for _ in range(20):
                await house.send(hers, body)
            for _ in range(20):
                await until(hers, "ack")
            if not await _connected(house, 2):
                break
        slow.transport.resume_reading()
        assert await closed(slow, timeout=10) in (4008, 1006)
        assert house.server.rss_mb() < 170  # 140 to begin with, and what SQLite keeps of its pages


async def _connected(house: House, count: int) -> bool:
    """Whether this many clients are still connected to the server, as the kernel counts."""
    connections = await asyncio.to_thread(_established, house.server.pid)
    return connections >= count


def _established(pid: int) -> int:
    return sum(
        one.status == "ESTABLISHED" and one.laddr.port != 0
        for one in psutil.Process(pid).net_connections("tcp")
    )


async def test_pings_without_end_to_somebody_who_reads_nothing_cost_no_memory(house: House) -> None:
    greedy = await house.socket(house.bob)
    greedy.transport.pause_reading()
    before = house.server.rss_mb()
    frame = b"\x89\xfd" + b"\x00\x00\x00\x00" + b"p" * 125
    for _ in range(200):
        greedy.transport.write(frame * 500)
        await asyncio.sleep(0)
    await asyncio.sleep(1)
    assert house.server.rss_mb() - before < 10
    greedy.transport.abort()


@pytest.mark.parametrize(("version", "answer"), [("1.1", b"HTTP/1.1 101"), ("1.0", b"HTTP/1.1 400")])
def test_a_socket_opens_over_http_1_1_only(house: House, version: str, answer: bytes) -> None:
    upgrade = {
        "Host": f"127.0.0.1:{house.server.port}",
        "Origin": house.server.url,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDAwMDAwMDAwMDAwMDAwMA==",
    }
    lines = [f"GET /ws/ HTTP/{version}", *(f"{name}: {value}" for name, value in upgrade.items()), "", ""]
    with create_connection(("127.0.0.1", house.server.port), timeout=10) as line:
        line.sendall("\r\n".join(lines).encode())
        assert line.recv(12) == answer


def test_a_taken_port_is_told_in_one_line(house: House) -> None:
    command = [sys.executable, "manage.py", "serve", "--port", str(house.server.port)]
    done = subprocess.run(command, cwd=ROOT, env=house.server.env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert str(house.server.port) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_with_goodbye_and_zero(serve: Any, how: int) -> None:
    house = House(await asyncio.to_thread(serve))
    hers = await house.socket(house.alice)
    for _ in range(20):
        await house.send(hers)
    os.kill(house.server.pid, how)
    before = time.monotonic()
    goodbye = await until(hers, "bye")
    assert 500 <= goodbye["after_ms"] <= 5000
    assert await closed(hers) == 4012
    process = house.server._process
    assert process is not None
    assert await asyncio.to_thread(process.wait, 20) == 0
    assert time.monotonic() - before < 20


async def test_another_server_serves_the_same_sockets(tmp_path: Any) -> None:
    server = Server(tmp_path)
    server.prepare()
    server.port = free_port()
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-b",
        "127.0.0.1",
        "-p",
        str(server.port),
        "chatify.asgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=server.env, stderr=subprocess.DEVNULL)
    try:
        await asyncio.to_thread(_until_it_answers, server.url)
        house = await asyncio.to_thread(House, server)
        async with await house.socket(house.alice) as hers, await house.socket(house.bob) as his:
            await house.send(hers, "over Daphne")
            assert (await until(his, "event"))["data"]["body"] == "over Daphne"
            assert (await until(hers, "ack"))["duplicate"] is False
            await his.send(json.dumps({"type": "hello"}))
            assert await closed(his) == 4001
    finally:
        process.terminate()
        process.wait(20)


def _until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(f"{url}/healthz", timeout=5)
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
