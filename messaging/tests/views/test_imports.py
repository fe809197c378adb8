"""Bringing mail by page and by program: who may, what is said, what is shown of it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.jobs.models import Job
from chatify.lib import mbox
from media.models import Upload
from media.tests.sending import upload
from messaging.models import MailImport
from messaging.operations import imports
from messaging.tests.operations.test_letters import box, mail

SignIn = Callable[[User], Client]
PAGE = "/settings/data/import/"
API = "/api/v1/imports"


def run_jobs() -> None:
    for job in Job.objects.filter(kind=imports.KIND, done_at=None):
        jobs.run(job)


def mailbox(*mails: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("old.mbox", box(*mails).read())


def test_a_mailbox_comes_by_the_page_and_is_seen_in_the_inbox(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    assert "Import mail" in client.get("/settings/data/").content.decode()
    assert client.post(PAGE, {"file": mailbox(mail(1), mail(2, answers=1), b"junk")}).status_code == 303
    page = client.get(PAGE).content.decode()
    assert "old.mbox" in page and "hx-get" in page and 'type="file"' not in page
    run_jobs()
    page = client.get(PAGE).content.decode()
    assert "2 messages brought in 1 new conversation, 0 here already, 1 skipped" in page
    assert "This is no mail" in page and 'type="file"' in page
    assert "Plan 1" in client.get("/inbox/?filter=mail").content.decode()
    assert not Upload.objects.exists()


def test_what_is_no_file_is_refused_in_words(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    for given, words in (
        ({}, "Choose one file."),
        ({"file": SimpleUploadedFile("empty.mbox", b"")}, "is empty"),
        ({"attachments": str(uuid4())}, "There is no such file."),
        ({"attachments": "nonsense"}, "There is no such file."),
    ):
        answer = client.post(PAGE, given)
        assert answer.status_code == 422 and words in answer.content.decode()
    assert not MailImport.objects.exists()


def test_one_at_a_time_and_only_ones_own(alice: User, bob: User, client_for: SignIn) -> None:
    first, second = upload(alice, b"Subject: a\n\nb"), upload(alice, b"Subject: c\n\nd")
    as_alice, as_bob = client_for(alice), client_for(bob)
    asked = {"content_type": "application/json"}
    assert as_bob.post(API, {"upload": str(first.pk)}, **asked).status_code == 404
    begun = as_alice.post(API, {"upload": str(first.pk)}, **asked)
    assert begun.status_code == 201 and begun.json()["state"] == "reading"
    assert as_alice.post(API, {"upload": str(second.pk)}, **asked).status_code == 409
    assert as_alice.post(API, {"upload": str(first.pk)}, **asked).status_code == 404
    url = f"{API}/{begun.json()['id']}"
    for client, method in ((as_bob, "get"), (as_bob, "delete"), (Client(), "get")):
        assert getattr(client, method)(url).status_code == (404 if client is as_bob else 401)
    run_jobs()
    told = as_alice.get(url).json()
    assert (told["state"], told["percent"], told["created"]) == ("done", 100, 1)
    assert as_alice.delete(url).status_code == 422


def test_a_stopped_one_brings_nothing_more(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    client.post(PAGE, {"file": mailbox(mail(1))})
    row = MailImport.objects.get()
    assert client.post(f"{PAGE}{row.pk}/stop/").status_code == 302
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.created) == ("failed", 0) and not Upload.objects.exists()
    assert "not read to its end" in client.get(PAGE).content.decode()


def test_a_worker_that_died_goes_on_where_it_was(
    alice: User, client_for: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "TOGETHER", 2)
    monkeypatch.setattr(imports, "AT_A_TIME", -1.0)
    client_for(alice).post(PAGE, {"file": mailbox(*(mail(n) for n in range(5)))})
    run_jobs()
    row = MailImport.objects.get()
    assert (row.created, row.state) == (2, "reading") and 0 < row.percent < 100
    stale = MailImport.objects.get()
    run_jobs()
    with pytest.raises(Exception, match="read elsewhere"):
        imports._advance(stale, imports.Brought(), 1)
    for _ in range(3):
        run_jobs()
    row.refresh_from_db()
    assert (row.created, row.merged, row.state) == (5, 0, "done")


def test_beyond_what_a_file_may_bring_all_are_skipped_and_it_is_said_once(
    alice: User, client_for: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "TOGETHER", 2)
    monkeypatch.setattr(imports, "MOST_MAILS", 3)
    client_for(alice).post(PAGE, {"file": mailbox(*(mail(n) for n in range(7)))})
    run_jobs()
    row = MailImport.objects.get()
    assert (row.state, row.created, row.merged, row.skipped) == ("done", 3, 0, 4)
    assert ["more than one file may bring" in each["reason"] for each in row.remarks] == [True]


def test_large_messages_are_not_in_memory_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "TOGETHER_BYTES", 1000)
    sizes = (10, 400, 700, 2000, None, 10, 999, 1)
    raws = [mbox.Raw(end, None if size is None else b"x" * size) for end, size in enumerate(sizes)]
    pieces = list(imports._pieces(iter(raws)))
    assert [[raw.end for raw in piece] for piece in pieces] == [[0, 1, 2], [3], [4, 5, 6], [7]]
    assert mbox.LARGEST + 8 * 2**20 < 35 * 2**20


def test_the_command_tells_what_it_did(
    alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.mbox"
    path.write_bytes(box(mail(1), mail(2, answers=1), b"junk").read())
    for expected in ("2 created in 1 new threads, 0 merged", "0 created in 0 new threads, 2 merged"):
        call_command("import_mbox", str(path), owner="alice")
        told = capsys.readouterr().out
        assert expected in told and "3 messages" in told and "This is no mail" in told
    with pytest.raises(CommandError):
        call_command("import_mbox", str(path), owner="nobody")
    with pytest.raises(CommandError, match="could not be read"):
        call_command("import_mbox", str(tmp_path / "none"), owner="alice")


def test_who_is_erased_takes_what_was_brought_along(alice: User, client_for: SignIn) -> None:
    client_for(alice).post(PAGE, {"file": mailbox(mail(1))})
    imports.forget(alice)
    assert not MailImport.objects.exists() and not Upload.objects.exists()
