"""What is done to a message after it was sent: what the log says of it, what stays, and what is gone."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from chatify.lib.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.events import DELETED, EDITED, PINNED, REACTED
from messaging.models import Conversation, Event, Membership, Mention, Message, MessageVersion, Star
from messaging.operations import (
    blocks,
    conversations,
    deletions,
    edits,
    forwards,
    hiding,
    inbox,
    members,
    messages,
    pins,
    reactions,
    stars,
)
from messaging.queries import access, counts, history, sync, timeline, verify
from messaging.queries import inbox as inboxes
from messaging.queries import pins as pinned
from messaging.queries import stars as starred

pytestmark = pytest.mark.django_db
Say = Callable[..., UUID]


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Alice owns it, Bob and Carol are members."""
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def say(group: Conversation) -> Say:
    def send(sender: User, body: str = "the tap drips", **more: Any) -> UUID:
        return messages.send(sender, conversation=group.id, body=body, client_id=uuid4(), **more).id

    return send


def unread(user: User, group: Conversation) -> int:
    return counts.unread(access.membership_for(user, group.id))


def last(group: Conversation) -> dict[str, Any]:
    """The newest event as a replay gives it."""
    head = Conversation.objects.get(pk=group.pk).head
    (event,) = sync.after(group.id, head - 1)
    return event


def sound(group: Conversation) -> None:
    assert [str(finding) for finding in verify.check(group.id)] == []


def everywhere(group: Conversation, user: User) -> str:
    """All that a member can get to see of a conversation."""
    found = access.conversation_for(user, group.id)
    page = timeline.page(found)
    shown = [sync.since(found, 0).events, [(each.body, each.html) for each in page.messages]]
    quotes = [each.reply_to.body for each in page.messages if each.reply_to]
    return repr(
        [shown, quotes, inboxes.row(user, group.id).last_message, list(MessageVersion.objects.values())]
    )


# ── edits ──


def test_an_edit_shows_the_new_text_and_keeps_the_old_one_for_members(
    group: Conversation, say: Say, alice: User, bob: User
) -> None:
    id = say(alice)
    edits.edit(alice, message=id, body="the **tap** is in")
    event = last(group)
    assert (event["event"], event["data"]["body"]) == (EDITED, "the **tap** is in")
    assert "<strong>tap</strong>" in event["data"]["html_body"]
    assert event["data"]["edited_at"] == event["at"]
    _, versions = history.of(bob, id)
    assert [each.body for each in versions] == ["the tap drips", "the **tap** is in"]
    sound(group)


def test_who_had_read_it_is_told_that_it_was_changed_after_that(
    group: Conversation, say: Say, alice: User, bob: User, carol: User
) -> None:
    id = say(alice)
    inbox.mark_read(bob.id, conversation=group.id, number=1)
    edits.edit(alice, message=id, body="the tap is in")
    row = timeline.message(bob, id)
    assert history.read_before_edit(bob.id, [row]) == {id}
    assert history.read_before_edit(carol.id, [row]) == set()
    assert [each.seen for each in history.of(bob, id)[1]] == [True, False]


def test_the_same_text_is_no_edit(group: Conversation, say: Say, alice: User) -> None:
    id = say(alice)
    before = Event.objects.count()
    edits.edit(alice, message=id, body="the tap drips\n")
    assert Event.objects.count() == before
    assert timeline.message(alice, id).edited_at is None


def test_only_the_author_edits_and_nothing_empty(say: Say, alice: User, bob: User) -> None:
    id = say(bob)
    with pytest.raises(Forbidden):
        edits.edit(alice, message=id, body="I never said that")
    with pytest.raises(Invalid):
        edits.edit(bob, message=id, body=" \u200b ")
    assert timeline.message(bob, id).body == "the tap drips"


def test_an_edit_does_not_move_the_conversation_up(group: Conversation, say: Say, alice: User) -> None:
    id = say(alice)
    before = Conversation.objects.get(pk=group.pk).last_activity_at
    edits.edit(alice, message=id, body="the tap is in")
    assert Conversation.objects.get(pk=group.pk).last_activity_at == before


