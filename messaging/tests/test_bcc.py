"""Bcc: who gets it that way has it with the sender alone, and nobody else can tell."""

import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.operations import exports
from chatify.lib import ids
from media.tests.sending import upload
from messaging.models import Attachment, Conversation, Membership, Message
from messaging.operations import conversations, inbox, messages, search
from messaging.queries.verify import check

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def letter(alice: User, bob: User, carol: User, dave: User, acquainted: None) -> Conversation:
    """Alice to Bob, copy to Carol, and Dave unseen; with a file."""
    return conversations.start_mail(
        alice,
        subject="Lease",
        to=[bob],
        cc=[carol],
        bcc=[dave, bob],
        body="Please sign",
        client_id=ids.uuid7(),
        attachments=[upload(alice, b"a,b\n", name="lease.csv").pk],
    )


@pytest.fixture
def copy(letter: Conversation) -> Conversation:
    return Conversation.objects.get(copy_of=letter)


def page(client: Client, row: Conversation) -> str:
    answer = client.get(f"/c/{row.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_has_it_with_the_sender_alone(
    letter: Conversation, copy: Conversation, alice: User, dave: User
) -> None:
    assert set(copy.memberships.values_list("user__username", "mail_role")) == {
        ("alice", "from"),
        ("dave", "bcc"),
    }
    assert set(letter.memberships.values_list("user__username", flat=True)) == {"alice", "bob", "carol"}
    (said,) = Message.objects.filter(conversation=copy)
    assert said.body == "Please sign" and copy.title == "Lease"
    assert Attachment.objects.get(message=said).upload.name == "lease.csv"
    assert not list(check(letter.pk)) and not list(check(copy.pk))


def test_the_copy_says_whom_the_letter_was_written_to(
    letter: Conversation, copy: Conversation, alice: User, dave: User, client_for: SignIn
) -> None:
    shown = page(client_for(dave), copy)
    assert all(f"<dt>{label}</dt>" in shown for label in ("From", "To", "Cc", "Bcc"))
    assert "Bob" in shown and "Carol" in shown and str(letter.pk) not in shown
    assert client_for(dave).get(f"/c/{letter.pk}/").status_code == 404
    mine = page(client_for(alice), letter)
    assert "<dt>Bcc</dt>" in mine and f'href="/c/{copy.pk}/"' in mine


def test_nobody_else_can_tell(
    letter: Conversation,
    copy: Conversation,
    alice: User,
    bob: User,
    dave: User,
    client_for: SignIn,
    tmp_path: Any,
) -> None:
    search.catch_up()
    traces = ("dave", str(dave.pk), str(copy.pk))
    api = f"/api/v1/conversations/{letter.pk}"
    paths = [
        f"/c/{letter.pk}/",
        f"/c/{letter.pk}/details/",
        "/inbox/",
        "/search/?q=Lease",
        "/search/?q=to:dave",
    ]
    paths += [api, f"{api}/messages", f"{api}/members", f"{api}/events?since=0", "/api/v1/conversations"]
    assert client_for(alice).get(api).json()["bcc"][0]["username"] == "dave"
    assert "dave" in page(client_for(alice), letter).lower()
    for path in paths:
        shown = client_for(bob).get(path).content.decode().lower().replace("to:dave", "")
        assert not any(trace in shown for trace in traces), path
    assert client_for(bob).get(api).json()["bcc"] == []
    assert client_for(bob).get(f"/c/{copy.pk}/").status_code == 404
    exports.write_whole(bob, tmp_path / "bob.zip")
    with zipfile.ZipFile(tmp_path / "bob.zip") as zipped:
        whole = "".join(zipped.read(name).decode("utf-8", "replace") for name in zipped.namelist()).lower()
    assert "please sign" in whole and not any(trace in whole for trace in traces)


