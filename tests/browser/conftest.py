"""A world per file of journeys; after each test its browsers are closed and their consoles must be clean."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .world import World

CAST = ["alice", "bob", "carol", "dave"]


@pytest.fixture(scope="module")
def shared_world(chromium: Browser) -> Iterator[World]:
    world = World(chromium, CAST)
    yield world
    world.close()


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    yield shared_world
    complaints = shared_world.leave()
    assert complaints == []
