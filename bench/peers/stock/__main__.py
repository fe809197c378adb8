"""Serves it by uvicorn on a free port, which it prints."""

import json
import os
import socket
from typing import Any

import django
import uvicorn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.stock.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from bench.peers.stock.models import Conversation, Message  # noqa: E402


class Consumer(AsyncJsonWebsocketConsumer):
    """A socket in its rooms' groups."""

    user = ""

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if content["type"] == "join":
            self.user = content["user"]
            for room in content["rooms"]:
                await database_sync_to_async(Conversation.objects.get_or_create)(id=room)
                await self.channel_layer.group_add(room, self.channel_name)
            await self.send_json({"type": "joined"})
            return
        seq, at = await database_sync_to_async(keep)(self.user, content)
        shown = {**content, "type": "message", "sender": self.user, "seq": seq, "at": at}
        await self.channel_layer.group_send(content["room"], {"type": "room.message", "shown": shown})
        await self.send_json({"type": "ack", "id": content["id"]})

    async def room_message(self, event: dict[str, Any]) -> None:
        await self.send_json(event["shown"])


def keep(user: str, said: dict[str, Any]) -> tuple[int, str]:
    """Counter and row in one transaction."""
    with transaction.atomic():
        row = Conversation.objects.select_for_update().get(id=said["room"])
        row.head += 1
        row.save(update_fields=["head"])
        message = Message.objects.create(
            conversation=row, seq=row.head, sender=user, client_id=str(said["id"]), body=said["body"]
        )
    return row.head, message.at.isoformat()


def main() -> None:
    """Make the tables, listen, serve until the end."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    application = ProtocolTypeRouter({"websocket": Consumer.as_asgi()})
    config = uvicorn.Config(application, ws_per_message_deflate=False, lifespan="off", log_level="warning")
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
