"""A bucket that does not do what buckets do: it is asked again, followed nowhere, and people are told in words."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chatify.lib.errors import Conflict, Invalid, TooMany, Unavailable
from media import storage
from media.models import State, Upload
from media.operations import care, uploads

from .test_bucket import names

Answer = tuple[int, dict[str, str], bytes]
DATA = b"water the beans"


class Liar(ThreadingHTTPServer):
    """Answers everything alike, but for names with `lacks` in them; and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Says)
        self.answer: Answer = (200, {}, b"")
        self.lacks = ""
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Says(BaseHTTPRequestHandler):
    server: Liar

    def do_HEAD(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        lacks = self.command == "HEAD" and self.server.lacks and self.server.lacks in self.path
        status, headers, body = (404, {}, b"") if lacks else self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def liar(settings: Any) -> Iterator[Liar]:
    server = Liar()
    settings.CHATIFY_S3_URL = f"http://KEY:SECRET@127.0.0.1:{server.server_port}/files?region=eu-central-1"
    settings.CHATIFY_STORE = "media.storage.s3.Bucket"
    storage.current.cache_clear()
    yield server
    storage.current.cache_clear()
    server.shutdown()
    server.server_close()


@pytest.fixture
def elsewhere() -> Iterator[Liar]:
    server = Liar()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [301, 307, 400])
def test_a_redirect_is_followed_nowhere(
    client_for: Callable[[User], Client], alice: User, liar: Liar, elsewhere: Liar, status: int
) -> None:
    place = f"127.0.0.1:{elsewhere.server_port}"
    code = {301: "PermanentRedirect", 307: "TemporaryRedirect", 400: "AuthorizationHeaderMalformed"}[status]
    told = f"<Error><Code>{code}</Code><Endpoint>{place}</Endpoint><Region>us-west-2</Region></Error>"
    headers = {"Location": f"http://{place}/files/x", "x-amz-bucket-region": "us-west-2"}
    liar.answer = (status, headers, told.encode())
    begun = uploads.begin(alice, name="a.txt", size=len(DATA), type="text/plain")
    answer = client_for(alice).post(
        f"/api/v1/uploads/{begun.upload.pk}/finish", "{}", content_type="application/json"
    )
    assert (answer.status_code, elsewhere.asked) == (503, [])
    assert (
        answer.json()["detail"] == "The store of files does not answer as it should. Try again in a moment."
    )
    assert place not in answer.content.decode() and str(liar.server_port) not in answer.content.decode()
    assert len(liar.asked) == 1 and Upload.objects.get().state == State.WAITING, "it may be finished later"


def test_a_busy_bucket_is_asked_again_before_anybody_is_told(alice: User, liar: Liar) -> None:
    liar.answer = (503, {}, b"<Error><Code>SlowDown</Code></Error>")
    begun = uploads.begin(alice, name="a.txt", size=len(DATA), type="text/plain")
    with pytest.raises(Unavailable, match="Try again"):
        uploads.finish(alice, begun.upload.pk)
    assert len(liar.asked) == 4
    assert Upload.objects.get().state == State.WAITING


def test_a_bucket_that_is_away_is_said_to_be(alice: User, liar: Liar, settings: Any) -> None:
    settings.CHATIFY_S3_URL = "http://KEY:SECRET@127.0.0.1:9/files"
    storage.current.cache_clear()
    begun = uploads.begin(alice, name="a.bin", size=len(DATA))
    with pytest.raises(Unavailable, match="Try again"):
        uploads.part(alice, begun.upload.pk, 1)


def test_another_body_than_was_promised_is_not_taken(
    alice: User, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar.answer = (200, {"ETag": '"x"'}, b"<p>a page of somebody else")
    row = uploads.begin(alice, name="a.txt", size=len(DATA), type="text/plain").upload
    with pytest.raises(Conflict, match="Of 15 bytes 26 are here"):
        uploads.finish(alice, row.pk)
    row, liar.lacks = uploads.begin(alice, name="b.txt", size=26, type="text/plain").upload, "/kept/"
    with pytest.raises(Unavailable, match="Try again"):  # what says nothing of a copy is none
        uploads.finish(alice, row.pk)
    monkeypatch.setattr("media.storage.s3.Bucket.keep", lambda *_: None)
    liar.answer = (200, {}, liar.answer[2][:-1])
    monkeypatch.setattr("media.storage.s3.Bucket.arrived", lambda *_: 26)
    with pytest.raises(Invalid, match="checksum"):
        uploads.finish(alice, row.pk)
    assert Upload.objects.get(pk=row.pk).state == State.REFUSED


def test_files_in_parts_that_are_left_end_after_a_day(
    alice: User,
    bucket: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    rates = {**settings.CHATIFY_RATES, "upload.link": (1000, 60)}
    settings.CHATIFY_RATES = rates
    assert rates["upload"] == (60, 3600), "nobody begins a thousand"
    settings.CHATIFY_RATES = {**rates, "upload": (3, 3600)}
    rows = [uploads.begin(alice, name=f"{number}.bin", size=9).upload for number in range(3)]
    with pytest.raises(TooMany):
        uploads.begin(alice, name="4.bin", size=9)
    for row in rows * 20:
        uploads.part(alice, row.pk, 1)
    assert len(list(bucket.multipart_uploads.all())) == 3, (
        "a file in parts is one, however often it is asked for"
    )
    long_ago = datetime(
        2001, 1, 1, tzinfo=UTC
    )  # this server says of all of them that they were begun in 2010
    assert storage.current().sweep(long_ago) == 0 and len(list(bucket.multipart_uploads.all())) == 3
    Upload.objects.all().delete()  # even where nothing knows of them any more
    monkeypatch.setattr(care, "UNCLAIMED_KEPT", timedelta(minutes=-1))
    assert care.sweep() == 3
    assert list(bucket.multipart_uploads.all()) == [] and names(bucket) == []
