"""Mail: a job, a file, a line on the console; and what is in it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.test.utils import override_settings

from accounts import mail
from accounts.models import User
from accounts.tests.flows import last_code, mails
from chatify.jobs.models import Job

pytestmark = pytest.mark.django_db


def test_a_mail_is_a_job_that_forgets_its_text_when_it_is_done(client: Client, alice: User) -> None:
    client.post("/accounts/login/code/", {"email": alice.email})
    job = Job.objects.get(kind="mail.send")
    assert job.payload["to"] == [alice.email]
    assert last_code() in mails()[0].alternatives[0].content
    job.refresh_from_db()
    assert job.done_at and not job.payload


def test_a_code_is_not_mailed_after_it_expired(client: Client, alice: User) -> None:
    client.post("/accounts/login/code/", {"email": alice.email})
    job = Job.objects.get()
    Job.objects.update(payload=job.payload | {"until": 1.0})
    assert not mails()


def test_an_unknown_address_costs_a_job_and_gets_nothing(client: Client) -> None:
    client.post("/accounts/login/code/", {"email": "nobody@example.test"})
    assert Job.objects.get().payload["to"] == []
    assert not mails()


def test_without_a_mail_server_the_mail_is_a_file_and_a_text_on_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = EmailMultiAlternatives(
        "Ein Gruß", "Hello\nthere ☕", "Chatify <no-reply@x.test>", ["../é\n@x.test"]
    )
    with override_settings(OUTBOX_DIR=tmp_path / "outbox"):
        assert mail.OutboxBackend().send_messages([message]) == 1
    (file,) = (tmp_path / "outbox").iterdir()
    text = file.read_text()
    assert file.suffix == ".txt" and file.stat().st_mode & 0o777 == 0o600
    assert "Subject: Ein Gruß" in text and "Hello\nthere ☕" in text
    assert text in capsys.readouterr().out


def test_a_job_that_runs_twice_sends_one_mail(tmp_path: Path) -> None:
    """As when a worker died after sending and before it said so: the same Message-ID, in the outbox the same file."""
    backend = "accounts.mail.OutboxBackend"
    with override_settings(OUTBOX_DIR=tmp_path, EMAIL_BACKEND=backend):
        for number in range(2):
            mail.put_down(EmailMultiAlternatives(f"S{number}", "T", "f@x.test", ["t@x.test"]))
        for job in Job.objects.all():
            mail.deliver(job.payload)
            mail.deliver(job.payload)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_closed_console_does_not_stop_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: Any, **__: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    with override_settings(OUTBOX_DIR=tmp_path):
        mail.OutboxBackend().send_messages([EmailMultiAlternatives("S", "T", "f@x.test", ["t@x.test"])])
    assert len(list(tmp_path.iterdir())) == 1
