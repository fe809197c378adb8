"""What somebody writes whom another blocked: withheld between two, folded away among several, told to nobody."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chatify.lib.errors import Invalid, NotFound
from messaging.models import Event, Membership, Message
from messaging.operations import (
    backends,
    blocks,
    conversations,
    inbox,
    log,
    members,
    messages,
    pins,
    reactions,
)
from messaging.operations.backends import portable
from messaging.queries import access, sync, timeline, verify
from messaging.queries import inbox as rows
from messaging.queries import pins as pinned_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]


@pytest.fixture(params=["own", "portable"], autouse=True)
def statements(request):
    """Each test runs with the database's own statements, then with the portable ones."""
    if request.param == "own":
        yield
    else:
        with backends.using(portable):
            yield


@pytest.fixture
def chat(alice, bob):
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted, alice, bob, carol):
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def say(sender, conversation, body="Hello", **fields):
    fresh = User.objects.get(pk=sender.pk)
    return messages.send(fresh, conversation=conversation.id, body=body, client_id=uuid4(), **fields)


def bodies(reader, conversation):
    page = timeline.page(access.conversation_for(reader, conversation.id))
    return [message.body for message in page.messages]


def events(reader, conversation):
    return sync.since(access.conversation_for(reader, conversation.id), 0).events


def row(reader, conversation):
    found = rows.row(reader, conversation.id)
    return found.last_message.body if found.last_message else None, found.unread


def sound(*conversations):
    """Nothing in these logs, nor in any count derived from them, is wrong."""
    assert [str(finding) for each in conversations for finding in verify.check(each.id)] == []


def test_between_two_the_blocker_gets_a_place_in_the_order_and_nothing_else(alice, bob, chat):
    say(bob, chat, "Before")
    assert bodies(alice, chat) == ["Before"]
    assert row(alice, chat) == ("Before", 1)
    blocks.block(alice, other=bob)
    assert row(alice, chat) == (
        "Before",
        0,
    )  # whoever is blocked is left out of what waits, also with earlier words
    sent = say(bob, chat, "Where are you?")
    assert bodies(alice, chat) == ["Before"]
    assert events(alice, chat)[-1] == {
        "conversation": str(chat.id), "seq": sent.seq, "event": "hidden", "actor": None, "at": None, "data": {},
        "digest": None,
    }  # fmt: skip
    assert row(alice, chat) == ("Before", 0)
    with pytest.raises(NotFound):
        timeline.message(alice, sent.id)
    with pytest.raises(Invalid):
        say(alice, chat, "What?", reply_to=sent.id)
    sound(chat)


def test_the_blocked_person_sees_what_they_would_see_of_somebody_who_is_away(alice, bob, chat):
    say(bob, chat, "Before")
    blocks.block(alice, other=bob)
    sent = say(bob, chat, "Where are you?")
    assert (sent.number, sent.duplicate) == (2, False)
    assert bodies(bob, chat) == ["Before", "Where are you?"]
    assert events(bob, chat)[-1]["data"]["body"] == "Where are you?"
    assert row(bob, chat) == ("Where are you?", 0)
    assert timeline.message(bob, sent.id).body == "Where are you?"
    assert say(bob, chat, "Hello?", reply_to=sent.id).number == 3
    again = messages.send(
        User.objects.get(pk=bob.pk), conversation=chat.id, body="Where are you?", client_id=sent.client_id
    )
    assert again == sent.again()


def test_what_was_withheld_stays_so_after_unblocking(alice, bob, chat):
    blocks.block(alice, other=bob)
    sent = say(bob, chat, "You cannot read this")
    blocks.unblock(alice, other=bob)
    assert row(alice, chat) == (None, 0)
    say(bob, chat, "Thanks")
    assert bodies(alice, chat) == ["Thanks"]
    assert row(alice, chat) == ("Thanks", 1)
    assert [event["event"] for event in events(alice, chat)] == ["hidden", "message.sent"]
    with pytest.raises(NotFound):
        timeline.message(alice, sent.id)
    sound(chat)


def test_reading_on_and_marking_unread_leave_out_what_was_withheld(alice, bob, chat):
    say(bob, chat, "One")
    blocks.block(alice, other=bob)
    say(bob, chat, "Two")
    blocks.unblock(alice, other=bob)
    say(bob, chat, "Three")
    assert row(alice, chat) == ("Three", 2)
    assert inbox.mark_read(alice.pk, conversation=chat.id, number=1).unread == 1
    assert inbox.mark_unread(alice.pk, conversation=chat.id, number=1).unread == 2
    assert inbox.mark_read(alice.pk, conversation=chat.id, number=3).unread == 0
    sound(chat)