# ── deleting for everyone ──


def test_a_deleted_text_is_gone_from_everywhere_and_the_chain_holds(
    group: Conversation, say: Say, alice: User, bob: User
) -> None:
    id = say(alice, "the secret tap")
    edits.edit(alice, message=id, body="the secret pump")
    say(bob, "an answer", reply_to=id)
    say(bob, "more", reply_to=id)
    assert "secret" in everywhere(group, bob)
    digests = list(Event.objects.filter(conversation=group).order_by("seq").values_list("digest", flat=True))
    deletions.delete(alice, message=id)
    assert "secret" not in everywhere(group, bob)
    assert last(group)["event"] == DELETED
    assert (last(group)["data"]["deleted"], last(group)["data"]["body"]) == (True, "")
    assert history.of(bob, id)[1] == []
    assert (
        list(Event.objects.filter(conversation=group).order_by("seq").values_list("digest", flat=True))[:-1]
        == digests
    )
    sound(group)


def test_deleting_takes_reactions_stars_pins_and_mentions_along(
    group: Conversation, say: Say, alice: User, bob: User
) -> None:
    id = say(alice, "call @bob")
    reactions.add(bob, message=id, emoji="👍")
    stars.add(bob, messages=[id])
    pins.pin(alice, message=id)
    deletions.delete(alice, message=id)
    assert last(group)["data"]["reactions"] == []
    assert starred.page(bob).items == []
    assert pinned.of(access.conversation_for(bob, group.id)) == []
    assert not Mention.objects.exists()


def test_what_was_deleted_unread_is_not_counted_any_more(
    group: Conversation, say: Say, alice: User, bob: User, carol: User
) -> None:
    id = say(alice)
    say(alice)
    hiding.hide(carol, messages=[id])
    assert (unread(bob, group), unread(carol, group)) == (2, 1)
    deletions.delete(alice, message=id)
    assert (unread(alice, group), unread(bob, group), unread(carol, group)) == (0, 1, 1)
    sound(group)


def test_who_runs_a_group_deletes_anybodys_and_members_only_their_own(
    group: Conversation, say: Say, alice: User, bob: User, carol: User
) -> None:
    theirs, other = say(bob), say(bob)
    with pytest.raises(Forbidden):
        deletions.delete(carol, message=theirs)
    deletions.delete(alice, message=theirs)
    deletions.delete(bob, message=other)
    assert Message.objects.filter(deleted_at=None).count() == 0


def test_in_a_chat_of_two_nobody_deletes_what_the_other_wrote(alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    id = messages.send(bob, conversation=chat.id, body="mine", client_id=uuid4()).id
    with pytest.raises(Forbidden):
        deletions.delete(alice, message=id)


def test_deleting_twice_is_deleting_once(group: Conversation, say: Say, alice: User) -> None:
    id = say(alice)
    deletions.delete(alice, message=id)
    before = Event.objects.count()
    deletions.delete(alice, message=id)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda user, id: edits.edit(user, message=id, body="again"),
        lambda user, id: reactions.add(user, message=id, emoji="👍"),
        lambda user, id: pins.pin(user, message=id),
        lambda user, id: stars.add(user, messages=[id]),
    ],
    ids=["edit", "react", "pin", "star"],
)
def test_nothing_can_be_done_to_an_empty_place(act: Any, say: Say, alice: User) -> None:
    id = say(alice)
    deletions.delete(alice, message=id)
    with pytest.raises(Conflict):
        act(alice, id)


# ── deleting for oneself ──


