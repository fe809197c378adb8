"""ClamAV, where it is switched on, looks first: at everything, and nobody has what it finds."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from chatify.jobs import runner
from chatify.jobs.models import Job
from media.models import State

from . import samples, sending


class Daemon(socketserver.StreamRequestHandler):
    """As much of clamd as INSTREAM needs."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        told = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            told += self.rfile.read(length)
        found = samples.EICAR in told
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")


@pytest.fixture
def daemon(settings: Any) -> Iterator[None]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CHATIFY_CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


@pytest.mark.parametrize(
    "data", [samples.EICAR, b"PK\x03\x04" + samples.EICAR, samples.photo() + samples.EICAR]
)
def test_what_is_found_is_refused_and_gone(alice: User, daemon: None, data: bytes) -> None:
    row = sending.upload(alice, data, name="invoice.pdf")
    assert (row.state, row.key) == (State.REFUSED, "")
    assert row.reason == "This file is dangerous (Eicar-Test-Signature)."


def test_everything_else_is_as_without(alice: User, daemon: None) -> None:
    photo = sending.upload(alice, samples.photo(), name="a.jpg")
    assert (photo.state, photo.kind, photo.renditions.count()) == (State.READY, "image", 2)
    archive = sending.upload(alice, b"PK\x03\x04" + b"\0" * 30, name="a.zip")
    assert (archive.state, archive.checked) == (State.READY, False)
    broken = sending.upload(alice, b"\xff\xd8\xff\xe0 no picture", name="b.jpg")
    assert (broken.state, broken.kind) == (State.FAILED, "file")


def test_while_nobody_looks_files_wait(alice: User, settings: Any) -> None:
    settings.CHATIFY_CLAMAV = "127.0.0.1:9"
    row = sending.upload(alice, b"PK\x03\x04" + b"\0" * 30, name="a.zip")
    assert row.state == State.PROCESSING
    job = Job.objects.get(kind="media.process")
    assert job.done_at is None and "ClamAV did not answer" in job.error
    settings.CHATIFY_CLAMAV = ""
    Job.objects.update(due=row.created_at)
    runner.run_due()
    row.refresh_from_db()
    assert row.state == State.READY
