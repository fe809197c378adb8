"""What a member finds: the inbox, the timeline, what was missed."""

from uuid import uuid4

import pytest

from chatify.lib.errors import Invalid, NotFound
from messaging.operations import conversations, inbox, members, messages
from messaging.queries import access, counts, filters, sync, timeline
from messaging.queries import inbox as inbox_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]


def say(sender, conversation, body="Hello", **fields):
    return messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4(), **fields)


@pytest.fixture
def group(acquainted, alice, bob, carol):
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def chat(alice, bob):
    return conversations.start_direct(alice, other=bob)


def test_the_inbox_is_ordered_by_activity_and_titled_for_its_reader(alice, bob, group, chat):
    say(bob, group)
    say(bob, chat, "Latest")
    rows = inbox_of.page(alice).items
    assert [row.title for row in rows] == ["Bob", "Garden"]
    assert rows[0].last_message.body == "Latest"
    assert [row.unread for row in rows] == [1, 1]
    assert inbox_of.page(bob).items[0].title == "Alice"


def test_filters_show_their_part(alice, bob, carol, group, chat):
    say(bob, chat)
    conversations.start_mail(alice, subject="Lease", to=[carol], body="Dear Carol", client_id=uuid4())
    titles = {name: {row.title for row in inbox_of.page(alice, filter=name).items} for name in filters.NAMES}
    assert titles == {
        "all": {"Bob", "Garden", "Lease"},
        "unread": {"Bob"},
        "read": {"Garden", "Lease"},
        "chats": {"Bob", "Garden"},
        "mail": {"Lease"},
        "sent": {"Lease"},
        "starred": set(),
        "done": set(),
        "snoozed": set(),
        "requests": set(),
    }
    with pytest.raises(Invalid):
        inbox_of.page(alice, filter="everything")


def test_pages_neither_skip_nor_repeat_while_mail_arrives(alice, bob):
    groups = [
        conversations.start_group(alice, title=f"Group {n}", members=[bob], client_id=uuid4())
        for n in range(25)
    ]
    for each in groups:
        say(bob, each)
    first = inbox_of.page(alice, limit=10)
    say(bob, groups[20])
    second = inbox_of.page(alice, cursor=first.next, limit=10)
    third = inbox_of.page(alice, cursor=second.next, limit=10)
    seen = [row.conversation.id for page in (first, second, third) for row in page.items]
    assert len(seen) == len(set(seen)) == 25 and third.next is None


@pytest.mark.parametrize("cursor", ["x", "bm9uc2Vuc2U", "W10", "e30", "\x00", "WyIyMDI2IiwgIm5vIl0"])
def test_a_cursor_that_is_not_ours_is_invalid(alice, cursor):
    with pytest.raises(Invalid):
        inbox_of.page(alice, cursor=cursor)


def test_the_inbox_costs_the_same_at_any_size(
    alice, bob, carol, django_assert_num_queries, django_assert_max_num_queries
):
    for number in range(3):
        say(bob, conversations.start_group(alice, title=f"G{number}", members=[bob], client_id=uuid4()))
    say(bob, conversations.start_direct(alice, other=bob))
    with django_assert_max_num_queries(5) as small:
        inbox_of.page(alice)
    for number in range(40):
        say(
            carol,
            conversations.start_mail(
                carol, subject=f"S{number}", to=[alice, bob], body="x", client_id=uuid4()
            ),
        )
    with django_assert_num_queries(len(small)):
        assert len(inbox_of.page(alice, limit=100).items) == 44