def test_what_i_delete_for_myself_is_gone_for_me_alone_and_comes_back(
    group: Conversation, say: Say, alice: User, bob: User, carol: User
) -> None:
    say(alice, "first")
    id = say(alice, "second")
    stars.add(bob, messages=[id])
    hiding.hide(bob, messages=[id])
    mine = timeline.page(access.conversation_for(bob, group.id))
    assert [each.body for each in mine.messages] == ["first"]
    assert not mine.has_newer
    shown = inboxes.row(bob, group.id).last_message
    assert shown
    assert shown.body == "first"
    assert starred.page(bob).items == []
    with pytest.raises(NotFound):
        timeline.message(bob, id)
    assert [each.body for each in timeline.page(access.conversation_for(carol, group.id)).messages] == [
        "first",
        "second",
    ]
    assert (unread(bob, group), unread(carol, group)) == (1, 2)
    sound(group)
    hiding.restore(bob, messages=[id])
    assert unread(bob, group) == 2
    assert timeline.message(bob, id).body == "second"
    sound(group)


def test_of_several_one_that_is_not_mine_to_see_spoils_it_for_all(
    say: Say, alice: User, bob: User, dave: User
) -> None:
    id = say(alice)
    other = conversations.start_direct(alice, other=dave)
    secret = messages.send(dave, conversation=other.id, body="psst", client_id=uuid4()).id
    for act in (hiding.hide, hiding.restore, stars.add, stars.remove):
        with pytest.raises(NotFound):
            act(bob, messages=[id, secret])
    assert timeline.message(bob, id)
    assert not Star.objects.exists()


# ── reactions ──


def test_reactions_are_told_and_counted_once_each(
    group: Conversation, say: Say, alice: User, bob: User
) -> None:
    id = say(alice)
    for user in (bob, bob, alice):
        reactions.add(user, message=id, emoji="🌱")
    event = last(group)
    assert (event["event"], event["actor"]) == (REACTED, str(alice.id))
    assert event["data"]["reaction"] == {"emoji": "🌱", "added": True}
    assert event["data"]["reactions"] == [{"emoji": "🌱", "count": 2, "users": [str(bob.id), str(alice.id)]}]
    assert Event.objects.filter(conversation=group, type=REACTED).count() == 2
    reactions.remove(bob, message=id, emoji="🌱")
    reactions.remove(bob, message=id, emoji="🌱")
    assert last(group)["data"]["reaction"] == {"emoji": "🌱", "added": False}
    assert last(group)["data"]["reactions"][0]["count"] == 1
    assert Event.objects.filter(conversation=group, type=REACTED).count() == 3
    sound(group)


@pytest.mark.parametrize(
    "emoji", ["", "a", "<img>", "👍👍", "👍 ", ":)", "\ud83d", "👍" + "\u200d👍" * 9, None, 7]
)
def test_only_one_emoji_is_a_reaction(emoji: Any, say: Say, alice: User) -> None:
    id = say(alice)
    if emoji == "👍 ":
        reactions.add(alice, message=id, emoji=emoji)
        return
    with pytest.raises(Invalid):
        reactions.add(alice, message=id, emoji=emoji)


