"""flood fills the log through the log: what it makes holds, twice is once, and it tells nobody."""

import re
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from chatify.lib import events
from messaging.events import LogAppended
from messaging.management.flooding import words
from messaging.management.flooding.plan import Size, plan, shares
from messaging.models import Conversation, Membership, Message
from messaging.operations import messages, settle
from messaging.queries import inbox

pytestmark = pytest.mark.django_db
SMALL = {"messages": 600, "conversations": 20, "people": 30}


def flood(**options: Any) -> str:
    out = StringIO()
    call_command("flood", stdout=out, **{**SMALL, **options})
    return out.getvalue()


def test_it_makes_what_was_asked_and_the_log_holds():
    flood(messages=1_500)
    assert Conversation.objects.count() == 20
    assert Message.objects.count() == 1_500
    assert Message.objects.exclude(reply_to=None).exists()
    assert set(Conversation.objects.values_list("kind", flat=True)) == {"direct", "group", "mail"}
    call_command("verify_log", stdout=StringIO())


def test_again_it_adds_nothing_and_more_is_added_to_what_is_there():
    flood()
    before = set(Message.objects.values_list("id", flat=True))
    assert "\n0 messages added" in flood()
    assert set(Message.objects.values_list("id", flat=True)) == before
    assert "\n300 messages added" in flood(messages=900)
    assert before < set(Message.objects.values_list("id", flat=True))
    assert Message.objects.count() == 900
    call_command("verify_log", stdout=StringIO())


def test_messages_of_others_are_kept_and_counted():
    flood(messages=40)
    row = Membership.objects.select_related("user").first()
    messages.send(row.user, conversation=row.conversation_id, body="I was here", client_id=row.id)
    flood()
    assert Message.objects.filter(body="I was here").count() == 1
    assert Message.objects.count() == 600


def test_the_first_person_is_in_every_conversation_and_signs_in_with_what_is_printed():
    said = flood()
    password = re.search(r"Sign in as flood-0  flood-0@chatify\.example  (\S+)", said)[1]
    client = Client()
    client.post("/accounts/login/", {"login": "flood-0@chatify.example", "password": password})
    assert client.get("/inbox/").status_code == 200
    person = Membership.objects.filter(user__username="flood-0").first().user
    assert Membership.objects.filter(user=person, left_seq=None).count() == 20
    shown = [row.unread for row in inbox.page(person, limit=100).items]
    assert sum(shown) == inbox.unread_total(person) > 0 and 0 in shown
    assert "the password of the first run" in flood()


def test_nobody_is_told_and_nothing_is_left_for_the_relay(monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(events, "_handlers", {LogAppended: [lambda fact: told.extend(fact.rows)]})
    with django_capture_on_commit_callbacks(execute=True):
        flood()
    assert 0 < len(told) < 20, "only that conversations were started is news"
    left = settle.unsettled(older_than=-1, limit=1000)
    assert sorted(row.id for row in left.rows) == sorted(row.id for row in told)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"messages": 10}, "give more --messages"),
        ({"messages": 0}, "--messages is a number from 1"),
        ({"people": 1}, "--people is a number from 2"),
        ({"conversations": -5}, "--conversations is a number from 1"),
        ({"people": 10**9}, "--people is a number from 2 to 100,000"),
    ],
)
def test_sizes_that_cannot_be_are_refused_in_words(options, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        flood(**options)
    assert not Conversation.objects.exists()


@override_settings(PRODUCTION=True)
def test_production_is_filled_only_when_told():
    with pytest.raises(CommandError, match="--production"):
        flood()
    assert "messages added" in flood(production=True, messages=20)


def test_a_plan_is_the_same_for_the_same_numbers_and_shares_add_up():
    size = Size(messages=1000, conversations=50, people=40, seed=3)
    talks = plan(size)
    assert talks == plan(size) != plan(Size(1000, 50, 40, seed=4))
    assert sum(talk.messages for talk in talks) == 1000 and min(talk.messages for talk in talks) >= 1
    assert all(0 in talk.members and len(set(talk.members)) == len(talk.members) > 1 for talk in talks)
    assert sum(shares(7, 7, Random(1))) == 7


def test_the_smallest_flood_is_two_people_and_one_message():
    flood(messages=3, conversations=3, people=2)
    assert Message.objects.count() == 3
    assert words.title(5, Random(1)).endswith(" 5")
