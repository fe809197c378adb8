"""An address that the mail server refuses is marked, shown to its person and to staff, and tried again."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import endpoints, mail
from accounts.models import Bounce, User
from chatify.jobs import runner
from chatify.jobs.models import Job
from tests.services.smtp import MailServer, mail_server

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as told:
        yield told


def write(user: User) -> None:
    mail.put_down(EmailMessage("Hello", "Hello", to=[user.email]))
    runner.run_due()


def test_a_refusal_for_good_marks_the_address_and_is_not_tried_again(alice: User, server: MailServer) -> None:
    assert endpoints.mailed([alice.pk]) == {alice.pk}
    server.refused[alice.email] = "550 5.1.1 <b>mailbox</b> unknown"
    write(alice)
    (bounce,) = endpoints.bounces_of(alice)
    assert (bounce.code, bounce.words) == (550, "5.1.1 <b>mailbox</b> unknown")
    assert endpoints.mailed([alice.pk]) == set()
    assert not Job.objects.filter(done_at=None).exists()


def test_a_refusal_for_now_is_tried_again(alice: User, server: MailServer) -> None:
    server.refused[alice.email] = "451 later"
    write(alice)
    assert not Bounce.objects.exists()
    server.refused.clear()
    Job.objects.update(due=Job.objects.get().created_at)
    runner.run_due()
    assert [to for _, to, _ in server.letters] == [[alice.email]]


def test_the_settings_say_it_and_try_again(
    alice: User, bob: User, server: MailServer, client_for: ClientFor
) -> None:
    server.refused[alice.email] = "550 5.1.1 <b>mailbox</b> unknown"
    write(alice)
    client = client_for(alice)
    page = client.get("/settings/security/").content.decode()
    assert "Mail comes back" in page and "550 5.1.1 &lt;b&gt;mailbox&lt;/b&gt; unknown" in page
    assert "Mail comes back" not in client_for(bob).get("/settings/security/").content.decode()
    server.refused.clear()
    assert client.post("/settings/security/mail/").status_code == 302
    runner.run_due()
    assert server.letters[-1][2]["Subject"] == "Mail from Chatify reaches you"
    assert "Mail comes back" not in client.get("/settings/security/").content.decode()
    assert endpoints.mailed([alice.pk]) == {alice.pk}


def test_staff_see_what_came_back(alice: User, sam: User, server: MailServer, client_for: ClientFor) -> None:
    server.refused[alice.email] = "550 unknown"
    write(alice)
    sam.is_superuser = True
    sam.save()
    page = client_for(sam).get("/admin/accounts/bounce/").content.decode()
    assert alice.email in page and "unknown" in page


REPORT = """\
From: MAILER-DAEMON@mx.example
To: no-reply@chatify.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sat, 28 Nov 2026 07:00:00 +0000

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnosis}

--b
{original}

--b--
"""
WHOLE = "Content-Type: message/rfc822\n\nMessage-ID: {id}\nSubject: Hello\n\nHello"
HEADERS = "Content-Type: text/rfc822-headers\n\nMessage-ID: {id}\nSubject: Hello\n"
GONE = {
    "action": "failed",
    "status": "5.1.1",
    "diagnosis": "smtp; 550 5.1.1 <b>no such</b>\n mailbox",
    "original": WHOLE,
}


@pytest.fixture
def hear(tmp_path: Path) -> Callable[[str | bytes], str]:
    """`hear(mail)`: the command reads it from a file; what it says."""

    def read(mail: str | bytes) -> str:
        file, out = tmp_path / "mail", StringIO()
        file.write_bytes(mail if isinstance(mail, bytes) else mail.encode())
        call_command("read_bounces", str(file), stdout=out)
        return out.getvalue()

    return read


def report(letter: str, to: str, **said: str) -> str:
    told = GONE | said
    return REPORT.format(**(told | {"to": to, "original": told["original"].format(id=letter)}))


def identity_of(user: User, server: MailServer) -> str:
    write(user)
    return str(server.letters[-1][2]["Message-ID"])


@pytest.mark.parametrize("original", [WHOLE, HEADERS])
def test_a_letter_that_comes_back_later_marks_the_address_until_its_person_tries_again(
    alice: User, server: MailServer, hear: Any, client_for: ClientFor, original: str
) -> None:
    letter = identity_of(alice, server)
    assert "nothing but codes" in hear(report(letter, alice.email.upper(), original=original))
    (bounce,) = endpoints.bounces_of(alice)
    assert (bounce.code, bounce.words) == (550, "5.1.1 <b>no such</b> mailbox")
    write(alice)
    assert endpoints.mailed([alice.pk]) == set(), "that our own mail server takes the next one says nothing"
    client = client_for(alice)
    assert (
        "550 5.1.1 &lt;b&gt;no such&lt;/b&gt; mailbox" in client.get("/settings/security/").content.decode()
    )
    assert client.post("/settings/security/mail/").status_code == 302
    assert endpoints.mailed([alice.pk]) == {alice.pk}


def test_nobody_marks_the_address_of_another(alice: User, bob: User, server: MailServer, hear: Any) -> None:
    his = identity_of(bob, server)
    assert "nothing but codes" in hear(report(his, bob.email))
    hers = identity_of(alice, server)
    forged = hers.replace(hers[1:5], "beef")
    for letter, to in ((his, alice.email), (forged, alice.email), ("<a@b>", alice.email), ("", alice.email)):
        assert "nothing for good" in hear(report(letter, to))
    assert endpoints.bounces_of(alice) == []


@pytest.mark.parametrize(
    "said",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "failed", "status": "4.2.2"},
        {"action": "delivered", "status": "2.0.0"},
        {"action": "failed", "status": "?"},
    ],
)
def test_what_is_not_for_good_marks_nothing(
    alice: User, server: MailServer, hear: Any, said: dict[str, str]
) -> None:
    assert "nothing for good" in hear(report(identity_of(alice, server), alice.email, **said))
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Out of office\n\nBack on Monday.",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--",
        b"Content-Type: multipart/report; boundary=b\n\n"
        + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000,
    ],
)
def test_whatever_is_no_report_is_taken_and_changes_nothing(hear: Any, mail: bytes) -> None:
    assert "no" in hear(mail)
    assert not Bounce.objects.exists()


def test_words_in_no_known_letters_are_kept_as_well_as_they_can_be(
    alice: User, server: MailServer, hear: Any
) -> None:
    told = report(identity_of(alice, server), alice.email, diagnosis="x-unix; NAME").encode()
    hear(told.replace(b"NAME", b"caf\xe9 \x00\x1b[31m" + b"x" * 9000))
    (bounce,) = endpoints.bounces_of(alice)
    assert bounce.code == 550 and bounce.words.startswith("caf") and len(bounce.words) == 300


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("read_bounces", str(tmp_path / "none"))