@pytest.mark.parametrize("emoji", ["👍🏽", "👩‍🌾", "🇨🇭", "❤️", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_any_emoji_will_do(emoji: str, group: Conversation, say: Say, alice: User) -> None:
    reactions.add(alice, message=say(alice), emoji=emoji)
    assert last(group)["data"]["reactions"][0]["emoji"] == emoji
    sound(group)


def test_a_message_carries_at_most_twenty_kinds(say: Say, alice: User, bob: User) -> None:
    id = say(alice)
    for number in range(20):
        reactions.add(alice, message=id, emoji=chr(0x1F600 + number))
    with pytest.raises(Conflict):
        reactions.add(bob, message=id, emoji="🌱")
    reactions.add(bob, message=id, emoji=chr(0x1F600))


# ── pins ──


def test_a_pin_is_told_to_everybody_and_listed_latest_first(
    group: Conversation, say: Say, alice: User, bob: User
) -> None:
    first, second = say(bob, "first"), say(bob, "second")
    pins.pin(alice, message=first)
    assert (last(group)["event"], bool(last(group)["data"]["pinned_at"])) == (PINNED, True)
    pins.pin(alice, message=second)
    assert [each.body for each in pinned.of(access.conversation_for(bob, group.id))] == ["second", "first"]
    pins.unpin(alice, message=first)
    assert last(group)["data"]["pinned_at"] is None
    with pytest.raises(Forbidden):
        pins.pin(bob, message=first)
    sound(group)


def test_in_a_chat_of_two_both_pin(alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    id = messages.send(bob, conversation=chat.id, body="mine", client_id=uuid4()).id
    assert pins.pin(alice, message=id).pinned_at
    assert not pins.unpin(bob, message=id).pinned_at


# ── forwarding ──


def test_a_forwarded_message_names_its_author_and_not_where_it_was_said(
    group: Conversation, say: Say, alice: User, bob: User, dave: User
) -> None:
    id = say(alice)
    chat = conversations.start_direct(bob, other=dave)
    (sent,) = forwards.forward(bob, messages=[id], conversation=chat.id, client_id=uuid4())
    found = access.conversation_for(dave, chat.id)
    (event,) = [each for each in sync.since(found, 0).events if each["event"] == "message.sent"]
    assert (event["data"]["body"], event["data"]["origin"]["username"]) == ("the tap drips", "alice")
    assert str(group.id) not in repr(event)
    assert timeline.page(found).messages[0].origin == alice
    with pytest.raises(NotFound):
        timeline.message(dave, id)
    onward = conversations.start_direct(dave, other=alice)
    (again,) = forwards.forward(dave, messages=[sent.id], conversation=onward.id, client_id=uuid4())
    assert timeline.message(alice, again.id).forwarded_from_id == id, "of its author, not of who passed it on"
    sound(chat)


def test_several_go_on_in_their_order_and_once(group: Conversation, say: Say, alice: User, bob: User) -> None:
    ids = [say(alice, text) for text in ("one", "two", "three")]
    chat = conversations.start_direct(alice, other=bob)
    key = uuid4()
    for _ in range(2):
        forwards.forward(alice, messages=ids[::-1], conversation=chat.id, client_id=key)
    page = timeline.page(access.conversation_for(bob, chat.id))
    assert [each.body for each in page.messages] == ["one", "two", "three"]


def test_nothing_goes_where_i_am_not_or_from_where_i_am_not(
    group: Conversation, say: Say, alice: User, bob: User, dave: User
) -> None:
    id = say(alice)
    theirs = conversations.start_direct(alice, other=dave)
    mine = conversations.start_direct(bob, other=dave)
    before = Message.objects.count()
    with pytest.raises(NotFound):
        forwards.forward(bob, messages=[id], conversation=theirs.id, client_id=uuid4())
    with pytest.raises(NotFound):
        forwards.forward(dave, messages=[id], conversation=mine.id, client_id=uuid4())
    deletions.delete(alice, message=id)
    with pytest.raises(Conflict):
        forwards.forward(bob, messages=[id], conversation=mine.id, client_id=uuid4())
    assert Message.objects.count() == before


# ── mentions ──


def called(id: UUID) -> set[UUID | None]:
    return set(Mention.objects.filter(message_id=id).values_list("user_id", flat=True))


def test_a_mention_calls_members_and_nobody_else(say: Say, alice: User, bob: User, dave: User) -> None:
    id = say(alice, "@Bob and @bob, not @dave, x@bob.example or `@bob`. And @bob.")
    assert called(id) == {bob.id}
    html = Message.objects.get(pk=id).html
    mark = f'<span class="mention" data-mention="{bob.id}">'
    assert html.count(mark) == 3
    assert f"{mark}@Bob</span>" in html
    assert f"{mark}@bob</span>." in html
    assert "<code>@bob</code>" in html


def test_everyone_is_called_by_those_who_run_the_group(say: Say, alice: User, bob: User) -> None:
    assert called(say(alice, "@everyone: lunch")) == {None}
    assert called(say(bob, "@everyone: lunch")) == set()


def test_an_edit_calls_anew(say: Say, alice: User, bob: User, carol: User) -> None:
    id = say(alice, "@bob")
    edits.edit(alice, message=id, body="@carol")
    assert called(id) == {carol.id}
    assert str(bob.id) not in Message.objects.get(pk=id).html


@pytest.mark.parametrize("changed", [False, True])
def test_who_blocked_the_writer_is_called_nowhere_and_the_writer_cannot_tell(
    say: Say, alice: User, bob: User, carol: User, changed: bool
) -> None:
    blocks.block(carol, other=alice)
    text = "@bob and @carol"
    id = say(alice, "Hello" if changed else text)
    if changed:
        edits.edit(alice, message=id, body=text)
    assert called(id) == {bob.id}
    html = Message.objects.get(pk=id).html
    assert f'data-mention="{carol.id}"' in html and f'data-mention="{bob.id}"' in html


def test_a_message_calls_at_most_fifty(group: Conversation, say: Say, alice: User, make_person: Any) -> None:
    people = [make_person(f"person{number}") for number in range(60)]
    members.add(alice, conversation=group.id, users=people)
    id = say(alice, " ".join(f"@{person.username}" for person in people))
    assert len(called(id)) == 50
    assert len(re.findall("data-mention", Message.objects.get(pk=id).html)) == 50


# ── who may ──


@pytest.mark.parametrize(
    "act",
    [
        lambda user, id: edits.edit(user, message=id, body="again"),
        lambda user, id: deletions.delete(user, message=id),
        lambda user, id: hiding.hide(user, messages=[id]),
        lambda user, id: hiding.restore(user, messages=[id]),
        lambda user, id: reactions.add(user, message=id, emoji="👍"),
        lambda user, id: reactions.remove(user, message=id, emoji="👍"),
        lambda user, id: stars.add(user, messages=[id]),
        lambda user, id: pins.pin(user, message=id),
        lambda user, id: pins.unpin(user, message=id),
        lambda user, id: history.of(user, id),
    ],
    ids=["edit", "delete", "hide", "restore", "react", "unreact", "star", "pin", "unpin", "history"],
)
def test_strangers_removed_people_and_newcomers_find_nothing(
    act: Any, group: Conversation, say: Say, alice: User, bob: User, dave: User
) -> None:
    id = say(bob)
    members.remove(alice, conversation=group.id, user=bob)
    members.add(alice, conversation=group.id, users=[dave])
    assert Membership.objects.filter(conversation=group, user=dave, left_seq=None).exists()
    for user in (bob, dave):
        with pytest.raises(NotFound):
            act(user, id)
    members.remove(alice, conversation=group.id, user=dave)
    with pytest.raises(NotFound):
        act(dave, id)


# ── whom the other does not hear ──


def test_what_a_blocked_person_does_to_messages_is_seen_by_nobody_else(alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    ours = messages.send(alice, conversation=chat.id, body="hello", client_id=uuid4()).id
    mine = messages.send(bob, conversation=chat.id, body="hi", client_id=uuid4()).id
    reactions.add(bob, message=ours, emoji="👍")
    assert timeline.message(alice, ours).reactions
    reactions.remove(bob, message=ours, emoji="👍")
    blocks.block(alice, other=bob)
    bob.refresh_from_db()
    reactions.add(bob, message=ours, emoji="😡")
    assert [each.emoji for each in timeline.message(bob, ours).reactions] == ["😡"], "they cannot tell"
    assert not timeline.message(alice, ours).reactions
    found = access.conversation_for(alice, chat.id)
    assert not any(each.reactions for each in timeline.page(found).messages)
    with pytest.raises(Conflict):
        edits.edit(bob, message=mine, body="listen to me")
    assert timeline.message(alice, mine).body == "hi"
    assert "😡" not in repr([event for event in sync.since(found, 0).events if event["actor"] != str(bob.id)])
    later = messages.send(bob, conversation=chat.id, body="unheard", client_id=uuid4()).id
    assert edits.edit(bob, message=later, body="still unheard").body == "still unheard"
    sound(chat)
