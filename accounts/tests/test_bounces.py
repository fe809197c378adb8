"""An address that the mail server refuses is marked, shown to its person and to staff, and tried again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage
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
