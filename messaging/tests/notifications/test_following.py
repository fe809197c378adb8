"""The log becomes notices: each once, for whom it is, and none for whom it is not."""

import pytest

from messaging.models import Message, Notice
from messaging.notifications import following
from messaging.operations import deletions, edits, hiding, inbox, reactions, settle
from messaging.queries import notices

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mention_an_answer_and_a_reaction_are_told_to_whom_they_are_for(
    alice, bob, carol, group, say, follow, rows
):
    first = say(bob, group, "Who waters the beans?")
    say(alice, group, "I do", reply_to=first.id)
    say(carol, group, "@alice thank you")
    reactions.add(carol, message=first.id, emoji="🌱")
    follow()
    assert rows(bob) == [("invite", "added"), ("reply", "replied"), ("reaction", "reacted")]
    assert rows(alice) == [("mention", "mentioned")]
    assert rows(carol) == [("invite", "added")]
    shown = notices.page(bob).items
    assert [row.kind for row in shown] == ["reaction", "reply", "invite"]
    assert notices.waiting(bob.pk) == 3


def test_following_the_same_part_of_the_log_again_changes_nothing(bob, alice, group, say, follow):
    say(alice, group, "@bob look")
    follow()
    before = list(Notice.objects.order_by("pk").values())
    following.follow({"ranges": [(str(group.pk), 1, 99)]})
    assert list(Notice.objects.order_by("pk").values()) == before


def test_reading_the_conversation_reads_its_notices(alice, bob, group, say, follow):
    say(alice, group, "@bob look")
    follow()
    assert notices.waiting(bob.pk) == 2
    inbox.mark_read(bob.pk, conversation=group.pk, number=1)
    assert notices.waiting(bob.pk) == 0
    assert Notice.objects.filter(user=bob).exclude(read_at=None).count() == 2


def test_plain_messages_are_due_on_the_channels_and_in_nobodys_list(
    alice, bob, carol, group, say, follow, later, rows, handed
):
    for _ in range(3):
        say(alice, group)
    follow()
    assert rows(carol, listed=False) == [("message", "all_kind")]
    assert [row.kind for row in notices.page(carol).items] == ["invite"]
    inbox.mark_read(bob.pk, conversation=group.pk, number=3)
    later()
    assert ("push", "carol", "message") in handed and ("mail", "carol", "message") not in handed
    assert ("push", "bob", "message") not in handed
    once = len(handed)
    later()
    assert len(handed) == once
    say(alice, group, "And another")
    follow()
    later()
    assert handed[once:].count(("push", "carol", "message")) == 1


def test_where_no_channel_reaches_anybody_plain_messages_leave_no_row(alice, carol, group, say, follow, rows):
    say(alice, group)
    follow()
    assert rows(carol, kind="message") == []


def test_what_was_announced_is_followed_once_whatever_is_lost(alice, bob, group, say, follow, rows):
    say(alice, group, "@bob look")
    left = settle.unsettled(older_than=-1)
    assert settle.settle(left.batches) >= 1 and settle.settle(left.batches) == 0
    follow()
    assert rows(bob, kind="mention") == [("mention", "mentioned")]
    assert Message.objects.count() == 1


def test_who_is_called_by_a_change_of_the_text_is_told_once(alice, bob, carol, group, say, follow, rows):
    sent = say(alice, group, "@carol please water the beans")
    follow()
    edits.edit(alice, message=sent.id, body="@carol @bob please water the beans, *today*")
    edits.edit(alice, message=sent.id, body="@carol @bob please water the beans today")
    follow()
    assert rows(bob, kind="mention") == rows(carol, kind="mention") == [("mention", "mentioned")]


def test_what_was_deleted_or_hidden_is_no_notice(alice, bob, carol, group, say, follow):
    gone, hidden = (say(alice, group, f"@bob number {n}") for n in range(2))
    follow()
    assert notices.waiting(bob.pk) == 3
    deletions.delete(alice, message=gone.id)
    hiding.hide(bob, messages=[hidden.id])
    assert notices.waiting(bob.pk) == 1
    assert [row.kind for row in notices.page(bob).items] == ["invite"]
