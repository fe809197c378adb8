"""A large mailbox is brought by the command: every message is accounted for, the log holds, again it brings nothing.

Four hundred messages; ten thousand with CHATIFY_TEST_FULL_LOAD=1.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services import people
from tests.services.server import Server

MAILS = 10_000 if os.environ.get("CHATIFY_TEST_FULL_LOAD") == "1" else 400
IN_A_THREAD = 7
JUNK = 3
BEGAN = datetime(2015, 3, 1, 9, tzinfo=UTC)
TEXT = "\n".join("Somebody has to bring the chairs before noon, or we sit on the ground." for _ in range(10))


def mailbox(path: Path) -> None:
    """Threads of seven, and at the end some lines that are no mail."""
    with path.open("w") as file:
        for number in range(MAILS):
            root, at = number - number % IN_A_THREAD, BEGAN + timedelta(minutes=number)
            names = f"References: <{root}@elsewhere.example>\n" if number != root else ""
            file.write(
                f"From nia@elsewhere.example {at:%a %b %d %H:%M:%S %Y}\nFrom: Nia <nia@elsewhere.example>\n"
                f"Subject: Plan {root}\nMessage-ID: <{number}@elsewhere.example>\n{names}"
                f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\n\n{TEXT}\nNumber {number}.\n\n"
            )
        for _ in range(JUNK):
            file.write(f"From nobody {BEGAN:%a %b %d %H:%M:%S %Y}\n\nno head, only words\n\n")


@pytest.fixture
def brought(database_url: str | None, tmp_path: Path) -> tuple[Server, Path]:
    server = Server(tmp_path / "data", database_url=database_url)
    server.prepare()
    people.create(server, ["alice"])
    mailbox(tmp_path / "old.mbox")
    return server, tmp_path / "old.mbox"


def test_a_large_mailbox_is_reconciled_and_brought_once(brought: tuple[Server, Path]) -> None:
    server, path = brought
    threads = -(-MAILS // IN_A_THREAD)
    told = server.manage("import_mbox", str(path), "--owner", "alice").stdout
    whole = f"{MAILS + JUNK} messages: {MAILS} created in {threads} new threads, 0 merged"
    assert whole in told and f"{JUNK} skipped" in told and told.count("This is no mail") == JUNK
    again = server.manage("import_mbox", str(path), "--owner", "alice").stdout
    assert f"0 created in 0 new threads, {MAILS} merged" in again and f"{JUNK} skipped" in again
    assert server.manage("verify_log").returncode == 0
    assert server.manage("verify_counts").returncode == 0
