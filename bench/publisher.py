"""A second process of ours that publishes events through the layer, as one with a worker's sends would.

`python -m bench.publisher CONVERSATION SENDER` with the server's environment. The events look like that of a first real
message and follow it in order; they are not stored, so that the fan-out is measured and not the database.
"""

import asyncio
import os
import sys
from typing import Any

import django
from channels.layers import get_channel_layer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")
django.setup()

from accounts.models import User  # noqa: E402
from bench import pacing  # noqa: E402
from bench.client.adapters import body_of  # noqa: E402
from chatify.lib.ids import uuid7  # noqa: E402
from messaging.events import PublishedEvent  # noqa: E402
from messaging.models import Conversation  # noqa: E402
from messaging.operations import messages  # noqa: E402
from messaging.queries import sync  # noqa: E402
from messaging.realtime import groups  # noqa: E402
from messaging.realtime.names import new_origin  # noqa: E402


class Publisher:
    """Continues one conversation's log on the layer only, one publish an event, from a loop as a server's is."""

    def __init__(self, conversation: str, sender: str) -> None:
        user = User.objects.get(pk=sender)
        row = Conversation.objects.get(pk=conversation)
        sent = messages.send(user, conversation=row.id, body="The first one is real.", client_id=uuid7())
        row.refresh_from_db()
        (self._first,) = sync.after(row.id, sent.seq - 1, limit=1)
        self._row = row
        self._origin = new_origin()
        self._loop = asyncio.new_event_loop()
        self._seq = sent.seq

    def publish(self, index: int, told: dict[str, Any]) -> None:
        """Tell the next event, with the mark of `index` in its body."""
        self._seq += 1
        body = body_of(index, told["size"])
        data = {**self._first["data"], "body": body, "html": f"<p>{body}</p>", "client_id": str(uuid7())}
        event = {**self._first, "seq": self._seq, "data": data}
        row = PublishedEvent(uuid7(), self._row.id, self._row.membership_version, event)
        for message in groups.log_messages(self._origin, groups.packets_of([row])):
            self._loop.run_until_complete(get_channel_layer().group_send(groups.GROUP, message))


if __name__ == "__main__":
    pacing.obey(Publisher(*sys.argv[1:]).publish)
