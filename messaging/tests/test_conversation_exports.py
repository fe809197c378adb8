"""A copy of one conversation: what is in it, who gets it, that it is proof, and that it is mail again."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Export, User
from accounts.operations import exports as operations
from chatify.jobs import runner
from chatify.lib import ids
from media.tests.sending import upload
from messaging.models import Attachment, Conversation, Message
from messaging.operations import conversations, deletions, edits, hiding, imports, members, messages
from messaging.tests.operations.test_letters import bring, mail

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HOME = "conversations/0001"


def say(sender: User, conversation: Conversation, body: str, **more: Any) -> Any:
    return messages.send(sender, conversation=conversation.id, body=body, client_id=ids.uuid7(), **more)


@pytest.fixture
def letter(alice: User, bob: User, carol: User, acquainted: None) -> Conversation:
    """Alice writes to Bob with a copy to Carol; Bob answers with a file."""
    row = conversations.start_mail(
        alice,
        subject="Lease",
        to=[bob],
        cc=[carol],
        body="Please *sign*.\n\nFrom Monday on",
        client_id=ids.uuid7(),
    )
    say(bob, row, "Signed, see the table", attachments=[upload(bob, b"a,b\n1,2\n", name="table.csv").pk])
    return row


def made(user: User, row: Conversation, folder: Path) -> zipfile.ZipFile:
    operations.write_whole(user, folder / "copy.zip", subject=row.pk)
    return zipfile.ZipFile(folder / "copy.zip")


def read(zipped: zipfile.ZipFile, name: str) -> Any:
    return json.loads(zipped.read(f"{HOME}/{name}"))


def everything(zipped: zipfile.ZipFile) -> str:
    return "".join(zipped.read(name).decode("utf-8", "replace") for name in zipped.namelist())


def test_it_is_made_by_the_page_for_its_member_alone(
    letter: Conversation, bob: User, dave: User, client_for: SignIn
) -> None:
    client, url = client_for(bob), f"/c/{letter.pk}/export/"
    assert f'href="{url}"' in client.get(f"/c/{letter.pk}/details/").content.decode()
    assert "Make a copy" in client.get(url).content.decode()
    assert client.post(url).status_code == 303
    assert "hx-get" in client.get(url).content.decode()
    runner.run_due()
    row = Export.objects.get()
    assert "2 messages" in client.get(url).content.decode() and not outbox.outbox
    answer = client.get(f"{url}{row.pk}/")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    for path in (url, f"{url}{row.pk}/", f"/api/v1/conversations/{letter.pk}/export"):
        assert client_for(dave).get(path).status_code == 404
    assert client_for(dave).post(url).status_code == 404
    assert client.get(f"/settings/data/{row.pk}/").status_code == 404
    assert "Make a copy" in client.get("/settings/data/").content.decode()
    api = client.get(f"/api/v1/conversations/{letter.pk}/export")
    assert api.json()["state"] == "ready"
    assert client.get(f"/api/v1/conversations/{letter.pk}/export/file").status_code == 200


def test_who_was_removed_gets_nothing_of_it(alice: User, bob: User, client_for: SignIn) -> None:
    group = conversations.start_group(alice, title="Boats", members=[bob], client_id=ids.uuid7())
    client, url = client_for(bob), f"/c/{group.pk}/export/"
    client.post(url)
    runner.run_due()
    row = Export.objects.get()
    members.remove(alice, conversation=group.pk, user=bob)
    assert client.get(f"{url}{row.pk}/").status_code == 404
    assert client.get(f"/api/v1/conversations/{group.pk}/export/file").status_code == 404


def test_what_was_deleted_or_hidden_is_in_no_part_of_it(
    letter: Conversation, bob: User, tmp_path: Path
) -> None:
    said = say(bob, letter, "wrong words")
    edits.edit(bob, message=say(bob, letter, "first words").id, body="second words")
    deletions.delete(bob, message=said.id)
    hiding.hide(bob, messages=[say(bob, letter, "hidden words").id])
    whole = everything(made(bob, letter, tmp_path))
    assert "second words" in whole and "first words" in whole  # members see what it said before
    assert "wrong words" not in whole and "hidden words" not in whole
    assert "alice@example.test" not in whole and "bob@example.test" in whole


def test_the_salts_prove_texts_names_and_title(letter: Conversation, bob: User, tmp_path: Path) -> None:
    zipped = made(bob, letter, tmp_path)
    facts, said, log = (read(zipped, name) for name in ("conversation.json", "messages-1.json", "log-1.json"))

    def sealed(salt: str, text: str) -> str:
        return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()

    assert log[0]["data"]["title"] == sealed(facts["title_salt"], "Lease")
    sent = {entry["data"]["message"]: entry["data"] for entry in log if entry["event"] == "message.sent"}
    for message in said:
        assert sent[message["id"]]["text"] == sealed(message["salt"], message["body"])
        for file, told in zip(
            message["attachments"], sent[message["id"]].get("attachments", []), strict=True
        ):
            assert told["name"] == sealed(message["file_salts"][file["id"]], file["name"])
    assert [entry["seq"] for entry in log] == list(range(1, log[-1]["seq"] + 1))
    letter.refresh_from_db()
    assert log[-1]["digest"] == letter.head_digest


def test_as_an_mbox_it_is_imported_again_equal(
    letter: Conversation, alice: User, bob: User, make_person: Any, tmp_path: Path
) -> None:
    box = made(alice, letter, tmp_path).read(f"{HOME}/messages-1.mbox")
    erin = make_person("erin")
    brought = imports.read_whole(erin, io.BytesIO(box))
    assert (brought.created, brought.skipped, brought.threads) == (2, 0, 1)
    copy = Conversation.objects.get(memberships__user=erin)

    def files(row: Message) -> list[tuple[Any, ...]]:
        found = (file.upload for file in Attachment.objects.filter(message=row))
        return [(file.name, file.size, file.sha256) for file in found]

    def shown(row: Conversation) -> list[tuple[Any, ...]]:
        return [
            (
                each.body,
                each.html,
                each.writer.label,
                each.sent_at.replace(microsecond=0),
                [
                    (file.upload.name, file.upload.size, file.upload.sha256)
                    for file in Attachment.objects.filter(message=each)
                ],
            )
            for each in Message.objects.filter(conversation=row).order_by("number")
        ]

    assert copy.title == letter.title == "Lease"
    assert shown(copy) == shown(letter)
    assert Message.objects.get(conversation=copy, number=1).letter["cc"][0]["name"] == "Carol"


def test_what_was_imported_and_exported_is_known_again(alice: User, tmp_path: Path) -> None:
    bring(alice, mail(1), mail(2, answers=1, sender="alice@example.test"))
    row = Conversation.objects.get(memberships__user=alice)
    box = made(alice, row, tmp_path).read(f"{HOME}/messages-1.mbox")
    brought = imports.read_whole(alice, io.BytesIO(box))
    assert (brought.created, brought.merged, brought.skipped) == (0, 2, 0)


def test_an_operator_writes_it_for_a_member(
    letter: Conversation, tmp_path: Path, capsys: Any, dave: User
) -> None:
    call_command("export_conversation", str(letter.pk), member="bob", to=tmp_path)
    assert "2 messages" in capsys.readouterr().out and len(list(tmp_path.glob("*.zip"))) == 1
    for conversation, member in ((str(letter.pk), "dave"), ("nonsense", "bob"), (str(letter.pk), "nobody")):
        with pytest.raises(CommandError):
            call_command("export_conversation", conversation, member=member, to=tmp_path)
