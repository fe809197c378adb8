"""The load client's own ceiling: a server in C that writes ready-made frames to everybody, and nothing else."""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from bench.client.adapters import body_of


class Listener(WSListener):
    """Greets whoever joins."""

    def __init__(self, everybody: set[WSTransport]) -> None:
        self._everybody = everybody

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.TEXT:
            self._everybody.add(transport)
            transport.send(WSMsgType.TEXT, b'{"type":"joined"}')

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._everybody.discard(transport)


async def main() -> None:
    """Serve on a free port, and publish what the lines of the input say."""
    everybody: set[WSTransport] = set()
    server = await ws_create_server(lambda _: Listener(everybody), "127.0.0.1", 0, backlog=2048)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        told = json.loads(line)
        await _publish(everybody, told)
        print(json.dumps({"published": told["count"]}), flush=True)


async def _publish(everybody: set[WSTransport], told: dict[str, Any]) -> None:
    for place in range(told["count"]):
        moment = told["began"] + (place / told["rate"] if told["rate"] else 0)
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        index = told["first"] + place
        event = {"type": "message", "id": index, "body": body_of(index, told["size"])}
        payload = json.dumps(event).encode()
        for transport in tuple(everybody):
            transport.send(WSMsgType.TEXT, payload)


if __name__ == "__main__":
    uvloop.run(main())
