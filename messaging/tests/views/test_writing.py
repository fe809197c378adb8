"""Writing: by form, by script, twice, too much, and what people type to break pages."""

import re
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from accounts.operations import people, profile
from messaging.models import Conversation, Message
from messaging.operations import conversations, inbox

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
HOSTILE = [
    "<script>window.__x=1</script>",
    '"><img src=x onerror=window.__x=1>',
    "{{733*733}}{% load x %}",
    "javascript:alert(1)",
]


def html(response):
    return response.content.decode()


def post(client, chat, body="Hello", client_id=None, **extra):
    fields = {"body": body, "client_id": str(client_id or uuid4())}
    return client.post(f"/c/{chat.id}/messages/", fields, **extra)


def test_without_a_script_the_form_leads_back_to_the_message(as_alice, chat):
    page = html(as_alice.get(f"/c/{chat.id}/"))
    key = re.search(r'name="client_id" value="([^"]+)"', page)[1]
    response = post(as_alice, chat, "Good morning", key)
    sent = Message.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/c/{chat.id}/#m-{sent.id}"
    again = html(as_alice.get(response["Location"]))
    assert "Good morning" in again
    assert key not in re.search(r'name="client_id" value="([^"]+)"', again)[1]


def test_the_same_client_id_sends_once(as_alice, chat):
    key = uuid4()
    first, second = post(as_alice, chat, "Once", key), post(as_alice, chat, "Twice", key)
    assert first["Location"] == second["Location"]
    assert Message.objects.get().body == "Once"


def test_a_script_gets_the_fields_of_an_ack(as_alice, chat):
    key = uuid4()
    first = post(as_alice, chat, "Hi", key, headers=JSON)
    again = post(as_alice, chat, "Hi", key, headers=JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    told = first.json()
    assert told["client_id"] == str(key)
    assert {"id", "conversation", "seq", "number", "at"} <= told.keys()
    assert again.json() == {**told, "duplicate": True}


def test_htmx_gets_the_message_as_the_page_draws_it(as_alice, chat):
    part = html(post(as_alice, chat, "Hi", headers={"HX-Request": "true", "HX-Target": "timeline"}))
    sent = Message.objects.get()
    assert part.strip().startswith("<li")
    page = html(as_alice.get(f"/c/{chat.id}/"))
    assert re.sub(r"\s+", " ", part.strip()) in re.sub(r"\s+", " ", page)
    assert f'id="m-{sent.id}"' in part


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 8_001, "a\x00b", "\u200b"])
def test_a_text_that_cannot_be_sent_is_kept_with_the_reason(as_alice, chat, body):
    response = post(as_alice, chat, body)
    assert response.status_code == 422
    assert 'class="errors"' in html(response)
    if len(body) > 8_000:
        assert body in html(response)
    assert not Message.objects.exists()


def test_a_client_id_that_is_none_is_replaced(as_alice, chat):
    response = post(as_alice, chat, "Keep me", "nonsense")
    assert response.status_code == 422
    assert "Keep me" in html(response)
    assert 'value="nonsense"' not in html(response)


def test_problems_are_told_to_scripts_as_json(as_alice, as_dave, chat):
    refused = post(as_alice, chat, "", headers=JSON)
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert "body" in refused.json()["errors"]
    assert post(as_dave, chat, "Hello", headers=JSON).status_code == 404


@override_settings(CHATIFY_LIMITS=1.0, CHATIFY_RATES={"send": (2, 60)})
def test_too_many_sends_are_refused_in_words_and_nothing_typed_is_lost(as_alice, chat):
    answers = [post(as_alice, chat, f"number {index}") for index in range(3)]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "number 2" in html(answers[2])


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_type_is_shown_as_typed_everywhere(as_alice, alice, text):
    mallory = people.create(email="m@example.test", username="mallory", password=None, display_name=text)
    group = conversations.start_group(mallory, title=text, members=[alice], client_id=uuid4())
    letter = conversations.start_mail(mallory, subject=text, to=[alice], body=text, client_id=uuid4())
    chat = conversations.start_direct(alice, other=mallory)
    for row in (group, chat):
        post(as_alice, row, text)
    paths = ["/inbox/", "/people/", "/people/mallory/", "/c/new/", f"/c/{group.id}/details/"]
    for path in [*paths, *(f"/c/{row.id}/" for row in (group, letter, chat))]:
        page = html(as_alice.get(path))
        assert "<script>window" not in page, path
        assert "<img" not in page.replace('<img alt="" hidden>', ""), path  # the row of an upload has one
        assert "537289" not in page, path
        assert not re.search(r'href="javascript:', page), path
        assert not re.search(r'\son\w+="', re.sub(r">[^<]*<", "><", page)), path


