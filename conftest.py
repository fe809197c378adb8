"""The cast and the ground rules of every test.

Alice owns, Bob is a member, Carol writes mail, Dave is a stranger, Sam is staff, and there is a bot.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import Contact, User
from accounts.operations import people
from chatify.jobs import leases
from chatify.lib import fetch
from messaging import indexing
from tests.services.people import PASSWORD
from tests.services.server import migrated_sqlite

pytest_plugins = ["tests.services.fixtures"]


UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IP = re.compile(r"[0-9.]+|[0-9a-f:]+:[0-9a-f:]+")
TABLES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
SERVERS = {"stage", "serve", "postgres", "crashable_postgres", "redis_server", "redis_url", "database_url"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what must run alone, and what need not run on each database, by the fixtures it takes, so that nobody has to
    remember."""
    for item in items:
        taken = set(getattr(item, "fixturenames", ()))
        if "chromium" in taken:
            item.add_marker("browser")
        elif SERVERS & taken:
            item.add_marker("process")
        elif not TABLES & taken and item.get_closest_marker("django_db") is None:
            item.add_marker("once")
    if config.args == config.getini("testpaths"):
        _keep_places(items)


def _keep_places(items: list[pytest.Item]) -> None:
    """Where the tests of each part stand, for the parts of `bin/test` that come later: to look through all files takes
    as long as starting four servers."""
    kept = os.environ.get("CHATIFY_TEST_KEPT")
    if kept and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        for name in ("process", "browser"):
            found = {str(item.path) for item in items if item.get_closest_marker(name)}
            whole = Path(kept, f"{name}.found")
            whole.write_text("\n".join(sorted(found)))
            whole.rename(whole.with_suffix(".files"))  # others wait for it


def pytest_unconfigure() -> None:
    """Remove the data folder of this process: those that share the work end without their exit handlers."""
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Fresh ids in parameters must not name tests: processes that share the work compare the names."""
    return UUID.sub("some-id", val) if isinstance(val, str) and UUID.search(val) else None


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """In a run of everything SQLite begins with a copy of the database that is migrated once for all processes."""
    wanted = "CHATIFY_TEST_KEPT" in os.environ and connection.vendor == "sqlite"
    if wanted:
        shutil.copy(migrated_sqlite(), connection.settings_dict["TEST"]["NAME"])
    return wanted


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _search_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread reads the log while tables are emptied: tests of search call `operations.search.catch_up()`."""
    monkeypatch.setattr(indexing, "soon", lambda conversations: None)


@pytest.fixture(autouse=True)
def _leases_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread writes while tables are emptied: tests of leases call `leases.renew()`."""
    monkeypatch.setattr(leases, "keep", lambda: None)


@pytest.fixture(autouse=True)
def _nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks the internet: names of others are unknown, unless a test brings a web of its own; an address in
    numbers, as the services of tests have, is itself."""
    monkeypatch.setattr(fetch, "resolve", lambda host, port: [host] if IP.fullmatch(host) else [])


def person(username: str, *, is_staff: bool = False, password: str | None = PASSWORD) -> User:
    """Somebody who can sign in with PASSWORD."""
    return people.create(
        email=f"{username}@example.test",
        username=username,
        password=password,
        display_name=username.capitalize(),
        is_staff=is_staff,
    )


@pytest.fixture
def alice(db: None) -> User:
    return person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return person("bob")


@pytest.fixture
def carol(db: None) -> User:
    return person("carol")


@pytest.fixture
def acquainted(alice: User, bob: User, carol: User) -> None:
    """Alice, Bob and Carol are contacts of each other: what one begins is no request to another."""
    cast = (alice, bob, carol)
    Contact.objects.bulk_create(
        Contact(owner=one, person=other) for one in cast for other in cast if one != other
    )


@pytest.fixture
def dave(db: None) -> User:
    return person("dave")


@pytest.fixture
def sam(db: None) -> User:
    return person("sam", is_staff=True)


@pytest.fixture
def bot(db: None) -> User:
    return person("bot", password=None)


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """`make_person("erin")`: one more, for crowds."""
    return person


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """`client_for(alice)`: a test client that is signed in as her."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