def test_a_withheld_message_raises_the_conversation_for_nobody_else(alice, bob, chat):
    say(bob, chat, "Before")
    chat.refresh_from_db()
    active = chat.last_activity_at
    blocks.block(alice, other=bob)
    say(bob, chat, "Where are you?")
    chat.refresh_from_db()
    assert chat.last_activity_at == active
    assert Membership.objects.get(conversation=chat, user=bob).activity_at > active
    assert Membership.objects.get(conversation=chat, user=alice).activity_at is None
    say(alice, chat, "Leave me alone")
    chat.refresh_from_db()
    assert chat.last_activity_at > active


def test_in_a_group_everybody_gets_it_and_it_waits_for_all_but_the_blocker(alice, bob, carol, group):
    blocks.block(alice, other=bob)
    say(bob, group, "Who waters?")
    assert bodies(alice, group) == bodies(carol, group) == ["Who waters?"]
    assert events(alice, group)[-1]["data"]["body"] == "Who waters?"
    assert row(alice, group)[1] == 0
    assert row(carol, group)[1] == 1
    say(carol, group, "I do")
    assert row(alice, group)[1] == 1
    blocks.unblock(alice, other=bob)
    assert row(alice, group)[1] == 2
    blocks.block(alice, other=bob)
    assert row(alice, group)[1] == 1
    assert not Message.objects.filter(withheld=True).exists()
    sound(group)


def test_a_letter_between_two_is_withheld_and_one_among_three_is_not(alice, bob, carol):
    def letter(*to):
        return conversations.start_mail(alice, subject="Seeds", to=to, body="Which?", client_id=uuid4())

    two, three = letter(bob), letter(bob, carol)
    blocks.block(alice, other=bob)
    say(bob, two, "Only for you")
    say(bob, three, "For all")
    assert bodies(alice, two) == ["Which?"]
    assert bodies(alice, three) == ["Which?", "For all"]
    assert row(alice, two)[1] == row(alice, three)[1] == 0
    sound(two, three)


def test_several_senders_in_one_batch_each_by_their_own_blocks(alice, bob, carol, chat, group):
    blocks.block(alice, other=bob)
    blocks.block(carol, other=bob)
    bob.refresh_from_db()
    drafts = [
        messages.prepare(sender, conversation=where.id, body=body, client_id=uuid4())
        for sender, where, body in (
            (bob, group, "One"), (bob, chat, "Two"), (alice, group, "Three"), (bob, group, "Four"),
            (alice, chat, "Five"), (bob, chat, "Six"),
        )
    ]  # fmt: skip
    assert [sent.number for sent in log.append(drafts)] == [1, 1, 2, 3, 2, 3]
    assert bodies(alice, chat) == ["Five"]
    assert bodies(bob, chat) == ["Two", "Five", "Six"]
    assert [row(person, group)[1] for person in (alice, bob, carol)] == [0, 0, 1]
    sound(chat, group)


def test_a_sender_who_does_not_know_yet_that_they_were_blocked_is_found_out_under_the_locks(alice, bob, chat):
    blocks.block(alice, other=bob)
    assert bob.parted is False  # as an open socket holds its person
    messages.send(bob, conversation=chat.id, body="Hello?", client_id=uuid4())
    assert bodies(alice, chat) == []
    assert Event.objects.get(conversation=chat).withheld
    sound(chat)


def test_where_nobody_blocks_anybody_a_send_asks_nothing_about_it(alice, bob, carol, group):
    def asked():
        with CaptureQueriesContext(connection) as found:
            say(bob, group)
        return [
            each["sql"]
            for each in found
            if "accounts_block" in each["sql"] or 'SET "withheld"' in each["sql"]
        ]

    assert asked() == []
    blocks.block(alice, other=bob)
    assert asked() != []


@pytest.mark.parametrize("first", ["joins", "blocked"])
def test_who_joins_is_known_to_be_blocked_there(alice, bob, carol, first):
    group = conversations.start_group(alice, title="Garden", members=[carol], client_id=uuid4())
    if first == "blocked":
        blocks.block(carol, other=bob)
    members.add(alice, conversation=group.id, users=[bob])
    if first == "joins":
        blocks.block(carol, other=bob)
    say(bob, group, "Hello all")
    assert row(alice, group)[1] == 1
    assert row(carol, group)[1] == 0
    blocks.unblock(carol, other=bob)
    assert not Membership.objects.filter(unheard=True).exists()
    sound(group)


