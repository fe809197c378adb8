"""A copy of one's own data: what is in it, who gets it, and that it survives what breaks."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import exports
from accounts.archive import parts
from accounts.models import Export, User
from accounts.operations import blocks, contacts
from accounts.operations import exports as operations
from accounts.tests.flows import prove
from chatify.jobs import registry, runner
from chatify.jobs.models import Job
from chatify.lib import ids
from chatify.lib.errors import TooMany
from media.tests import samples, sending
from messaging.archive import conversations as pieces
from messaging.models import Message
from messaging.operations import conversations, deletions, hiding, members, messages, reports

pytestmark = pytest.mark.django_db
DATA = "/settings/data/"


def say(sender: User, conversation: Any, body: str) -> Any:
    return messages.send(sender, conversation=conversation.id, body=body, client_id=ids.uuid7())


@pytest.fixture
def group(alice: User, bob: User, carol: User) -> Any:
    contacts.introduce([alice, carol])
    row = conversations.start_group(alice, title="Boats <b>", members=[bob], client_id=ids.uuid7())
    say(alice, row, "before carol")
    members.add(alice, conversation=row.id, users=[carol])
    say(bob, row, "after carol, with <script>alert(1)</script>")
    return row


def made(user: User) -> zipfile.ZipFile:
    """The zip of a copy that was just asked for and made."""
    row = operations.ask(user)
    while Export.objects.get(pk=row.pk).state == Export.State.MAKING:
        assert Job.objects.filter(done_at=None, failed_at=None, attempts=0).exists()
        runner.run_due()
    return zipfile.ZipFile(exports.file_of(row.pk))


def one_turn(row: Export) -> None:
    """One piece of work, then others have theirs."""
    with pytest.raises(registry.Again):
        operations.make({"export": str(row.pk)})


def read(zipped: zipfile.ZipFile, name: str) -> Any:
    return json.loads(zipped.read(name))


def everything(zipped: zipfile.ZipFile) -> str:
    return "\n".join(zipped.read(name).decode() for name in zipped.namelist())


def listed(client: Client, path: str) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = client.get(f"/api/v1{path}", {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page.get("next")
        if not cursor:
            return found


def test_its_counts_are_those_of_the_api(
    group: Any, alice: User, bob: User, carol: User, dave: User, client_for: Callable[[User], Client]
) -> None:
    say(bob, conversations.start_direct(carol, other=bob), "hello")
    conversations.start_mail(carol, subject="Lease", to=[alice], cc=[], body="signed", client_id=ids.uuid7())
    contacts.accept(bob, request=contacts.ask(carol, other=bob).id)
    contacts.ask(dave, other=carol, note="it is me")
    blocks.block(carol, other=alice)
    reports.report(carol, user=alice.id, reason="spam")
    client = client_for(carol)
    zipped = made(carol)
    counts = read(zipped, "manifest.json")["counts"]
    rows = listed(client, "/conversations")
    said = sum(len(listed(client, f"/conversations/{row['id']}/messages")) for row in rows)
    told = {
        name: len(listed(client, path))
        for name, path in (("contacts", "/contacts"), ("blocks", "/blocks"), ("reports", "/reports"))
    }
    told["sessions"] = len(client.get("/api/v1/sessions").json()["items"])
    told["contact_requests"] = sum(
        len(listed(client, f"/contacts/requests?direction={way}")) for way in ("in", "out")
    )
    assert counts == {"conversations": 3, "messages": said, **told} and said == 3
    assert told == {"contacts": 1, "blocks": 1, "reports": 1, "sessions": 1, "contact_requests": 2}


def test_it_holds_what_the_person_may_read_and_nothing_else(
    group: Any, alice: User, bob: User, carol: User
) -> None:
    say(alice, conversations.start_direct(alice, other=bob), "not for carol")
    gone = say(bob, group, "thought better of it")
    Message.objects.filter(pk=gone.id).update(deleted_at=timezone.now())
    whole = everything(made(carol))
    assert "after carol" in whole and "This message was deleted." in whole
    for secret in ("before carol", "not for carol", "thought better of it", "bob@example.test"):
        assert secret not in whole
    hiding.hide(carol, messages=[say(bob, group, "hidden by me").id])
    blocks.block(carol, other=bob)
    say(bob, conversations.start_direct(carol, other=bob), "to who blocked me")
    whole = everything(made(carol))
    assert "hidden by me" not in whole and "to who blocked me" not in whole
    assert "to who blocked me" in everything(made(bob))
    members.remove(alice, conversation=group.id, user=carol)
    assert "after carol" not in everything(made(carol))
    assert "before carol" in everything(made(alice))


def test_it_opens_by_itself(group: Any, carol: User) -> None:
    zipped = made(carol)
    assert {"index.html", "style.css", "search.js", "manifest.json"} <= set(zipped.namelist())
    page = zipped.read("conversations/0001/page-1.html").decode()
    assert "Boats &lt;b&gt;" in page and "<script>" not in page and "added" in page
    assert 'href="../../style.css"' in page and "//" not in page.replace("https://", "")
    assert read(zipped, "conversations/0001/messages-1.json")[0]["body"].startswith("after carol")
    assert zipped.read("search/0001-1.js").decode().startswith("chatify([")
    assert zipped.testzip() is None


def test_a_long_conversation_is_read_in_pieces(group: Any, bob: User, carol: User, monkeypatch: Any) -> None:
    for number in range(9):
        say(bob, group, f"line {number}")
    monkeypatch.setattr(pieces, "PIECE", 5)
    monkeypatch.setattr(pieces, "AT_A_TIME", 5)
    zipped = made(carol)
    found = [
        each["number"] for page in (1, 2) for each in read(zipped, f"conversations/0001/messages-{page}.json")
    ]
    assert found == list(range(2, 12))
    facts = read(zipped, "conversations/0001/conversation.json")
    assert facts["messages"] == 10 == read(zipped, "manifest.json")["counts"]["messages"]


def test_the_questions_to_the_database_do_not_grow_with_what_was_said(
    group: Any, bob: User, carol: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        say(bob, group, f"line {number}")
    with django_assert_max_num_queries(45):
        operations.write_whole(carol, Path(exports.file_of(ids.uuid7())))


def test_a_worker_that_dies_costs_one_piece_and_makes_one_file(
    group: Any, bob: User, carol: User, monkeypatch: Any
) -> None:
    for number in range(9):
        say(bob, group, f"line {number}")
    monkeypatch.setattr(pieces, "PIECE", 3)
    monkeypatch.setattr(pieces, "AT_A_TIME", 3)
    monkeypatch.setattr(operations, "AT_A_TIME", 600.0)  # one turn for all, however busy the machine is
    row = operations.ask(carol)
    written = parts.write_next
    calls: list[Any] = []

    def dying(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt  # nothing is put back: it looks as after a kill
        return written(*args)

    monkeypatch.setattr(parts, "write_next", dying)
    with pytest.raises(KeyboardInterrupt):
        operations.make({"export": str(row.id)})
    half = Export.objects.get(pk=row.pk)
    assert half.turn == 3 and 0 < half.percent < 100
    operations.make({"export": str(row.id)})
    ready = Export.objects.get(pk=row.pk)
    zipped = zipfile.ZipFile(exports.file_of(row.pk))
    assert ready.state == Export.State.READY and ready.counts["messages"] == 10
    assert sorted(zipped.namelist()) == sorted(set(zipped.namelist()))
    operations.make({"export": str(row.id)})  # once more, late
    assert not exports.work_of(row.pk).exists()


def test_whoever_leaves_meanwhile_takes_nothing_of_it_along(
    group: Any, alice: User, bob: User, carol: User, monkeypatch: Any
) -> None:
    say(bob, conversations.start_direct(carol, other=bob), "hello")
    for number in range(9):
        say(bob, group, f"line {number}")
    monkeypatch.setattr(pieces, "PIECE", 3)
    monkeypatch.setattr(pieces, "AT_A_TIME", 3)
    monkeypatch.setattr(operations, "AT_A_TIME", -1.0)
    row = operations.ask(carol)
    for _ in range(3):
        one_turn(row)
    assert "in" in Export.objects.get(pk=row.pk).place["place"]
    members.remove(alice, conversation=group.id, user=carol)
    while Export.objects.get(pk=row.pk).state == Export.State.MAKING:
        runner.run_due()
    zipped = zipfile.ZipFile(exports.file_of(row.pk))
    assert "after carol" not in everything(zipped) and "hello" in everything(zipped)
    assert read(zipped, "manifest.json")["counts"]["messages"] == 1


def test_the_file_is_there_for_its_owner_alone(
    group: Any, alice: User, carol: User, client_for: Callable[[User], Client]
) -> None:
    client = client_for(carol)
    assert "/accounts/reauthenticate/" in client.post(DATA)["Location"]
    assert not Export.objects.exists()
    prove(client)
    assert client.post(DATA)["Location"] == DATA
    assert b"being made" in client.get(DATA).content
    runner.run_due()
    page = client.get(DATA).content.decode()
    row = Export.objects.get()
    path = f"{DATA}{row.id}/"
    assert path in page and "1 conversation and 1 message," in page
    answer = client.get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''chatify-carol-")
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Cache-Control"] == "private, no-store"
    whole = io.BytesIO(b"".join(answer))
    assert zipfile.ZipFile(whole).testzip() is None
    assert exports.file_of(row.id).stat().st_mode & 0o777 == 0o600
    other = client_for(alice)
    assert other.get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert other.post(f"{path}drop/").status_code == 302 and Export.objects.exists()
    assert "/accounts/reauthenticate/" in client_for(carol).get(path)["Location"]
    assert [each.to for each in outbox.outbox] == [["carol@example.test"]]


def test_after_a_week_it_is_gone(carol: User, client_for: Callable[[User], Client]) -> None:
    made(carol)
    row = Export.objects.get()
    client = client_for(carol)
    prove(client)
    assert client.get(f"{DATA}{row.id}/").status_code == 200
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{DATA}{row.id}/").status_code == 404
    assert b"Make a copy" in client.get(DATA).content
    operations.sweep()
    assert not exports.file_of(row.id).exists() and not Export.objects.exists()


def test_it_can_be_stopped_and_deleted(
    group: Any, carol: User, client_for: Callable[[User], Client], monkeypatch: Any
) -> None:
    monkeypatch.setattr(operations, "AT_A_TIME", -1.0)
    client, row = client_for(carol), operations.ask(carol)
    one_turn(row)
    assert exports.work_of(row.id).exists()
    client.post(f"{DATA}{row.id}/drop/")
    runner.run_due()
    assert not exports.work_of(row.id).exists() and not exports.file_of(row.id).exists()
    assert Job.objects.filter(done_at=None).count() == 0


def test_what_is_never_finished_is_given_up(carol: User, client_for: Callable[[User], Client]) -> None:
    operations.ask(carol)
    Export.objects.update(created_at=timezone.now() - timedelta(days=3))
    operations.sweep()
    assert b"could not be made" in client_for(carol).get(DATA).content
    assert operations.ask(carol).state == Export.State.MAKING


def test_one_is_made_at_a_time_and_one_a_day(
    carol: User, client_for: Callable[[User], Client], settings: Any
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "export": (1, 86_400)}
    first = operations.ask(carol)
    assert operations.ask(carol).id == first.id
    operations.drop(carol, first.id)
    with pytest.raises(TooMany):
        operations.ask(carol)
    client = client_for(carol)
    prove(client)
    answer = client.post(DATA)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 3600
    assert b"one copy a day" in answer.content


def test_the_files_of_messages_come_along(
    group: Any, alice: User, carol: User, client_for: Callable[[User], Client]
) -> None:
    photo = sending.upload(alice, samples.photo(80, 40), name="garden.jpg")
    script = sending.upload(alice, b"<script>alert(1)</script>", name="a.html", type="text/html")
    gone = sending.upload(alice, b"a secret of a file", name="gone.txt", type="text/plain")
    for body, *files in (("look", photo, script), ("not this", gone)):
        said = messages.send(
            alice,
            conversation=group.id,
            body=body,
            client_id=ids.uuid7(),
            attachments=[each.pk for each in files],
        )
    deletions.delete(alice, message=said.id)
    zipped = made(carol)
    home = "conversations/0001"
    (first,) = [each for each in read(zipped, f"{home}/messages-1.json") if each["body"] == "look"]
    assert [each["name"] for each in first["attachments"]] == ["garden.jpg", "a.html"]
    found = {name: zipped.read(name) for name in zipped.namelist() if "/files/" in name}
    assert set(found) == {f"{home}/files/{photo.pk}.jpg", f"{home}/files/{script.pk}.html.txt"}
    answer = client_for(carol).get(f"/attachments/{photo.pk}/")
    assert found[f"{home}/files/{photo.pk}.jpg"] == b"".join(answer)
    assert read(zipped, "manifest.json")["counts"]["files"] == 2
    page = zipped.read(f"{home}/page-1.html").decode()
    assert f'src="files/{photo.pk}.jpg"' in page and "gone.txt" not in everything_said(zipped)


def everything_said(zipped: zipfile.ZipFile) -> str:
    names = [name for name in zipped.namelist() if name.endswith((".json", ".html", ".js", ".txt"))]
    return "\n".join(zipped.read(name).decode() for name in names)


def test_an_operator_writes_the_same(group: Any, carol: User, tmp_path: Any) -> None:
    out = io.StringIO()
    call_command("export_user", "carol", to=tmp_path / "new", stdout=out)
    (found,) = (tmp_path / "new").iterdir()
    assert "1 messages, 1 conversations" in out.getvalue()
    assert "after carol" in everything(zipfile.ZipFile(found))