def test_answers_stay_there_and_bring_it_back_to_the_sender(
    letter: Conversation, copy: Conversation, alice: User, dave: User, client_for: SignIn
) -> None:
    row = f'data-conversation="{copy.pk}"'
    assert row not in client_for(alice).get("/inbox/?filter=all").content.decode()
    assert row in client_for(alice).get("/inbox/?filter=sent").content.decode()
    messages.send(dave, conversation=copy.pk, body="Signed in secret", client_id=ids.uuid7())
    assert row in client_for(alice).get("/inbox/?filter=all").content.decode()
    letter.refresh_from_db()
    assert letter.message_count == 1


def test_the_sender_sees_who_has_read_it(
    letter: Conversation, copy: Conversation, alice: User, bob: User, carol: User, client_for: SignIn
) -> None:
    def marks() -> dict[str, str]:
        head = page(client_for(alice), letter).partition("</dl>")[0]
        found = {}
        for piece in head.split("<span")[1:]:
            if "data-state" in piece:
                found[piece.partition('data-state="')[2].partition('"')[0]] = piece
        return found

    assert set(marks()) == {"sent"}
    inbox.mark_read(bob.pk, conversation=letter.pk, number=1)
    assert set(marks()) == {"read", "sent"}
    assert 'data-state="read"' in page(client_for(alice), letter).partition("</dl>")[0]
    assert "data-state" not in page(client_for(bob), letter).partition("</dl>")[0]


def test_the_same_letter_again_makes_no_second_copy(alice: User, bob: User, dave: User) -> None:
    key = ids.uuid7()
    for _ in range(2):
        conversations.start_mail(alice, subject="x", to=[bob], bcc=[dave], body="y", client_id=key)
    assert Conversation.objects.count() == 2
    assert Membership.objects.filter(mail_role="bcc").count() == 1


def test_it_is_written_on_the_page_and_by_a_program(
    alice: User, bob: User, dave: User, client_for: SignIn, acquainted: None
) -> None:
    client = client_for(alice)
    assert "Bcc" in client.get("/c/new/?kind=mail").content.decode()
    typed = {"kind": "mail", "subject": "Hi", "body": "there", "to": "bob", "bcc": "dave"}
    assert client.post("/c/new/", {**typed, "client_id": str(ids.uuid7())}).status_code == 303
    wish = {"kind": "mail", "subject": "Hi", "body": "there", "to": [str(bob.pk)], "bcc": [str(dave.pk)]}
    answer = client.post("/api/v1/conversations", {**wish, "client_id": str(ids.uuid7())}, "application/json")
    assert answer.status_code == 201 and answer.json()["bcc"][0]["username"] == "dave"
    assert Conversation.objects.filter(copy_of__isnull=False).count() == 2


def test_who_is_not_here_is_refused_and_nothing_typed_is_lost(
    alice: User, bob: User, client_for: SignIn
) -> None:
    for field in ("to", "cc", "bcc"):
        typed = {
            "kind": "mail",
            "subject": "Hi there",
            "body": "long words",
            "to": "bob",
            "client_id": str(ids.uuid7()),
        }
        answer = client_for(alice).post("/c/new/", {**typed, f"q_{field}": "nia@elsewhere.example"})
        shown = answer.content.decode()
        assert answer.status_code == 422 and "nia@elsewhere.example is nobody here" in shown
        assert "Hi there" in shown and "long words" in shown and 'value="bob" checked' in shown
    assert not Conversation.objects.exists()


def test_a_letter_of_its_own_answers_the_writer_alone(
    letter: Conversation, copy: Conversation, bob: User, dave: User, client_for: SignIn
) -> None:
    said = Message.objects.get(conversation=letter)
    client, url = client_for(bob), f"/m/{said.pk}/answer/"
    assert f'href="{url}"' in client.get(f"/m/{said.pk}/").content.decode()
    shown = client.get(url, follow=True).content.decode()
    assert 'value="Re: Lease"' in shown and 'value="alice" checked' in shown
    assert 'value="carol" checked' not in shown
    assert client_for(dave).get(url).status_code == 404
    mine = Message.objects.get(conversation=copy)
    assert client_for(dave).get(f"/m/{mine.pk}/answer/").status_code == 302
    own = messages.send(bob, conversation=letter.pk, body="yes", client_id=ids.uuid7())
    assert client.get(f"/m/{own.id}/answer/").status_code == 404
