import pytest

from messaging.realtime import presence
from messaging.realtime.hub import Hub

from .fakes import FakeStore


@pytest.fixture
async def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
async def hub(store: FakeStore) -> Hub:
    return Hub(store)


@pytest.fixture(autouse=True)
def noted(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Who was written down as being here, each time."""
    told: list[set[str]] = []
    monkeypatch.setattr(
        presence.privacy, "seen", lambda users, at: told.append({str(user) for user in users})
    )
    return told
