"""One database has one lineage, however many processes begin to serve it at once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.services.server import Server

pytestmark = pytest.mark.process


def test_the_epoch_is_there_before_anybody_serves(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.prepare()
    with closing(sqlite3.connect(tmp_path / "chatify.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM messaging_logepoch").fetchone() == (1,)