def test_directions_are_isolated(as_bob, alice, chat):
    profile.update(alice, display_name="ليلى \u202e حداد")
    conversations_page = html(as_bob.get(f"/c/{chat.id}/"))
    assert "<h1><bdi>" in conversations_page
    assert 'dir="auto"' in conversations_page


def test_reading_by_button_and_by_script(as_bob, alice, bob, chat, say):
    sent = say(alice, chat)
    assert f'action="/c/{chat.id}/read/"' in html(as_bob.get(f"/c/{chat.id}/"))
    told = as_bob.post(f"/c/{chat.id}/read/", {"number": sent.number}, headers=JSON).json()
    assert (told["read"], told["unread"]) == (1, 0)
    inbox.mark_unread(bob.pk, conversation=chat.id, number=1)
    assert as_bob.post(f"/c/{chat.id}/read/", {"number": "1"})["Location"] == f"/c/{chat.id}/"
    assert 'data-unread="0"' in html(as_bob.get(f"/c/{chat.id}/row/"))


def test_nothing_is_written_without_the_token(alice, chat):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    response = post(client, chat)
    assert response.status_code == 403
    assert "reload it" in html(response)
    assert not Message.objects.exists()


def test_wrong_methods_are_refused_in_words(as_alice, chat):
    response = as_alice.get(f"/c/{chat.id}/read/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "does not work here" in html(response)
    assert as_alice.delete(f"/c/{chat.id}/messages/").status_code == 405


def test_a_chat_starts_from_a_profile_and_is_found_again(as_alice, bob):
    first = as_alice.post("/c/new/", {"kind": "direct", "to": "bob"})
    assert first.status_code == 303
    assert as_alice.post("/c/new/", {"kind": "direct", "to": "bob"})["Location"] == first["Location"]


def test_a_group_is_started_in_two_steps_without_a_script(as_alice, bob, carol):
    typed = {"kind": "group", "title": "Orchard", "to": ["bob"], "q_to": "car", "client_id": str(uuid4())}
    searched = html(as_alice.post("/c/new/", {**typed, "find": "1"}))
    assert 'value="carol"' in searched
    assert 'value="bob" checked' in searched
    assert 'value="Orchard"' in searched
    response = as_alice.post("/c/new/", {**typed, "q_to": "", "to": ["bob", "carol"]})
    group = Conversation.objects.get()
    assert response["Location"] == f"/c/{group.id}/"
    assert group.memberships.count() == 3


def test_a_letter_goes_to_typed_usernames_too(as_alice, bob, carol):
    fields = {
        "kind": "mail",
        "subject": "Lease",
        "body": "Hello",
        "q_to": "@bob",
        "cc": "carol",
        "client_id": str(uuid4()),
    }
    assert as_alice.post("/c/new/", fields).status_code == 303
    roles = dict(Conversation.objects.get().memberships.values_list("user__username", "mail_role"))
    assert roles == {"alice": "from", "bob": "to", "carol": "cc"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "direct"}, "Choose one person"),
        ({"kind": "direct", "to": "nobody"}, "nobody called nobody"),
        ({"kind": "group", "title": "", "to": "bob"}, "cannot be empty"),
        ({"kind": "group", "title": "x" * 101, "to": "bob"}, "at most 100"),
        ({"kind": "mail", "subject": "S", "body": "Text", "to": ""}, "at least one person"),
        ({"kind": "mail", "subject": "Kept", "body": "", "to": "bob"}, "empty"),
        ({"kind": "mail", "subject": " ", "body": "Text", "to": "bob"}, "cannot be empty"),
    ],
)
def test_starting_is_refused_in_words_and_keeps_what_was_typed(as_alice, bob, fields, sentence):
    response = as_alice.post("/c/new/", {**fields, "client_id": str(uuid4())})
    assert response.status_code == 422
    assert sentence in html(response)
    for value in (fields.get("subject"), fields.get("title")):
        assert not value or value in html(response)
    assert not Conversation.objects.exists()


def test_an_unknown_kind_is_not_found(as_alice):
    assert as_alice.get("/c/new/?kind=fax").status_code == 404
