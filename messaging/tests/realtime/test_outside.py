"""A process that serves no sockets tells those that do, whatever layer carries it."""

import asyncio
from typing import Any

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from chatify.lib.ids import uuid7
from messaging.events import PublishedEvent
from messaging.realtime import groups, outside


def published() -> PublishedEvent:
    conversation = uuid7()
    event = {
        "conversation": str(conversation),
        "seq": 1,
        "event": "message.sent",
        "actor": None,
        "at": "2026-01-01T00:00:00.000Z",
        "data": {"body": "hello"},
        "digest": "d1",
    }
    return PublishedEvent(uuid7(), conversation, 1, event)


class LoopBound:
    """A layer that has its methods only where a loop runs, as the Redis layers do."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        asyncio.get_running_loop()
        return {"group_send": self._send}[name]

    async def _send(self, group: str, message: dict[str, Any]) -> None:
        self.told.append((group, message))


def test_a_thread_without_a_loop_publishes(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = LoopBound()
    monkeypatch.setattr(outside, "get_channel_layer", lambda: layer)
    assert outside.log([published()])
    ((group, message),) = layer.told
    assert group == groups.GROUP
    assert groups.genuine(message)


def test_it_publishes_through_redis(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = RedisPubSubChannelLayer(hosts=[redis_url])
    monkeypatch.setattr(outside, "get_channel_layer", lambda: layer)
    assert outside.log([published()])


def test_a_layer_that_is_not_shared_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone(LoopBound):
        shared = False

    layer = Alone()
    monkeypatch.setattr(outside, "get_channel_layer", lambda: layer)
    assert not outside.log([published()])
    assert layer.told == []
