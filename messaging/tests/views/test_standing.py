"""The pages around the inbox's own states, with a script and without one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from messaging.operations import standing
from messaging.queries import inbox as inbox_of

PARTIAL = {"HX-Request": "true", "HX-Target": "list"}
JSON = {"Accept": "application/json"}


def rows(answer):
    return re.findall(r'id="row-([0-9a-f-]{36})"', answer.content.decode())


def test_done_without_a_script_says_so_and_offers_the_way_back(as_alice, bob, chat, say):
    say(bob, chat)
    assert rows(as_alice.get("/inbox/?filter=all")) == [str(chat.id)]
    told = as_alice.post(f"/c/{chat.id}/done/", follow=True)
    assert told.status_code == 200 and b"Done." in told.content and b">Undo</button>" in told.content
    assert rows(as_alice.get("/inbox/?filter=all")) == []
    assert b"Your desk is clear" in as_alice.get("/inbox/?filter=all").content
    assert rows(as_alice.get("/inbox/?filter=done")) == [str(chat.id)]
    undone = as_alice.post(told.request["PATH_INFO"])
    assert b"Undone" in undone.content
    assert as_alice.post(told.request["PATH_INFO"]).status_code == 409
    assert rows(as_alice.get("/inbox/?filter=all")) == [str(chat.id)]


def test_a_script_gets_the_words_and_the_way_back(as_alice, alice, bob, chat, say):
    say(bob, chat)
    until = (timezone.now() + timedelta(days=1)).isoformat()
    told = as_alice.post(f"/c/{chat.id}/snooze/", {"until": until}, headers=JSON).json()
    assert (told["words"], told["conversations"], told["away"]) == ("Snoozed.", [str(chat.id)], True)
    assert not inbox_of.page(alice).items
    assert as_alice.post(told["undo"], headers=JSON).json()["words"] == "Undone."
    assert inbox_of.page(alice).items


@pytest.mark.parametrize("path", ["done", "pin", "mute", "snooze"])
def test_a_stranger_gets_404_and_a_visitor_the_sign_in_page(as_dave, client, chat, path):
    assert as_dave.post(f"/c/{chat.id}/{path}/", {"until": "2100-01-01T00:00"}).status_code == 404
    assert "/accounts/login/" in client.post(f"/c/{chat.id}/{path}/").headers["Location"]
    assert as_dave.get(f"/c/{chat.id}/{path}/").status_code == 405


def test_undoing_what_is_somebody_elses_is_404(as_bob, alice, bob, chat):
    change = standing.done(alice, conversations=[chat.id])
    assert as_bob.get(f"/inbox/undo/{change.id}/").status_code == 404
    assert as_bob.post(f"/inbox/undo/{change.id}/").status_code == 404
    assert as_bob.post(f"/inbox/undo/{uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("snooze", {"until": "yesterday"}),
        ("snooze", {"until": "1999-01-01T00:00"}),
        ("snooze", {"until": "9999-12-31T23:59:59.9+14:00"}),
        ("snooze", {}),
        ("mute", {"for": "a while"}),
    ],
)
def test_a_time_that_is_none_is_refused(as_alice, alice, bob, chat, say, path, data):
    say(bob, chat)
    assert as_alice.post(f"/c/{chat.id}/{path}/", data, headers=JSON).status_code == 422
    assert inbox_of.page(alice).items


def test_the_menu_offers_what_can_be_done_and_shows_what_was(as_alice, alice, bob, chat, say):
    say(bob, chat)
    page = as_alice.get(f"/c/{chat.id}/").content.decode()
    assert "Pin on top" in page and "Tomorrow morning" in page and "Mute for 8 hours" in page
    for path in ("pin", "mute"):
        as_alice.post(f"/c/{chat.id}/{path}/")
    page = as_alice.get(f"/c/{chat.id}/").content.decode()
    assert "Unpin" in page and "Unmute" in page
    row = as_alice.get("/inbox/").content.decode()
    assert "data-pinned" in row and "#bell-off" in row


def test_the_chosen_filter_is_there_on_the_next_device(client_for, as_alice, alice, chat):
    second = client_for(alice)
    assert 'data-filter="all" hx-boost' in second.get("/inbox/").content.decode()
    as_alice.get("/inbox/?filter=mail", headers=PARTIAL)
    assert 'data-filter="mail" hx-boost' in client_for(alice).get("/inbox/").content.decode()
    as_alice.get("/inbox/?filter=chats", headers={**PARTIAL, "HX-Target": "rows"})
    assert User.objects.get(pk=alice.pk).settings["inbox"]["filter"] == "mail", (
        "a page that looks by itself chose nothing"
    )
    assert as_alice.get("/inbox/?filter=nonsense").status_code == 422
    assert as_alice.get(f"/inbox/?filter=label:{uuid4()}").status_code == 422


def test_one_row_tells_whether_the_filter_shows_it_and_what_waits(as_alice, bob, chat, say):
    say(bob, chat)
    shown = as_alice.get(f"/c/{chat.id}/row/?filter=unread").content.decode()
    assert "data-elsewhere" not in shown and 'data-unread-total="1"' in shown
    assert "data-elsewhere" in as_alice.get(f"/c/{chat.id}/row/?filter=mail").content.decode()
    assert as_alice.get(f"/c/{chat.id}/row/?filter=nonsense").status_code == 422


def test_every_filter_has_words_for_when_it_is_empty(as_alice):
    texts = {
        name: as_alice.get(f"/inbox/?filter={name}").content.decode() for name in ("read", "snoozed", "done")
    }
    assert "Nothing read yet" in texts["read"]
    assert "Nothing snoozed" in texts["snoozed"]
    assert "Nothing done yet" in texts["done"]
