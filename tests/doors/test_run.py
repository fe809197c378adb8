"""What outside programs rely on: bin/run, its words, its ports, its sign-ins and its end."""

import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.services import people
from tests.services.people import Person
from tests.services.ports import free_port
from tests.services.processes import ROOT, clean_environment, end, wait_until

pytestmark = pytest.mark.process
SIGN_IN = re.compile(r"^\s*([a-z0-9._-]+)\s+(\S+@\S+)\s+(\S.*?)\s*$", re.M)


class Run:
    """One `bin/run` from a foreign folder, its standard input closed."""

    def __init__(self, data: Path, *arguments: str, port: int, **env: str) -> None:
        self.url: str = f"http://127.0.0.1:{port}"
        self.log = data.parent / f"run-{time.monotonic_ns()}.log"
        self.began = time.monotonic()
        command = ["/bin/sh", "-c", 'exec "$0" "$@" <&-', str(ROOT / "bin" / "run"), *arguments]
        environment = clean_environment(CHATIFY_DATA=str(data), **env)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd="/", env=environment, stdout=output, stderr=output)
        wait_until(self.is_ready, self.process, self.log, 170)
        self.seconds = time.monotonic() - self.began

    def is_ready(self) -> bool:
        return f"Chatify is ready at {self.url}" in self.words

    @property
    def words(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def sign_ins(self) -> list[tuple[str, ...]]:
        return SIGN_IN.findall(self.words)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world") / "data"


@pytest.fixture(scope="module")
def first(data: Path) -> Iterator[Run]:
    port = free_port()
    run = Run(data, "--port", str(port), port=port, PORT="1")
    yield run
    end(run.process, signal.SIGTERM)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []

    def begin() -> Run:
        port = free_port()
        runs.append(Run(data, port=port, PORT=str(port)))
        return runs[-1]

    yield begin
    for run in runs:
        end(run.process, signal.SIGTERM)


def test_it_serves_where_it_says(first: Run) -> None:
    with urllib.request.urlopen(f"{first.url}/healthz", timeout=10) as answer:
        assert answer.status == 200


def test_everybody_it_names_can_sign_in(first: Run) -> None:
    assert len(first.sign_ins) >= 2, first.words
    for username, email, password in first.sign_ins[:2]:
        person = Person("", username, email, password)
        assert people.sign_in(first, person).cookies
        assert people.token(first, person).count(".") == 2


def test_its_style_and_scripts_are_served(first: Run) -> None:
    with urllib.request.urlopen(f"{first.url}/accounts/login/", timeout=10) as page:
        html = page.read().decode()
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)"', html)
    assert any(address.endswith(".css") for address in addresses)
    for address in addresses:
        with urllib.request.urlopen(first.url + address, timeout=10) as answer:
            assert answer.status == 200


def test_an_idle_process_is_small(first: Run) -> None:
    assert psutil.Process(first.process.pid).memory_info().rss / 2**20 <= 150


def test_it_ends_with_0_and_starts_again_with_the_same_people_and_nothing_made_anew(
    first: Run, start: Callable[[], Run]
) -> None:
    before = first.sign_ins
    assert end(first.process, signal.SIGTERM) == 0, first.words
    again = start()
    # What takes a while is announced; how many seconds the rest takes is a figure of bench/run.
    assert "…" in first.words and "…" not in again.words
    assert again.sign_ins == before
    assert end(again.process, signal.SIGTERM) == 0
