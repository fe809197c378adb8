"""Prepared queries give what the query sets themselves give, whatever values come."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F, Q
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chatify.lib.prepared import Prepared
from messaging.models import Message
from messaging.operations import conversations, messages

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_query_set_and_the_sql_is_made_once(alice, bob, carol):
    built = []

    def rows(ids, before, name):
        built.append(1)
        return (
            User.objects.filter(pk__in=ids, created_at__lt=before).exclude(username=name).order_by("username")
        )

    prepared = Prepared(rows)
    later = timezone.now() + timedelta(days=1)
    for ids in ([alice.pk, bob.pk, carol.pk], [bob.pk, carol.pk, uuid4()], [carol.pk] * 3):
        assert prepared(ids, later, "bob") == list(rows(ids, later, "bob"))
    assert prepared([alice.pk, carol.pk, carol.pk], later, "carol") == [alice]
    assert prepared([alice.pk] * 3, timezone.now() - timedelta(days=1), "x") == []
    assert len(built) == 1 + 3, "once to prepare, and where this test asked"


def test_a_value_that_stands_in_several_places_is_put_into_all(alice, bob):
    prepared = Prepared(lambda name: User.objects.filter(Q(username=name) | Q(email__startswith=name)))
    assert prepared("alice") == [alice]
    assert prepared("bob") == [bob]


@pytest.mark.parametrize("value", [None, [], True])
def test_what_no_mark_can_stand_for_asks_the_query_set(alice, value):
    prepared = Prepared(lambda given: User.objects.filter(username="alice" if given is value else "?"))
    assert prepared(value) == [alice]


def test_a_value_whose_place_cannot_be_told_asks_the_query_set(alice):
    prepared = Prepared(lambda name: User.objects.filter(username=name[:5]))
    assert prepared("alice and more") == [alice]
    assert prepared("bob and more") == []


def test_none_and_each_choice_are_statements_of_their_own(alice, bob, carol):
    built = []

    def rows(before, *, order, limit):
        built.append((before is None, order, limit))
        found = User.objects.filter(created_at__lt=before) if before else User.objects.all()
        return found.order_by(order)[:limit]

    prepared = Prepared(rows)
    for _ in range(2):
        assert prepared(None, order="username", limit=2) == [alice, bob]
        assert prepared(None, order="-username", limit=1) == [carol]
        assert prepared(timezone.now() + timedelta(days=1), order="username", limit=2) == [alice, bob]
        assert prepared(timezone.now() - timedelta(days=1), order="username", limit=2) == []
    assert built == [(True, "username", 2), (True, "-username", 1), (False, "username", 2)]


def test_of_too_many_choices_only_some_are_kept(alice, monkeypatch):
    monkeypatch.setattr("chatify.lib.prepared.MOST", 2)
    prepared = Prepared(lambda name, *, limit: User.objects.filter(username=name)[:limit])
    assert [prepared("alice", limit=limit) for limit in range(1, 5)] == [[alice]] * 4
    assert len(prepared._made) == 2


def test_joined_rows_and_values_come_whole(alice):
    prepared = Prepared(lambda id: User.objects.filter(pk=id).values("username"))
    assert prepared(alice.pk) == [{"username": "alice"}]
    with CaptureQueriesContext(connection) as queries:
        assert prepared(alice.pk) == [{"username": "alice"}]
    assert len(queries) == 1


def test_instances_are_those_of_the_orm_down_to_what_is_joined_annotated_and_deferred(alice, bob):
    room = conversations.start_direct(alice, other=bob)
    first = messages.send(alice, conversation=room.id, body="one", client_id=uuid4())
    messages.send(bob, conversation=room.id, body="two", client_id=uuid4(), reply_to=first.id)
    messages.send(alice, conversation=room.id, body="three", client_id=uuid4())

    def rows(id):
        found = Message.objects.filter(conversation_id=id).annotate(twice=F("number") * 2)
        joined = found.select_related("sender", "reply_to", "reply_to__sender")
        return joined.defer("sender__email", "html").order_by("number")

    prepared = Prepared(rows)
    for made, wanted in zip(prepared(room.id), rows(room.id), strict=True):
        assert _all_of(made) == _all_of(wanted)
        assert (made._state.adding, made._state.db) == (False, "default")
        assert made.get_deferred_fields() == {"html"}
    with CaptureQueriesContext(connection) as queries:
        one, two, three = prepared(room.id)
        assert [one.twice, two.reply_to.body, three.reply_to] == [2, "one", None]
        assert one.sender is three.sender, "a joined row that comes again is shared"
    assert len(queries) == 1
    assert one.sender.email == "alice@example.test"
    three.body = "changed"
    three.save(update_fields=["body"])
    assert Message.objects.get(pk=three.pk).body == "changed"


def _all_of(row):
    """What an instance holds, with what is joined to it."""
    held = {name: value for name, value in vars(row).items() if name != "_state"}
    return held, {name: each and _all_of(each) for name, each in row._state.fields_cache.items()}


def test_a_model_that_is_made_in_its_own_way_is_left_to_the_orm(alice):
    heard = []

    def hear(**told):
        heard.append(told["instance"])

    post_init.connect(hear, sender=User)
    try:
        assert Prepared(lambda id: User.objects.filter(pk=id))(alice.pk) == [alice] == heard
    finally:
        post_init.disconnect(hear, sender=User)
