"""Fixtures that start real servers and a real browser; each ends what it started."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from .postgres import Postgres
from .processes import Unavailable
from .redis import Redis
from .server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_NAMES = (
    "chromium-headless-shell",  # the same engine without the browser's own windows: a fifth less work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # A microphone that beeps, and that every page may listen to.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL for the whole session; take `.database()` for an empty database."""
    try:
        server = Postgres().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


@pytest.fixture
def crashable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the test's own, to crash and start again."""
    try:
        server = Postgres()
    except Unavailable as reason:
        pytest.skip(str(reason))
    if not server.own:
        pytest.skip("CHATIFY_TEST_DATABASE_URL names a server that is not ours to crash")
    yield server.start()
    server.stop()


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """A Redis of the test's own, to kill and to restart empty."""
    try:
        server = Redis().start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


@pytest.fixture
def redis_url(request: pytest.FixtureRequest) -> str:
    """The URL of a Redis to use but not to kill: CHATIFY_TEST_REDIS_URL, or one of the test's own."""
    given = os.environ.get("CHATIFY_TEST_REDIS_URL")
    return given or str(request.getfixturevalue("redis_server").url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Runs the test on both: None (SQLite in the data folder), then the URL of a PostgreSQL database with tables."""
    return str(request.getfixturevalue("postgres").migrated()) if request.param == "postgresql" else None


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """`serve(...)` starts a Server with those arguments; all of them are ended after the test."""
    started: list[Server] = []

    def start(*args: Any, **kwargs: Any) -> Server:
        server = Server(*args, **kwargs)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.close()


def _chromium_lasts(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """For all modules where every test has a browser. Else per module, because Playwright's loop must be gone before
    asynchronous tests run."""
    return "session" if config.getoption("markexpr") == "browser" else "module"


@pytest.fixture(scope=_chromium_lasts)
def chromium() -> Iterator["Browser"]:
    """Chromium. Without one the test is skipped, or fails under CHATIFY_REQUIRE_BROWSER=1."""
    executable = chromium_executable()
    if executable is None:
        refuse("no Chromium: install the package chromium, or name one in CHATIFY_TEST_CHROMIUM")
    from playwright.sync_api import sync_playwright  # optional: only browser tests pay for it

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def chromium_executable() -> str | None:
    """The path of a Chromium on this machine, or None."""
    given = os.environ.get("CHATIFY_TEST_CHROMIUM")
    candidates = [given] if given else [shutil.which(name) for name in CHROMIUM_NAMES]
    return next((path for path in candidates if path and Path(path).exists()), None)


def refuse(reason: str) -> None:
    if os.environ.get("CHATIFY_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
