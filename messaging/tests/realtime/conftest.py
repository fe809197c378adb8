import pytest

from messaging.realtime.hub import Hub

from .fakes import FakeStore


@pytest.fixture
async def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
async def hub(store: FakeStore) -> Hub:
    return Hub(store)
