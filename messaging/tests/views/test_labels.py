"""Labels and choosing several, by the pages."""

from uuid import uuid4

import pytest

from messaging.models import Label
from messaging.operations import conversations, labels
from messaging.queries import inbox as inbox_of

JSON = {"Accept": "application/json"}


def test_labels_are_made_changed_and_deleted_on_their_page(as_alice, as_bob, alice):
    assert as_alice.post("/labels/", {"name": "Taxes", "colour": "plum"}).status_code == 303
    refused = as_alice.post("/labels/", {"name": "taxes", "colour": "plum"})
    assert refused.status_code == 422 and b"You have a label of this name." in refused.content
    row = Label.objects.get()
    assert as_alice.post(f"/labels/{row.id}/", {"name": "Home", "colour": "green"}).status_code == 303
    assert b"Home" in as_alice.get("/labels/").content
    for path in ("", "delete/"):
        assert as_bob.post(f"/labels/{row.id}/{path}", {"name": "x"}).status_code == 404
    assert as_alice.post(f"/labels/{row.id}/delete/").status_code == 303
    assert not Label.objects.exists()


def test_a_label_goes_on_from_the_menu_and_filters_the_list(as_alice, alice, bob, chat, say):
    say(bob, chat)
    label = labels.create(alice, name="Garden")
    told = as_alice.post(f"/c/{chat.id}/labels/", {"label": str(label.id)}, headers=JSON).json()
    assert told["words"] == "Labelled garden." or "Garden" in told["words"]
    page = as_alice.get(f"/inbox/?filter=label:{label.id}").content.decode()
    assert f"row-{chat.id}" in page and "Garden" in page
    as_alice.post(f"/c/{chat.id}/labels/", {"off": str(label.id)}, headers=JSON)
    assert "Nothing carries this label" in as_alice.get(f"/inbox/?filter=label:{label.id}").content.decode()


def test_several_are_chosen_and_done_without_a_script(as_alice, as_dave, alice, bob, chat, group, say):
    say(bob, chat)
    page = as_alice.get("/inbox/?filter=all&choose=1").content.decode()
    assert page.count('name="conversation"') == 2
    form = {"conversation": [str(chat.id), str(group.id)], "do": "done"}
    assert as_dave.post("/inbox/bulk/", form).status_code == 404
    told = as_alice.post("/inbox/bulk/", form, follow=True)
    assert b"2 conversations done." in told.content
    assert not inbox_of.page(alice).items
    as_alice.post(told.request["PATH_INFO"])
    assert len(inbox_of.page(alice).items) == 2


def test_as_many_are_there_to_choose_from_as_can_be_chosen(as_alice, alice, bob):
    for number in range(35):
        conversations.start_group(alice, title=f"Group {number}", members=[bob], client_id=uuid4())
    assert as_alice.get("/inbox/?filter=all&choose=1").content.decode().count('name="conversation"') == 35


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "done"},
        {"conversation": "x", "do": "done"},
        {"conversation": str(uuid4()), "do": "explode"},
    ],
)
def test_what_cannot_be_done_is_refused(as_alice, form):
    assert as_alice.post("/inbox/bulk/", form, headers=JSON).status_code == 422
