"""With the limits of a real installation an outbox paces itself: nothing is lost, doubled or reordered."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .world import World


@pytest.fixture
def limited(chromium: Browser) -> Iterator[World]:
    world = World(chromium, ["alice", "bob"], limits="1")
    yield world
    world.close()


def test_thirty_messages_in_a_hurry_all_arrive_in_order(limited: World) -> None:
    chat = limited.direct("alice", "bob")
    alice = limited.seat("alice").open(chat)
    hurry = [f"hurry {number:02}" for number in range(30)]
    alice.write(*hurry)
    alice.sees_sent(*hurry, within=60_000)
    assert limited.stored("bob", chat) == hurry
    assert limited.leave() == []
