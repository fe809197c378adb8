"""Mail from elsewhere: it is threaded, counted, read, dated by itself, found, and there once."""

import io
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from test import test_email

from accounts.identity import OUTSIDE
from accounts.models import User
from accounts.operations import contacts
from chatify.lib import mbox
from messaging.models import Attachment, Conversation, Event, Message, Unsettled
from messaging.operations import imports, reports, search
from messaging.operations.letters import Brought
from messaging.queries import access, inbox, timeline
from messaging.queries import search as found
from messaging.queries.verify import check

BEGAN = datetime(2020, 2, 1, 9, tzinfo=UTC)


def mail(
    number: int, *, answers: int | None = None, sender: str = "Nia <nia@elsewhere.example>", **more: str
) -> bytes:
    text = EmailMessage()
    text["From"], text["To"] = sender, "alice@example.test, Ora <ora@elsewhere.example>"
    text["Subject"] = f"Re: Plan {answers}" if answers is not None else f"Plan {number}"
    text["Message-ID"] = f"<{number}@elsewhere.example>"
    text["Date"] = (BEGAN + timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    if answers is not None:
        text["References"] = f"<{answers}@elsewhere.example>"
    for name, value in more.items():
        text[name] = value
    text.set_content(f"Words of number {number}.\n\n> quoted\n")
    return text.as_bytes()


def box(*mails: bytes) -> io.BytesIO:
    return io.BytesIO(b"".join(mbox.began("x@y", BEGAN) + mbox.quoted(each) + b"\n" for each in mails))


def bring(owner: User, *mails: bytes) -> Brought:
    return imports.read_whole(owner, box(*mails))


def told(brought: Brought) -> tuple[int, int, int, int]:
    return brought.created, brought.merged, brought.skipped, brought.threads


@pytest.mark.django_db
def test_answers_join_their_thread_and_a_second_run_brings_nothing(alice: User) -> None:
    mails = [mail(1), mail(2, answers=1), mail(3), mail(5, answers=4), mail(4), b"\x00\x01 no mail at all"]
    assert told(bring(alice, *mails)) == (5, 0, 1, 3)
    assert told(bring(alice, *mails)) == (0, 5, 1, 0)
    threads = Conversation.objects.filter(memberships__user=alice)
    assert sorted(threads.values_list("title", "message_count")) == [
        ("Plan 1", 2),
        ("Plan 3", 1),
        ("Plan 4", 2),
    ]
    for thread in threads:
        assert not list(check(thread.pk))


@pytest.mark.django_db
def test_it_is_read_dated_by_itself_and_told_to_nobody(alice: User) -> None:
    bring(alice, mail(1), mail(2, answers=1))
    (row,) = inbox.page(alice).items
    assert row.unread == 0 and inbox.unread_total(alice) == 0
    assert row.at == BEGAN + timedelta(hours=2) == row.conversation.last_activity_at
    assert row.conversation.created_at == BEGAN + timedelta(hours=1)
    assert not Unsettled.objects.exists()
    sent = Event.objects.filter(type="message.sent")
    assert {event.data["origin"] for event in sent} == {"import"}


@pytest.mark.django_db
def test_senders_are_people_one_knows_or_the_names_they_gave(
    alice: User, bob: User, dave: User, client_for
) -> None:
    contacts.introduce([alice, bob])
    bring(
        alice,
        mail(1),
        mail(2, answers=1, sender="Robert <bob@example.test>"),
        mail(3, answers=1, sender="David <dave@example.test>"),
        mail(4, answers=1, sender="alice@example.test"),
    )
    (thread,) = Conversation.objects.filter(memberships__user=alice)
    page = client_for(alice).get(f"/api/v1/conversations/{thread.pk}/messages").json()["items"]
    assert [each["sender"]["display_name"] for each in page] == ["Nia", bob.label, "David", alice.label]
    assert [each["sender"]["username"] for each in page] == [OUTSIDE, "bob", OUTSIDE, "alice"]
    assert page[0]["letter"]["sender"] == {"name": "Nia", "address": "nia@elsewhere.example"}
    assert client_for(bob).get(f"/c/{thread.pk}/").status_code == 404
    assert client_for(dave).get(f"/api/v1/conversations/{thread.pk}").status_code == 404
    shown = client_for(alice).get(f"/c/{thread.pk}/").content.decode()
    assert "nia@elsewhere.example" in shown and "David" in shown


@pytest.mark.django_db
def test_html_is_cleaned_and_files_become_files(alice: User) -> None:
    text = EmailMessage()
    text["From"], text["Subject"], text["Message-ID"] = "x@y.example", "Hello", "<h@y>"
    text["Date"] = "Sat, 01 Feb 2020 09:00:00 +0000"
    text.set_content("plain")
    text.add_alternative(
        "<style>p{}</style><p onclick=x()>Rich <b>words</b><script>alert(1)</script>"
        "<img src='https://spy.example/p.png'></p><a href='javascript:1'>here</a>",
        subtype="html",
    )
    text.add_attachment(b"col,umn\n", maintype="text", subtype="csv", filename="table.csv")
    assert told(bring(alice, text.as_bytes())) == (1, 0, 0, 1)
    row = Message.objects.get(client_id__isnull=False, conversation__memberships__user=alice)
    assert "Rich words" in row.html.replace("<b>", "") and row.body == "plain"
    assert not any(word in row.html for word in ("script", "style", "onclick", "img", "javascript"))
    assert [file.upload.name for file in Attachment.objects.filter(message=row)] == ["table.csv"]
    assert not list(check(row.conversation_id))


@pytest.mark.django_db
def test_search_finds_it_by_its_words_and_by_who_wrote_it(alice: User, bob: User) -> None:
    bring(alice, mail(1))
    search.catch_up()
    for query in ("words of number", "elsewhere.example", "Nia"):
        assert [hit.message.body for hit in found.page(alice, query).hits], query
        assert not found.page(bob, query).hits


@pytest.mark.django_db
def test_what_is_deleted_stays_deleted_when_it_is_brought_again(alice: User, client_for) -> None:
    bring(alice, mail(1, sender="alice@example.test"))
    row = Message.objects.get(sender=alice)
    assert client_for(alice).delete(f"/api/v1/messages/{row.pk}?for=everyone").status_code in (200, 204)
    row.refresh_from_db()
    assert row.deleted_at and row.letter and not row.letter["to"]
    assert told(bring(alice, mail(1, sender="alice@example.test"))) == (0, 1, 0, 0)


@pytest.mark.django_db
def test_nobody_is_made_to_have_said_what_was_imported(alice: User, bob: User, carol: User) -> None:
    """Anybody can write a file with somebody's name in it."""
    contacts.introduce([alice, bob, carol])
    bring(alice, mail(1, sender="bob@example.test"))
    row = Message.objects.get(sender=bob)
    with pytest.raises(Exception, match="imported"):
        reports.report(alice, reason="spam", message=row.pk)
    assert row.author.username == OUTSIDE and "imported" in row.author.label


@pytest.mark.django_db
def test_the_samples_of_pythons_own_tests_are_brought(alice: User) -> None:
    folder = Path(next(iter(test_email.__path__))) / "data"
    counts = Brought()
    for path in sorted(folder.glob("msg_*.txt")):
        one = imports.read_whole(alice, io.BytesIO(path.read_bytes()))
        assert one.created + one.merged + one.skipped == 1, path
        imports._add(counts, one)
    assert counts.created + counts.merged + counts.skipped == len(list(folder.glob("msg_*.txt")))
    assert counts.created > 40 and counts.skipped == 1
    for row in Conversation.objects.filter(memberships__user=alice):
        assert not list(check(row.pk)), row.title
        assert timeline.page(access.conversation_for(alice, row.pk)).messages


@pytest.mark.django_db
def test_a_mailbox_of_three_hundred_is_reconciled(alice: User) -> None:
    mails = [mail(n, answers=n - n % 10 if n % 10 else None) for n in range(300)]
    assert told(bring(alice, *mails)) == (300, 0, 0, 30)
    assert Message.objects.filter(conversation__memberships__user=alice).count() == 300
    assert told(bring(alice, *mails, mail(301))) == (1, 300, 0, 1)
