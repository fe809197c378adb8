"""A large group: what is read and kept at a time does not grow with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Conversation, Membership, Notice
from messaging.notifications import delivery, following
from messaging.operations import notices as operations
from messaging.queries import happenings

pytestmark = pytest.mark.django_db


def crowd(group: Conversation, count: int) -> None:
    people = User.objects.bulk_create(
        User(username=f"crowd{n}", email=f"crowd{n}@example.test", search_key=f"crowd{n}")
        for n in range(count)
    )
    Membership.objects.bulk_create(Membership(conversation=group, user=each) for each in people)


def test_ten_messages_to_many_cost_some_queries_a_page_and_a_row_a_person(
    group, alice, say, handed, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(happenings, "PAGE", 50)
    monkeypatch.setattr(operations, "AT_ONCE", {"sqlite": 50, "postgresql": 50})
    # A look is planned for each five seconds, however many messages: here for all the same five, which begin first.
    monkeypatch.setattr(delivery, "SLOT", timedelta(seconds=2_000_000_000))
    kept = []
    put = delivery.put
    monkeypatch.setattr(delivery, "put", lambda rows, *rest: kept.append(len(rows)) or put(rows, *rest))

    def queries(members: int, first: int, last: int) -> int:
        Membership.objects.filter(user__username__startswith="crowd").delete()
        User.objects.filter(username__startswith="crowd").delete()
        crowd(group, members)
        with CaptureQueriesContext(connection) as found:
            following.follow({"ranges": [(str(group.pk), first, last)]})
        return len(found)

    for number in range(10):
        say(alice, group, f"message {number}")
    head = Conversation.objects.get(pk=group.pk).head
    queries(1, head, head)
    few, many = queries(48, head - 9, head), queries(248, head - 9, head)
    pages = 5
    assert max(kept) <= 50
    assert many <= few * pages
    assert Notice.objects.filter(kind="message", listed=False).count() == 2 + 248
    assert few - queries(48, head, head) <= 3, (
        "ten messages cost what one costs, but for the two who were there before"
    )