def test_the_timeline_pages_by_number_with_notes_in_their_place(alice, bob, dave, group):
    for number in range(1, 31):
        say(alice if number % 2 else bob, group, f"Message {number}")
        if number == 15:
            members.add(alice, conversation=group.id, users=[dave])
    mine = access.conversation_for(alice, group.id)
    latest = timeline.page(mine, limit=10)
    assert [row.number for row in latest.messages] == list(range(21, 31))
    assert latest.has_older and not latest.has_newer and latest.head == 32
    earlier = timeline.page(mine, before=latest.oldest, limit=10)
    assert [getattr(row, "number", row.seq) for row in earlier.entries][3:7] == [14, 15, 17, 16]
    first = timeline.page(mine, before=11, limit=20)
    assert first.entries[0].type == "conversation.changed" and not first.has_older
    around = timeline.page(mine, around=5, limit=6)
    assert [row.number for row in around.messages] == [2, 3, 4, 5, 6, 7]
    assert [row.number for row in timeline.page(mine, after=28).messages] == [29, 30]


def test_the_timeline_costs_the_same_at_any_size(
    alice, bob, group, django_assert_num_queries, django_assert_max_num_queries
):
    say(bob, group)
    mine = access.conversation_for(alice, group.id)
    timeline.page(mine)
    with django_assert_max_num_queries(5) as small:
        timeline.page(mine)
    for number in range(80):
        say(alice if number % 2 else bob, group)
    mine = access.conversation_for(alice, group.id)
    with django_assert_num_queries(len(small)):
        assert len(timeline.page(mine, limit=100).messages) == 81


def test_a_newcomer_sees_nothing_from_before(alice, dave, group):
    before = say(alice, group, "Before")
    assert timeline.message(alice, before.id).body == "Before"
    members.add(alice, conversation=group.id, users=[dave])
    say(alice, group, "After")
    page = timeline.page(access.conversation_for(dave, group.id))
    assert [row.body for row in page.messages] == ["After"] and not page.has_older
    with pytest.raises(NotFound):
        timeline.message(dave, before.id)
    events = sync.since(access.conversation_for(dave, group.id), 0).events
    assert [event["event"] for event in events] == ["member.joined", "message.sent"]


def test_to_a_newcomer_nothing_from_before_is_ever_unread(alice, dave, group):
    for _ in range(3):
        say(alice, group, "Before")
    members.add(alice, conversation=group.id, users=[dave])
    assert inbox.mark_unread(dave.id, conversation=group.id, number=1).unread == 0
    say(alice, group, "After")
    say(alice, group, "Later")
    assert inbox.mark_read(dave.id, conversation=group.id, number=5).unread == 0
    assert inbox.mark_unread(dave.id, conversation=group.id, number=5).unread == 1
    assert inbox.mark_unread(dave.id, conversation=group.id, number=1).unread == 2
    assert counts.unread_total(dave.id) == 2


def test_a_stranger_finds_nothing(dave, group):
    for id in (group.id, str(group.id), uuid4(), "nonsense", ""):
        with pytest.raises(NotFound):
            access.conversation_for(dave, id)


def test_sync_answers_level_replay_or_reset(alice, bob, chat):
    for number in range(12):
        say(bob, chat, f"Message {number}")
    mine = access.conversation_for(alice, chat.id)
    assert sync.since(mine, 12).state == "level"
    replay = sync.since(mine, 2)
    assert (replay.state, [event["seq"] for event in replay.events]) == ("replay", list(range(3, 13)))
    assert sync.since(mine, 13).state == "reset"
    assert len(sync.since(mine, 0, limit=5).events) == 5
    assert len(sync.since(mine, 0, max_bytes=2000).events) < 4
    with pytest.raises(Invalid):
        sync.since(mine, -1)


def test_reading_moves_forward_only_and_unread_is_its_own_command(alice, bob, chat):
    for _ in range(5):
        say(bob, chat)
    say(alice, chat, reads=False)
    assert inbox.mark_read(alice.id, conversation=chat.id, number=3).unread == 2
    assert inbox.mark_read(alice.id, conversation=chat.id, number=1).read == 3
    assert inbox.mark_read(alice.id, conversation=chat.id, number=10**9).read == 6
    assert inbox.mark_unread(alice.id, conversation=chat.id, number=4).unread == 2
    assert inbox.mark_delivered(alice.id, conversation=chat.id, number=2).delivered == 6
    with pytest.raises(NotFound):
        inbox.mark_read(uuid4(), conversation=chat.id, number=1)
