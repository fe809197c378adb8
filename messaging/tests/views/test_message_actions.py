"""What is done to messages on pages, with forms alone: who may, where one comes out, what is said when it cannot be."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from messaging.models import Conversation, HiddenMessage, Message, Reaction, Star
from messaging.operations import conversations, deletions, edits, inbox, members, messages, pins
from messaging.queries import access, counts

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
ClientFor = Callable[[User | None], Client]


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Alice owns it, Bob and Carol are members."""
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def told(group: Conversation, alice: User) -> Message:
    sent = messages.send(alice, conversation=group.id, body="the tap drips", client_id=uuid4())
    return Message.objects.get(pk=sent.id)


def say(sender: User, group: Conversation, body: str, **more: Any) -> Message:
    sent = messages.send(sender, conversation=group.id, body=body, client_id=uuid4(), **more)
    return Message.objects.get(pk=sent.id)


FORMS: list[tuple[str, dict[str, str]]] = [
    ("edit", {"body": "the tap is in"}),
    ("delete", {"for": "me"}),
    ("delete", {"for": "everyone"}),
    ("restore", {}),
    ("react", {"emoji": "👍"}),
    ("star", {"on": "1"}),
    ("pin", {"on": "1"}),
    ("unread", {}),
]


@pytest.mark.parametrize(("verb", "fields"), FORMS, ids=[f"{verb} {fields}" for verb, fields in FORMS])
def test_every_form_is_for_members_only(
    verb: str,
    fields: dict[str, str],
    told: Message,
    group: Conversation,
    client_for: ClientFor,
    alice: User,
    carol: User,
    dave: User,
) -> None:
    address = f"/m/{told.id}/{verb}/"
    assert client_for(dave).post(address, fields).status_code == 404
    assert Client().post(address, fields, follow=False).headers["Location"].startswith("/accounts/login/")
    members.remove(alice, conversation=group.id, user=carol)
    assert client_for(carol).post(address, fields).status_code == 404
    assert client_for(alice).post(address, fields).status_code == 303
    assert client_for(alice).get(address).status_code in (200, 405)


@pytest.mark.parametrize("path", ["/m/{m}/", "/m/{m}/history/", "/m/{m}/edit/", "/forward/?message={m}"])
def test_pages_of_a_message_are_for_members_only(
    path: str, told: Message, client_for: ClientFor, bob: User, dave: User
) -> None:
    assert client_for(bob).get(path.format(m=told.id)).status_code == 200
    assert client_for(dave).get(path.format(m=told.id)).status_code == 404


def test_after_a_form_one_is_back_at_the_message(told: Message, client_for: ClientFor, bob: User) -> None:
    place = f"/c/{told.conversation_id}/?at=1#m-{told.id}"
    answer = client_for(bob).post(f"/m/{told.id}/react/", {"emoji": "👍"})
    assert (answer.status_code, answer["Location"]) == (303, place)
    assert Reaction.objects.get().user == bob
    client_for(bob).post(f"/m/{told.id}/react/", {"emoji": "👍"})
    assert not Reaction.objects.exists(), "the same button takes it back"


def test_an_emoji_in_the_timeline_is_a_button_without_a_script(
    told: Message, group: Conversation, client_for: ClientFor, bob: User, dave: User
) -> None:
    client_for(bob).post(f"/m/{told.id}/react/", {"emoji": "👍"})
    page = client_for(bob).get(f"/c/{group.id}/").content.decode()
    assert f'form="press" name="reaction" value="{told.id} 👍"' in page
    assert f'<form class="hidden-form" id="press" action="/c/{group.id}/react/"' in page
    client_for(bob).post(f"/c/{group.id}/react/", {"reaction": f"{told.id} 👍"})
    assert not Reaction.objects.exists()
    assert client_for(dave).post(f"/c/{group.id}/react/", {"reaction": f"{told.id} 👍"}).status_code == 404
    assert client_for(bob).post(f"/c/{group.id}/react/", {"reaction": "nonsense"}).status_code == 404


