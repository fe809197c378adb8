"""Labels, and one thing done to many conversations."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chatify.lib.errors import Conflict, Invalid, NotFound
from messaging.models import Labelling
from messaging.operations import bulk, changes, conversations, labels, messages, stars
from messaging.queries import counts
from messaging.queries import inbox as inbox_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(acquainted, alice, bob):
    made = [
        conversations.start_group(bob, title=f"Group {n}", members=[alice], client_id=uuid4())
        for n in range(3)
    ]
    for each in made:
        messages.send(bob, conversation=each.id, body="Hello", client_id=uuid4())
    return [each.id for each in made]


def titles(user, filter):
    return sorted(row.title for row in inbox_of.page(user, filter=filter).items)


def test_a_label_is_put_on_many_found_and_taken_off_with_undo(alice, bob, three):
    label = labels.create(alice, name="Taxes")
    change = labels.put(alice, label=label.id, conversations=three[:2])
    assert titles(alice, f"label:{label.id}") == ["Group 0", "Group 1"] and change.words.startswith("2 ")
    assert [each.name for each in inbox_of.row(alice, three[0]).labels] == ["Taxes"]
    assert titles(bob, f"label:{label.id}") == []
    changes.undo(alice, change=change.id)
    assert titles(alice, f"label:{label.id}") == []
    labels.put(alice, label=label.id, conversations=three)
    labels.delete(alice, label=label.id)
    assert not Labelling.objects.exists() and inbox_of.row(alice, three[0]).labels == []


def test_names_are_once_and_fifty_are_the_most(alice, bob):
    labels.create(alice, name="Straße")
    for wrong in ("STRASSE", "", " ", "x" * 31):
        with pytest.raises(Invalid):
            labels.create(alice, name=wrong)
    with pytest.raises(Invalid):
        labels.create(alice, name="Red", colour="red")
    for number in range(49):
        labels.create(alice, name=f"Label {number}")
    with pytest.raises(Conflict):
        labels.create(alice, name="One more")
    labels.create(bob, name="Straße")


def test_others_labels_and_conversations_are_not_found(alice, bob, dave, three):
    label = labels.create(alice, name="Mine")
    for act in (
        lambda: labels.put(bob, label=label.id, conversations=three),
        lambda: labels.change(bob, label=label.id, name="His"),
        lambda: labels.delete(bob, label=label.id),
        lambda: labels.put(dave, label=labels.create(dave, name="His").id, conversations=three),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("do", ["done", "snooze", "read", "unread", "pin", "mute", "label"])
def test_each_deed_is_done_to_all_chosen_and_undone(alice, three, do):
    def look():
        rows = inbox_of.page(alice, filter="sent").items or [inbox_of.row(alice, id) for id in three]
        return [
            (row.unread, row.my.done_at, row.pinned, row.muted, bool(row.snoozed_until), len(row.labels))
            for row in rows
        ]

    label = labels.create(alice, name="Mine")
    if do == "unread":
        bulk.apply(alice, do="read", conversations=three)
    before, total = look(), counts.unread_total(alice.id)
    change = bulk.apply(
        alice,
        do=do,
        conversations=[*three, uuid4()],
        until=timezone.now() + timedelta(days=1),
        label=label.id,
    )
    after = look()
    assert all(one != other for one, other in zip(before, after, strict=True))
    changes.undo(alice, change=change.id)
    assert look() == before and counts.unread_total(alice.id) == total


def test_what_cannot_be_done_is_refused(alice, three):
    for wrong in (
        {"do": "explode", "conversations": three},
        {"do": "done", "conversations": []},
        {"do": "done", "conversations": [uuid4() for _ in range(201)]},
        {"do": "snooze", "conversations": three},
        {"do": "label", "conversations": three},
    ):
        with pytest.raises(Invalid):
            bulk.apply(alice, **wrong)


def test_what_has_a_star_is_found(alice, bob, three):
    sent = messages.send(bob, conversation=three[1], body="Remember", client_id=uuid4())
    stars.add(alice, messages=[sent.id])
    assert titles(alice, "starred") == ["Group 1"] and titles(bob, "starred") == []
