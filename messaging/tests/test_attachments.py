"""Files of messages: taken once, with the message or not at all; had by members and by nobody else."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.models import User
from chatify.jobs import runner
from chatify.lib.errors import Invalid, NotFound
from media.models import State, Upload
from media.operations import uploads
from media.storage import local
from media.tests import samples, sending
from messaging.models import Attachment, Conversation, Message
from messaging.operations import conversations, deletions, edits, forwards, log, members, messages
from messaging.queries import sync, timeline, verify
from messaging.realtime import render

Signed = Callable[[User], Client]
TEXT = b"water the beans\n"


@pytest.fixture
def chat(alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def send(
    sender: User, where: Conversation, *files: Upload, body: str = "", client_id: UUID | None = None
) -> log.Sent:
    named = [file.pk for file in files]
    return messages.send(
        sender, conversation=where.id, body=body, client_id=client_id or uuid4(), attachments=named
    )


def test_a_message_carries_files_in_their_order(alice: User, chat: Conversation) -> None:
    photo = sending.upload(alice, samples.photo(), name="garden.jpg")
    note = sending.arrive(alice, TEXT, name="note.txt")
    sent = send(alice, chat, photo, note)
    message = timeline.message(alice, sent.id)
    assert [file.upload.name for file in message.files] == ["garden.jpg", "note.txt"]
    assert (message.attached, message.line, message.body) == ("file", "File", "")
    assert list(verify.check(chat.id)) == []
    Upload.objects.filter(pk=note.pk).update(name="other.txt")
    (finding,) = verify.check(chat.id)
    assert "the files of its message, or their names, were changed" in str(finding)


def test_the_log_knows_no_name_and_a_plain_message_pays_nothing(alice: User, chat: Conversation) -> None:
    note = sending.arrive(alice, TEXT, name="secret-name.txt")
    send(alice, chat, note)
    (event,) = [each for each in chat.events.all() if each.data.get("attachments")]
    assert event.data["attachments"][0]["id"] == str(note.pk)
    assert "secret-name" not in json.dumps(event.data)
    with CaptureQueriesContext(connection) as queries:
        messages.send(alice, conversation=chat.id, body="plain", client_id=uuid4())
    assert not [query for query in queries if "media_" in query["sql"] or "attachment" in query["sql"]]


def test_the_same_send_again_gives_the_first_answer(alice: User, chat: Conversation) -> None:
    note, client_id = sending.arrive(alice, TEXT, name="a.txt"), uuid4()
    first = send(alice, chat, note, client_id=client_id)
    again = send(alice, chat, note, client_id=client_id)
    assert (again.id, again.duplicate) == (first.id, True)
    assert Attachment.objects.count() == 1


def test_a_file_is_taken_once_and_only_by_its_owner(alice: User, bob: User, chat: Conversation) -> None:
    note = sending.arrive(alice, TEXT, name="a.txt")
    waiting = uploads.begin(alice, name="b.txt", size=9).upload
    send(alice, chat, note)
    theirs = sending.arrive(bob, TEXT, name="b.txt")
    before = Message.objects.count()
    for file in (note, waiting, theirs, Upload(pk=uuid4())):
        with pytest.raises(NotFound, match="is not here, or was sent already"):
            send(alice, chat, sending.arrive(alice, TEXT, name="c.txt"), file, body="with words")
    assert Message.objects.count() == before
    assert not Upload.objects.get(pk=theirs.pk).claimed_at


def test_two_drafts_of_one_batch_cannot_have_the_same_file(alice: User, chat: Conversation) -> None:
    note = sending.arrive(alice, TEXT, name="a.txt")
    drafts = [
        messages.prepare(alice, conversation=chat.id, body=body, client_id=uuid4(), attachments=[note.pk])
        for body in ("one", "two")
    ]
    first, second = log.append(drafts)
    assert isinstance(first, log.Sent) and isinstance(second, NotFound)


def test_at_most_ten_and_each_once(alice: User, chat: Conversation) -> None:
    one = uuid4()
    for files in ([uuid4() for _ in range(11)], [one, one], ["nonsense"]):
        with pytest.raises(Invalid) as refused:
            messages.send(alice, conversation=chat.id, body="", client_id=uuid4(), attachments=files)
        assert set(refused.value.errors) == {"attachments"}
    with pytest.raises(Invalid, match="Write something first"):
        messages.send(alice, conversation=chat.id, body=" ", client_id=uuid4())


@pytest.fixture
def shared(alice: User, group: Conversation) -> Upload:
    """A photo that Alice sent to the group, prepared."""
    photo = sending.upload(alice, samples.photo(800, 400), name="the garden.jpg")
    send(alice, group, photo, body="look")
    return photo


def addresses(file: Upload) -> list[str]:
    return [
        f"{root}{rendition}"
        for root in (f"/attachments/{file.pk}/", f"/api/v1/attachments/{file.pk}")
        for rendition in ("", "?rendition=thumb", "?rendition=preview")
    ]


def body(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def test_members_have_the_file_and_what_was_made_of_it(client_for: Signed, bob: User, shared: Upload) -> None:
    for address in addresses(shared):
        answer = client_for(bob).get(address)
        assert answer.status_code == 200, address
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-cache")
        original = "rendition" not in address
        how = "attachment" if original else "inline"
        assert answer["Content-Disposition"] == f"{how}; filename*=UTF-8''the%20garden.jpg"
        picture = Image.open(io.BytesIO(body(answer)))
        small = "thumb" in address
        assert (picture.format, picture.width) == (("WEBP", 640) if small else ("JPEG", 800))
        assert client_for(bob).get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def refused_everywhere(client: Client, file: Upload, *statuses: int) -> None:
    keys = [file.key, *file.renditions.values_list("key", flat=True)]
    for address in addresses(file):
        answer = client.get(address)
        assert answer.status_code in statuses, (address, answer.status_code)
        told = answer.content.decode() + str(answer.headers)
        assert not any(key in told for key in keys if key), "an answer must not tell where bytes live"


def test_nobody_else_has_it(
    client_for: Signed,
    alice: User,
    bob: User,
    carol: User,
    dave: User,
    sam: User,
    group: Conversation,
    shared: Upload,
) -> None:
    refused_everywhere(Client(), shared, 302, 401)
    refused_everywhere(client_for(dave), shared, 404)
    refused_everywhere(client_for(sam), shared, 404)
    members.remove(alice, conversation=group.id, user=bob)
    refused_everywhere(client_for(bob), shared, 404)
    members.leave(carol, conversation=group.id)
    refused_everywhere(client_for(carol), shared, 404)
    assert client_for(alice).get(addresses(shared)[0]).status_code == 200
    Message.objects.filter(body="look").update(deleted_at=shared.created_at)
    refused_everywhere(client_for(alice), shared, 404)


def test_who_comes_later_does_not_see_what_was_before(
    client_for: Signed, alice: User, dave: User, group: Conversation, shared: Upload
) -> None:
    members.add(alice, conversation=group.id, users=[dave])
    refused_everywhere(client_for(dave), shared, 404)


def test_a_file_that_was_not_sent_is_no_attachment(client_for: Signed, alice: User) -> None:
    refused_everywhere(client_for(alice), sending.upload(alice, samples.photo()), 404)


def test_ranges_are_answered(client_for: Signed, alice: User, chat: Conversation) -> None:
    data = bytes(range(256)) * 40
    file = sending.upload(alice, data, name="data.bin")
    send(alice, chat, file)
    client, address = client_for(alice), f"/attachments/{file.pk}/"
    whole = client.get(address)
    assert (whole["Content-Length"], whole["Accept-Ranges"], whole["Content-Type"]) == (
        "10240", "bytes", "application/octet-stream",
    )  # fmt: skip
    for asked, start, end in (
        ("0-9", 0, 9),
        ("10200-", 10200, 10239),
        ("-5", 10235, 10239),
        ("5-99999", 5, 10239),
    ):
        part = client.get(address, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {start}-{end}/10240")
        assert body(part) == data[start : end + 1] and part["Content-Length"] == str(end - start + 1)
    behind = client.get(address, headers={"Range": "bytes=10240-"})
    assert (behind.status_code, behind["Content-Range"]) == (416, "bytes */10240")
    for nonsense in ("bytes=-", "bytes=5-1", "lines=1-2", "bytes=0-1,3-4", "bytes=" + "9" * 30 + "-"):
        assert client.get(address, headers={"Range": nonsense}).status_code == 200
    assert client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    head = client.head(address)
    assert (head.status_code, head["Content-Length"], head.content) == (200, "10240", b"")


def test_the_server_in_front_may_hand_it_out(
    client_for: Signed, bob: User, shared: Upload, settings: Any
) -> None:
    settings.CHATIFY_ACCEL_PREFIX = "/kept-files/"
    shared.refresh_from_db()
    answer = client_for(bob).get(f"/attachments/{shared.pk}/")
    assert answer["X-Accel-Redirect"] == f"/kept-files/kept/{shared.key[:2]}/{shared.key}"
    assert (answer.content, answer["Content-Type"]) == (b"", "image/jpeg")


def test_what_is_not_looked_into_is_only_downloaded(
    client_for: Signed, alice: User, chat: Conversation
) -> None:
    for data, name in (
        (samples.SVG, "a.svg"),
        (b"<html>", "x.jpg.html"),
        (b"words", "a.txt"),
    ):
        file = sending.upload(alice, data, name=name)
        send(alice, chat, file)
        answer = client_for(alice).get(f"/attachments/{file.pk}/")
        assert answer["Content-Type"] in ("application/octet-stream", "text/plain")
        assert answer["Content-Disposition"].startswith("attachment;")


def test_a_picture_waits_until_it_tells_nothing_more(
    client_for: Signed, alice: User, chat: Conversation
) -> None:
    file = sending.arrive(alice, samples.photo(), name="photo.jpg")
    send(alice, chat, file)
    client = client_for(alice)
    assert client.get(f"/api/v1/attachments/{file.pk}").status_code == 409
    assert "is being prepared" in client.get(f"/c/{chat.id}/").content.decode()
    runner.run_due()
    assert b"SECRETCAM" not in body(client.get(f"/api/v1/attachments/{file.pk}"))


def test_the_form_brings_files_without_a_script(
    client_for: Signed, alice: User, bob: User, chat: Conversation
) -> None:
    files = [
        SimpleUploadedFile("garden.jpg", samples.photo(), "image/jpeg"),
        SimpleUploadedFile("a.txt", TEXT),
    ]
    form = {"client_id": str(uuid4()), "body": "", "file": files}
    client = client_for(alice)
    answer = client.post(f"/c/{chat.id}/messages/", form)
    assert answer.status_code == 303, answer.content.decode()[:3000]
    runner.run_due()
    page = client_for(bob).get(f"/c/{chat.id}/").content.decode()
    assert page.count("rendition=thumb") == 1 and "a.txt" in page and "garden.jpg" in page
    for file in files:
        file.seek(0)
    assert client.post(f"/c/{chat.id}/messages/", form).status_code == 303
    assert (Attachment.objects.count(), Upload.objects.count()) == (2, 2), (
        "the same form again brings nothing more"
    )


def test_a_refused_form_keeps_what_it_brought(client_for: Signed, alice: User, chat: Conversation) -> None:
    form = {"client_id": str(uuid4()), "body": "x" * 8001, "file": SimpleUploadedFile("a.txt", TEXT)}
    answer = client_for(alice).post(f"/c/{chat.id}/messages/", form)
    assert answer.status_code == 422
    row = Upload.objects.get()
    assert f'name="attachments" value="{row.pk}"' in answer.content.decode()
    sent = {"client_id": form["client_id"], "body": "short", "attachments": [str(row.pk)]}
    assert client_for(alice).post(f"/c/{chat.id}/messages/", sent).status_code == 303
    empty = {"client_id": str(uuid4()), "body": "words", "file": SimpleUploadedFile("b.txt", b"")}
    answer = client_for(alice).post(f"/c/{chat.id}/messages/", empty)
    assert (answer.status_code, "b.txt is empty." in answer.content.decode()) == (422, True)
    assert Upload.objects.count() == 1 == Message.objects.count()


def test_the_form_takes_no_files_of_strangers(client_for: Signed, dave: User, chat: Conversation) -> None:
    form = {"client_id": str(uuid4()), "body": "", "file": SimpleUploadedFile("a.txt", TEXT)}
    assert client_for(dave).post(f"/c/{chat.id}/messages/", form).status_code == 404
    assert not Upload.objects.exists()


def test_the_api_sends_and_shows_files(
    client_for: Signed, alice: User, bob: User, chat: Conversation
) -> None:
    file = sending.upload(alice, samples.photo(), name="garden.jpg")
    wish = {"client_id": str(uuid4()), "attachments": [str(file.pk)]}
    path = f"/api/v1/conversations/{chat.id}/messages"
    sent = client_for(alice).post(path, wish, content_type="application/json")
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert (told["kind"], told["body"]) == ("image", "")
    (shown,) = told["attachments"]
    assert (
        shown["id"] == str(file.pk)
        and shown["renditions"] == ["preview", "thumb"]
        and shown["state"] == "ready"
    )
    assert client_for(bob).get(path).json()["items"][0]["attachments"] == [shown]
    events = sync.after(chat.id, 0)
    assert events[-1]["data"]["attachments"] == [shown]
    foreign = client_for(bob).post(path, {**wish, "client_id": str(uuid4())}, content_type="application/json")
    assert foreign.status_code == 404
    letter = {
        "kind": "mail",
        "subject": "Enclosed",
        "to": [str(bob.id)],
        "client_id": str(uuid4()),
        "attachments": [str(sending.arrive(alice, TEXT).pk)],
    }
    answer = client_for(alice).post("/api/v1/conversations", letter, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["last_message"]["attachments"][0]["size"] == len(TEXT)


def test_many_files_cost_no_more_questions(client_for: Signed, alice: User, chat: Conversation) -> None:
    def cost(address: str) -> int:
        client = client_for(alice)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    places = (
        f"/c/{chat.id}/",
        f"/api/v1/conversations/{chat.id}/messages",
        f"/api/v1/conversations/{chat.id}/events",
    )
    send(alice, chat, sending.upload(alice, samples.photo()))
    few = [cost(place) for place in places]
    for number in range(5):
        send(
            alice,
            chat,
            sending.arrive(alice, TEXT + bytes([65 + number])),
            sending.upload(alice, samples.photo()),
        )
    assert [cost(place) for place in places] == few


def test_a_damaged_photo_in_a_message_is_a_row(
    client_for: Signed, alice: User, chat: Conversation, tmp_path: Path
) -> None:
    broken = samples.noise(400, 300)
    file = sending.upload(alice, broken[: len(broken) // 2], name="photo.jpg")
    assert file.state == State.FAILED
    send(alice, chat, file)
    page = client_for(alice).get(f"/c/{chat.id}/").content.decode()
    assert "no preview" in page and "rendition" not in page
    assert body(client_for(alice).get(f"/attachments/{file.pk}/")) == broken[: len(broken) // 2]


def test_everybody_is_told_when_a_file_is_ready(alice: User, bob: User, chat: Conversation) -> None:
    file = sending.arrive(alice, samples.photo(turned=6), name="photo.jpg")
    sent = send(alice, chat, file)
    runner.run_due()
    (event,) = [each for each in sync.after(chat.id, sent.seq) if each["event"] == "message.updated"]
    (shown,) = event["data"]["attachments"]
    assert (shown["state"], shown["renditions"], shown["width"]) == ("ready", ["preview", "thumb"], 200)
    html = render.event(event, "en")
    assert f"/attachments/{file.pk}/?rendition=thumb" in html and f'id="m-{sent.id}"' in html
    assert list(verify.check(chat.id)) == []


def test_deleting_a_message_deletes_its_files(client_for: Signed, alice: User, chat: Conversation) -> None:
    file = sending.upload(alice, samples.photo())
    keys = [file.key, *file.renditions.values_list("key", flat=True)]
    sent = send(alice, chat, file, body="look")
    assert all(local.kept(key).exists() for key in keys)
    deletions.delete(alice, message=sent.id)
    runner.run_due()
    assert not Upload.objects.exists() and not any(local.kept(key).exists() for key in keys)
    refused_everywhere(client_for(alice), file, 404)
    assert list(verify.check(chat.id)) == []


def test_a_forwarded_file_is_there_for_who_gets_it_and_stays_when_the_first_goes(
    client_for: Signed, alice: User, bob: User, carol: User, chat: Conversation, group: Conversation
) -> None:
    file = sending.upload(alice, samples.photo(), name="garden.jpg")
    sent = send(alice, chat, file)
    key = uuid4()
    (copy,) = forwards.forward(bob, messages=[sent.id], conversation=group.id, client_id=key)
    (again,) = forwards.forward(bob, messages=[sent.id], conversation=group.id, client_id=key)
    assert again.duplicate and Upload.objects.count() == 2
    (carried,) = timeline.message(carol, copy.id).files
    deletions.delete(alice, message=sent.id)
    runner.run_due()
    assert client_for(carol).get(f"/attachments/{carried.pk}/?rendition=thumb").status_code == 200
    assert client_for(carol).get(f"/attachments/{file.pk}/").status_code == 404


def test_an_edit_may_take_the_words_of_a_message_with_files(alice: User, chat: Conversation) -> None:
    sent = send(alice, chat, sending.upload(alice, samples.photo()), body="look")
    assert edits.edit(alice, message=sent.id, body="").body == ""
    with pytest.raises(Invalid):
        edits.edit(alice, message=send(alice, chat, body="words").id, body="")


def test_a_first_letter_brings_files_without_a_script(client_for: Signed, alice: User, bob: User) -> None:
    client, client_id = client_for(alice), str(uuid4())
    letter = {"kind": "mail", "subject": "Lease", "body": "", "client_id": client_id}
    searched = client.post(
        "/c/new/", {**letter, "q_to": "bob", "find": "1", "file": SimpleUploadedFile("a.txt", TEXT)}
    )
    row = Upload.objects.get()
    kept = f'name="attachments" value="{row.pk}" checked'
    assert searched.status_code == 200 and kept in searched.content.decode(), "a search loses no file"
    refused = client.post("/c/new/", {**letter, "to": "", "attachments": [str(row.pk)]})
    assert refused.status_code == 422 and kept in refused.content.decode()
    whole = {**letter, "to": "bob", "attachments": [str(row.pk)]}
    more = {**whole, "file": SimpleUploadedFile("b.txt", b"peas")}
    assert client.post("/c/new/", more).status_code == 303
    message = Message.objects.get()
    assert [file.upload.name for file in timeline.message(bob, message.pk).files] == ["a.txt", "b.txt"]
    more["file"].seek(0)
    assert client.post("/c/new/", more).status_code == 303
    assert (Upload.objects.count(), Message.objects.count()) == (2, 1), "sent again, it brings nothing more"
    empty = client.post(
        "/c/new/", {**letter, "client_id": str(uuid4()), "file": SimpleUploadedFile("c.txt", b"")}
    )
    assert (empty.status_code, "c.txt is empty." in empty.content.decode()) == (422, True)


def test_a_first_letter_takes_nobody_elses_files(client_for: Signed, alice: User, bob: User) -> None:
    foreign = sending.arrive(bob, TEXT, name="secret.txt")
    letter = {
        "kind": "mail",
        "subject": "s",
        "to": "bob",
        "body": "x",
        "attachments": [str(foreign.pk), "no-id"],
    }
    for named in ([str(foreign.pk)], ["no-id"], [str(uuid4()) for _ in range(11)]):
        answer = client_for(alice).post(
            "/c/new/", {**letter, "client_id": str(uuid4()), "attachments": named}
        )
        assert answer.status_code == 422 and "secret.txt" not in answer.content.decode()
    assert not Conversation.objects.exists()