@pytest.mark.parametrize(
    ("verb", "fields", "status", "words"),
    [
        ("react", {"emoji": "<img>"}, 422, "Choose one emoji."),
        ("react", {}, 422, "Choose one emoji."),
        ("edit", {"body": "mine now"}, 403, "Only the person who wrote a message can change it."),
        ("pin", {"on": "1"}, 403, "Only owners and admins pin messages in this group."),
        ("delete", {"for": "everyone"}, 403, "or who runs the group, can delete it."),
    ],
)
def test_what_cannot_be_is_said_on_the_page(
    verb: str,
    fields: dict[str, str],
    status: int,
    words: str,
    told: Message,
    client_for: ClientFor,
    bob: User,
) -> None:
    answer = client_for(bob).post(f"/m/{told.id}/{verb}/", fields)
    assert answer.status_code == status
    assert words in answer.content.decode()
    answer = client_for(bob).post(f"/m/{told.id}/{verb}/", fields, **JSON)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_an_edit_that_cannot_be_kept_keeps_what_was_typed(
    told: Message, client_for: ClientFor, alice: User
) -> None:
    answer = client_for(alice).post(f"/m/{told.id}/edit/", {"body": "x" * 8001})
    assert answer.status_code == 422
    assert "x" * 8001 in answer.content.decode()
    assert "too long" in answer.content.decode()


