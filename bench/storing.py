"""Our store as a process: full sends through the batcher of the sockets, from many senders at once.

`python -m bench.storing` with a server's environment; a line {seconds, senders, rooms, size} runs it once.
"""

import asyncio
import json
import sys
import time
from typing import Any
from uuid import UUID

from tests.load import world  # sets Django up

# isort: split

from accounts.models import User
from bench.client.adapters import body_of
from chatify.lib import collecting
from chatify.lib.ids import uuid7
from messaging.operations.ledger import Sent
from messaging.realtime import sending
from messaging.realtime.batcher import Batcher
from messaging.realtime.protocol import Send
from messaging.realtime.sending import Posting


def cast(senders: int, rooms: int) -> list[tuple[User, UUID]]:
    """Each sender with a conversation of theirs."""
    made = world.make("store", senders, rooms, senders // rooms)
    people = {str(person.pk): person for person in User.objects.all()}
    return [(people[name], UUID(one["id"])) for one in made["conversations"] for name in one["members"]]


async def run(seats: list[tuple[User, UUID]], *, seconds: float, size: int) -> dict[str, Any]:
    """Each sender sends again as soon as the last send is kept."""
    batcher: Batcher[Posting, Any] = Batcher(sending.post, name="bench")
    took: list[float] = []
    body = body_of(0, size)
    end = time.monotonic() + seconds

    async def send(user: User, conversation: UUID) -> None:
        while (began := time.monotonic()) < end:
            command = Send(conversation, uuid7(), body, None, ())
            outcome = await batcher.submit(Posting(user, command))
            if not isinstance(outcome, Sent):
                raise RuntimeError(f"a send was refused: {outcome!r}")
            took.append(time.monotonic() - began)

    began = time.monotonic()
    await asyncio.gather(*(send(user, conversation) for user, conversation in seats))
    passed = time.monotonic() - began
    batcher.stop()
    return {"count": len(took), "seconds": passed, "took": took}


def main() -> None:
    """Obey the lines of the input, in a process prepared as a server is."""
    collecting.spare_what_stands()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        seats = cast(told["senders"], told["rooms"])
        done = asyncio.run(run(seats, seconds=told["seconds"], size=told["size"]))
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