def test_unblocking_keeps_in_mind_who_else_blocked_them(alice, bob, carol, group):
    blocks.block(alice, other=bob)
    blocks.block(carol, other=bob)
    blocks.unblock(alice, other=bob)
    say(bob, group, "Hello all")
    assert row(alice, group)[1] == 1
    assert row(carol, group)[1] == 0
    sound(group)


def test_what_somebody_wrote_who_left_before_they_were_blocked_waits_no_more(alice, bob, carol, group):
    say(bob, group)
    say(carol, group)
    members.remove(alice, conversation=group.id, user=bob)
    assert row(alice, group)[1] == 2
    blocks.block(alice, other=bob)
    assert row(alice, group)[1] == 1
    sound(group)
    blocks.unblock(alice, other=bob)
    assert row(alice, group)[1] == 2
    sound(group)


def test_blocking_twice_and_unblocking_twice_change_nothing_more(alice, bob, chat):
    say(bob, chat)
    for _ in range(2):
        blocks.block(alice, other=bob)
        assert row(alice, chat)[1] == 0
    for _ in range(2):
        blocks.unblock(alice, other=bob)
        assert row(alice, chat)[1] == 1
    sound(chat)


@pytest.mark.parametrize("kind", ["direct", "mail"])
def test_what_a_blocked_person_does_to_old_messages_shows_to_them_alone_also_later(alice, bob, chat, kind):
    if kind == "mail":
        chat = conversations.start_mail(alice, subject="Hi", to=[bob], body="Dear Bob", client_id=uuid4())
    old, pinned = say(alice, chat, "Old"), say(alice, chat, "Pinned")
    reactions.add(bob, message=old.id, emoji="👍")
    pins.pin(bob, message=pinned.id)

    def shown(person):
        talk = access.conversation_for(person, chat.id)
        page = timeline.page(talk).messages
        listed = {row.body for row in pinned_in.of(talk)}
        assert listed == {row.body for row in page if row.pin}
        return {reacted.emoji for row in page for reacted in row.reactions}, listed

    assert shown(alice) == shown(bob) == ({"👍"}, {"Pinned"})
    blocks.block(alice, other=bob)
    bob.refresh_from_db()
    reactions.remove(bob, message=old.id, emoji="👍")
    for emoji in ("🎉", "🌱"):
        reactions.add(bob, message=old.id, emoji=emoji)
    reactions.remove(bob, message=old.id, emoji="🌱")
    pins.unpin(bob, message=pinned.id)
    pins.pin(bob, message=old.id)
    for step in (lambda: None, lambda: blocks.unblock(alice, other=bob)):
        step()
        assert shown(alice) == ({"👍"}, {"Pinned"})
        assert shown(bob) == ({"🎉"}, {"Old"})
    bob.refresh_from_db()
    pins.pin(bob, message=pinned.id)
    pins.unpin(bob, message=old.id)
    reactions.add(bob, message=old.id, emoji="👍")
    reactions.remove(bob, message=old.id, emoji="🎉")
    assert shown(alice) == shown(bob) == ({"👍"}, {"Pinned"})
    sound(chat)


def test_a_replay_holds_what_a_message_is_to_all_beside_what_it_is_to_who_was_blocked(alice, bob, chat):
    said = say(alice, chat)
    reactions.add(alice, message=said.id, emoji="👍")
    blocks.block(alice, other=bob)
    bob.refresh_from_db()
    reactions.add(bob, message=said.id, emoji="🌱")
    pins.pin(bob, message=said.id)
    reactions.add(alice, message=said.id, emoji="🎉")
    ranges = [sync.Missing(chat.id, 0, access.conversation_for(alice, chat.id).head)]
    for events in (sync.after(chat.id, 0), sync.missed(ranges)[chat.id]):
        shown = [
            (each["data"]["pinned_at"] is not None, {given["emoji"] for given in each["data"]["reactions"]})
            for each in events
            if each["data"].get("id") == str(said.id)
        ]
        to_all, to_bob = (False, {"👍", "🎉"}), (True, {"👍", "🌱", "🎉"})
        assert shown == [to_all, to_all, to_bob, to_bob, to_all]


def test_in_a_group_what_a_blocked_person_pins_is_pinned_for_all(alice, bob, group):
    said = say(alice, group, "Old")
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    blocks.block(alice, other=bob)
    bob.refresh_from_db()
    pins.pin(bob, message=said.id)
    assert [row.pk for row in pinned_in.of(access.conversation_for(alice, group.id))] == [said.id]