def test_earlier_versions_show_what_was_changed(
    told: Message, group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    inbox.mark_read(bob.id, conversation=group.id, number=1)
    edits.edit(alice, message=told.id, body="the <b>pump</b> drips")
    page = client_for(bob).get(f"/m/{told.id}/history/").content.decode()
    assert "the <del>tap</del><ins>&lt;b&gt;pump&lt;/b&gt;</ins> drips" in page
    assert "You had read this version" in page
    shown = client_for(bob).get(f"/c/{group.id}/").content.decode()
    assert " reread" in shown
    assert f'href="/m/{told.id}/history/"' in shown
    assert " reread" not in client_for(alice).get(f"/c/{group.id}/").content.decode()


def test_nothing_of_a_deleted_message_is_on_any_page(
    group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    secret = say(alice, group, "the secret tap")
    edits.edit(alice, message=secret.id, body="the secret pump")
    pins.pin(alice, message=secret.id)
    say(bob, group, "an answer", reply_to=secret.id)
    pages = [
        f"/c/{group.id}/",
        f"/m/{secret.id}/",
        f"/m/{secret.id}/history/",
        f"/c/{group.id}/details/",
        "/inbox/",
    ]
    pages += [f"/m/{secret.id}/edit/", "/starred/"]
    client_for(bob).post(f"/m/{secret.id}/star/", {"on": "1"})
    reader = client_for(bob)
    assert sum("secret" in reader.get(page).content.decode() for page in pages) >= 6
    deletions.delete(alice, message=secret.id)
    assert not any("secret" in reader.get(page).content.decode() for page in pages)


def test_what_i_delete_for_myself_comes_back_by_the_form_below(
    told: Message, group: Conversation, client_for: ClientFor, bob: User
) -> None:
    browser = client_for(bob)
    browser.post(f"/m/{told.id}/delete/", {"for": "me"})
    page = browser.get(f"/c/{group.id}/").content.decode()
    assert "the tap drips" not in page
    assert "Deleted for you." in page
    assert f'<input type="hidden" name="message" value="{told.id}">' in page
    assert "Deleted for you." not in browser.get(f"/c/{group.id}/").content.decode(), "offered once"
    browser.post(f"/c/{group.id}/selected/", {"message": str(told.id), "do": "restore"})
    assert "the tap drips" in browser.get(f"/c/{group.id}/").content.decode()


def test_several_are_chosen_and_starred_hidden_copied_and_sent_on(
    group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    rows = [say(alice, group, text) for text in ("one", "two", "three")]
    browser = client_for(bob)
    page = browser.get(f"/c/{group.id}/?at=2&select={rows[1].id}").content.decode()
    assert page.count('form="selection"') == 3
    assert page.count('form="selection" checked') == 1
    chosen = [str(row.id) for row in rows[:2]]
    address = f"/c/{group.id}/selected/"
    assert browser.post(address, {"message": chosen, "do": "star"}).status_code == 303
    assert Star.objects.filter(user=bob).count() == 2
    copied = browser.post(address, {"message": chosen, "do": "copy"})
    assert (copied["Content-Type"], copied.content.decode()) == (
        "text/plain; charset=utf-8",
        "Alice: one\n\nAlice: two\n",
    )
    onward = browser.post(address, {"message": chosen, "do": "forward"})
    assert onward["Location"] == f"/forward/?message={chosen[0]}&message={chosen[1]}"
    assert browser.post(address, {"message": chosen, "do": "hide"}).status_code == 303
    assert HiddenMessage.objects.filter(user=bob).count() == 2


@pytest.mark.parametrize("fields", [{}, {"do": "hide"}, {"do": "burn", "message": "x"}])
def test_nothing_chosen_is_said(
    fields: dict[str, str], group: Conversation, client_for: ClientFor, bob: User
) -> None:
    assert client_for(bob).post(f"/c/{group.id}/selected/", fields).status_code == 422


def test_messages_of_elsewhere_are_not_chosen_here(
    told: Message, client_for: ClientFor, alice: User, bob: User, dave: User
) -> None:
    chat = conversations.start_direct(bob, other=dave)
    wish = {"message": str(told.id), "do": "hide"}
    assert client_for(bob).post(f"/c/{chat.id}/selected/", wish).status_code == 422
    assert client_for(dave).post(f"/c/{chat.id}/selected/", wish).status_code == 404


def test_forwarding_goes_where_i_may_write_and_nowhere_else(
    told: Message, client_for: ClientFor, alice: User, bob: User, dave: User
) -> None:
    chat = conversations.start_direct(bob, other=dave)
    browser = client_for(bob)
    page = browser.get(f"/forward/?message={told.id}").content.decode()
    assert f'name="conversation" value="{chat.id}"' in page
    found = browser.get(f"/forward/?message={told.id}&q=gard").content.decode()
    assert f'name="conversation" value="{chat.id}"' not in found
    wish = {"message": str(told.id), "client_id": str(uuid4()), "conversation": str(chat.id)}
    for _ in range(2):
        assert browser.post("/forward/", wish)["Location"].startswith(f"/c/{chat.id}/#m-")
    shown = client_for(dave).get(f"/c/{chat.id}/").content.decode()
    assert shown.count("Forwarded from <bdi>Alice</bdi>") == 1
    assert str(told.conversation_id) not in shown
    theirs = conversations.start_direct(alice, other=dave)
    refused = browser.post("/forward/", {**wish, "client_id": str(uuid4()), "conversation": str(theirs.id)})
    assert refused.status_code == 404
    assert browser.post("/forward/", {"message": str(told.id)}).status_code == 422


def test_unread_from_here(
    told: Message, group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    say(alice, group, "more")
    inbox.mark_read(bob.id, conversation=group.id, number=2)
    assert client_for(bob).post(f"/m/{told.id}/unread/")["Location"] == "/inbox/"
    assert counts.unread(access.membership_for(bob, group.id)) == 2


def test_an_address_with_at_shows_the_message_among_its_neighbours(
    group: Conversation, client_for: ClientFor, alice: User
) -> None:
    rows = [say(alice, group, f"number {count}") for count in range(1, 121)]
    page = client_for(alice).get(f"/c/{group.id}/?at=20").content.decode()
    assert f'id="m-{rows[19].id}"' in page
    assert f'id="m-{rows[119].id}"' not in page
    assert 'data-at="20"' in page
    assert client_for(alice).get(f"/c/{group.id}/?at=x").status_code == 422


def test_an_answer_is_begun_without_a_script(
    told: Message, group: Conversation, client_for: ClientFor, bob: User
) -> None:
    page = client_for(bob).get(f"/c/{group.id}/?reply={told.id}").content.decode()
    assert f'name="reply_to" value="{told.id}"' in page
    assert "Answer to <bdi>Alice</bdi>" in page
    assert 'name="reply_to" value=""' in client_for(bob).get(f"/c/{group.id}/?reply=x").content.decode()


def test_names_to_call_are_those_of_members(
    group: Conversation, client_for: ClientFor, alice: User, bob: User, dave: User
) -> None:
    address = f"/c/{group.id}/mentions/"
    assert 'data-name="bob"' in client_for(alice).get(address, {"q": "b"}).content.decode()
    everything = client_for(alice).get(address).content.decode()
    assert everything.count('role="option"') == 3
    assert 'data-name="everyone"' in everything
    assert "everyone" not in client_for(bob).get(address).content.decode()
    assert "dave" not in client_for(bob).get(address, {"q": "dave"}).content.decode()
    assert client_for(dave).get(address).status_code == 404


def test_starred_shows_where_it_was_said_and_forgets_what_i_may_not_read(
    told: Message, group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    browser = client_for(bob)
    assert "Nothing starred" in browser.get("/starred/").content.decode()
    browser.post(f"/m/{told.id}/star/", {"on": "1"})
    page = browser.get("/starred/").content.decode()
    assert "the tap drips" in page
    assert f'href="/c/{group.id}/?at=1#m-{told.id}"><bdi>Garden</bdi>' in page
    members.remove(alice, conversation=group.id, user=bob)
    assert "the tap drips" not in browser.get("/starred/").content.decode()


def test_starred_of_one_conversation_are_there_for_its_members_and_lead_from_its_details(
    told: Message, group: Conversation, client_for: ClientFor, bob: User, dave: User
) -> None:
    browser, here = client_for(bob), f"/starred/?in={group.id}"
    assert f'href="{here}"' in browser.get(f"/c/{group.id}/details/").content.decode()
    assert "Nothing starred here" in browser.get(here).content.decode()
    other = conversations.start_direct(bob, other=dave)
    aside = messages.send(bob, conversation=other.id, body="Elsewhere", client_id=uuid4())
    for id in (told.id, aside.id):
        browser.post(f"/m/{id}/star/", {"on": "1"})
    page = browser.get(here).content.decode().partition('id="pane"')[2]
    assert "the tap drips" in page and "Elsewhere" not in page
    assert 'href="/inbox/?filter=starred" data-filter="starred"' in browser.get("/inbox/").content.decode()
    listed = browser.get("/inbox/?filter=starred").content.decode()
    assert f'id="row-{group.id}"' in listed and f'id="row-{other.id}"' in listed
    assert client_for(dave).get(here).status_code == 404
    assert browser.get("/starred/?in=nothing").status_code == 404


def test_pins_stand_in_the_details(
    told: Message, group: Conversation, client_for: ClientFor, alice: User, bob: User
) -> None:
    pins.pin(alice, message=told.id)
    for person, may in ((alice, True), (bob, False)):
        page = client_for(person).get(f"/c/{group.id}/details/").content.decode()
        assert "the tap drips" in page
        assert (f'action="/m/{told.id}/pin/"' in page) is may


def test_a_page_of_a_message_names_only_what_i_may_do(
    told: Message, client_for: ClientFor, alice: User, bob: User
) -> None:
    mine, theirs = (client_for(each).get(f"/m/{told.id}/").content.decode() for each in (alice, bob))
    for form in ("edit/", "pin/"):
        assert f'action="/m/{told.id}/{form}"' in mine
        assert f'action="/m/{told.id}/{form}"' not in theirs
    assert 'value="everyone"' in mine
    assert 'value="everyone"' not in theirs
    assert all(
        f'action="/m/{told.id}/{form}"' in theirs for form in ("react/", "star/", "unread/", "delete/")
    )
