"""Sending later by the pages."""

from uuid import uuid4

from django.utils import timezone

from media.tests import sending
from messaging.models import Message, Scheduled

JSON = {"Accept": "application/json"}


def hold(client, chat, **more):
    form = {"body": "See you then", "client_id": str(uuid4()), "send_at": "2099-01-31T08:00", **more}
    return client.post(f"/c/{chat.id}/messages/", form, headers=more.pop("headers", {}))


def test_the_form_holds_shows_and_gives_back(as_alice, as_bob, chat):
    assert hold(as_alice, chat).status_code == 303
    page = as_alice.get(f"/c/{chat.id}/").content.decode()
    assert "See you then" in page and "Take back" in page
    assert "See you then" not in as_bob.get(f"/c/{chat.id}/").content.decode()
    assert "See you then" in as_alice.get("/scheduled/").content.decode()
    row = Scheduled.objects.get()
    assert as_bob.post(f"/scheduled/{row.id}/cancel/").status_code == 404
    told = as_alice.post(f"/scheduled/{row.id}/cancel/", headers=JSON).json()
    assert (told["words"], told["body"]) == ("Taken back.", "See you then")
    assert "Nothing is waiting" in as_alice.get("/scheduled/").content.decode()


def test_a_script_hears_until_when_it_is_held(as_alice, chat):
    form = {"body": "x", "client_id": str(uuid4()), "send_at": "own", "own_at": "2099-01-31T08:00"}
    told = as_alice.post(f"/c/{chat.id}/messages/", form, headers=JSON).json()
    assert told["seq"] is None and told["held_until"].startswith("2099-01-3")


def test_a_time_that_is_none_keeps_what_was_typed(as_alice, chat):
    for wrong in ({"send_at": "own", "own_at": ""}, {"send_at": "2001-01-01T00:00"}, {"send_at": "soon"}):
        refused = hold(as_alice, chat, **wrong)
        assert refused.status_code == 422 and b"See you then" in refused.content
    assert not Scheduled.objects.exists() and not Message.objects.exists()


def test_it_can_be_changed_and_sent_now(as_alice, as_bob, chat):
    hold(as_alice, chat)
    row = Scheduled.objects.get()
    assert b"See you then" in as_alice.get(f"/scheduled/{row.id}/").content
    assert as_alice.post(f"/scheduled/{row.id}/", {"body": "", "send_at": ""}).status_code == 422
    changed = as_alice.post(f"/scheduled/{row.id}/", {"body": "Other words", "send_at": "2098-05-01T09:30"})
    assert changed.status_code == 303
    row.refresh_from_db()
    assert row.body == "Other words" and timezone.localtime(row.due_at).hour == 9
    assert as_bob.post(f"/scheduled/{row.id}/send/").status_code == 404
    as_alice.post(f"/scheduled/{row.id}/send/")
    assert "Other words" in as_bob.get(f"/c/{chat.id}/").content.decode()


def test_the_settings_page_keeps_how_long_a_send_can_be_undone(as_alice, alice, chat):
    assert as_alice.post("/settings/sending/", {"undo": "31", "late": "ask"}).status_code == 422
    assert as_alice.post("/settings/sending/", {"undo": "10", "late": "ask"}).status_code == 303
    assert b'value="10" selected' in as_alice.get("/settings/sending/").content
    form = {"body": "Wait a moment", "client_id": str(uuid4())}
    assert as_alice.post(f"/c/{chat.id}/messages/", form, headers=JSON).json()["held_until"]
    assert "Being sent" in as_alice.get(f"/c/{chat.id}/").content.decode()


def test_files_that_were_taken_back_can_be_sent_again(as_alice, alice, chat):
    note = str(sending.arrive(alice, b"water the beans\n", name="note.txt").pk)
    assert hold(as_alice, chat, attachments=note).status_code == 303
    told = as_alice.post(f"/scheduled/{Scheduled.objects.get().id}/cancel/", headers=JSON).json()
    assert told["attachments"] == [note]
    form = {"body": "", "client_id": str(uuid4()), "attachments": note}
    assert as_alice.post(f"/c/{chat.id}/messages/", form, headers=JSON).status_code == 201


LETTER = {"kind": "mail", "to": "bob", "subject": "Plums", "body": "They are ripe"}


def test_a_first_letter_waits_and_goes_back_into_its_form(as_alice, as_bob, chat):
    form = {
        **LETTER,
        "cc": "carol",
        "client_id": str(uuid4()),
        "send_at": "own",
        "own_at": "2099-01-31T08:00",
    }
    sent = as_alice.post("/c/new/", form)
    assert sent.status_code == 303
    page = as_alice.get(sent["Location"]).content.decode()
    assert "They are ripe" in page and "Take back" in page and "Bob" in page and "Carol" in page
    assert as_bob.get(sent["Location"]).status_code == 404
    assert "They are ripe" not in as_bob.get("/inbox/").content.decode()
    assert "New letter to" in as_alice.get("/scheduled/").content.decode()
    assert "Not sent yet" in as_alice.get("/inbox/").content.decode()
    row = Scheduled.objects.get()
    back = as_alice.post(f"/scheduled/{row.id}/cancel/")
    assert back["Location"] == f"/c/new/?kind=mail&again={row.id}"
    again = as_alice.get(back["Location"]).content.decode()
    assert all(word in again for word in ('value="Plums"', "They are ripe", 'value="bob"', 'value="carol"'))
    assert as_bob.get(back["Location"]).status_code == 404
    assert as_alice.get(sent["Location"]).status_code == 404
    assert as_alice.post("/c/new/", form).status_code == 409
    assert not Message.objects.exists()


def test_a_script_is_told_where_the_letter_is_written_anew(as_alice, chat):
    as_alice.post("/c/new/", {**LETTER, "client_id": str(uuid4()), "send_at": "2099-01-31T08:00"})
    row = Scheduled.objects.get()
    told = as_alice.post(f"/scheduled/{row.id}/cancel/", headers=JSON).json()
    assert told["to"] == f"/c/new/?kind=mail&again={row.id}" and "body" not in told


def test_a_time_that_is_none_keeps_the_letter(as_alice, chat):
    for wrong in ({"send_at": "own", "own_at": ""}, {"send_at": "2001-01-01T00:00"}):
        refused = as_alice.post("/c/new/", {**LETTER, "client_id": str(uuid4()), **wrong})
        assert refused.status_code == 422 and b"They are ripe" in refused.content
    assert not Scheduled.objects.exists()
