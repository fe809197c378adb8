"""What a group is called, what it is about, and who may do what in it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from chatify.lib.errors import Forbidden, Invalid, NotFound
from messaging.models import Conversation, Event
from messaging.operations import backends, conversations, edits, groups, members, messages, pins, scheduled
from messaging.operations.backends import portable
from messaging.queries import access, rights, timeline, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Alice owns it, Bob and Carol are members."""
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def say(sender: User, group: Conversation, body: str = "hello", key: object = None) -> messages.Sent:
    return messages.send(sender, conversation=group.id, body=body, client_id=str(key or uuid4()))


def allow(actor: User, group: Conversation, **wish: str) -> Conversation:
    return groups.change(actor, conversation=group.id, allow=wish)


@pytest.mark.parametrize("backend", [None, portable])
def test_where_only_admins_write_the_others_read(
    backend: object, group: Conversation, alice: User, bob: User, carol: User
) -> None:
    first = uuid4()
    sent = say(bob, group, "before", first)
    allow(alice, group, post="admins")
    with backends.using(backend or backends.current()):  # type: ignore[arg-type]
        with pytest.raises(Forbidden, match="Only admins post here"):
            say(bob, group)
        assert say(bob, group, "before", first) == sent.again(), "what was acknowledged stays so"
        say(alice, group, "News")
        members.set_role(alice, conversation=group.id, user=bob, role="admin")
        say(bob, group, "Thanks")
        allow(bob, group, post="everyone")
        say(carol, group, "At last")


def test_nothing_waits_to_be_sent_where_only_admins_write(
    group: Conversation, alice: User, bob: User
) -> None:
    waits = scheduled.hold(bob, conversation=group.id, body="later", client_id=uuid4(), seconds=20)
    allow(alice, group, post="admins")
    with pytest.raises(Forbidden):
        scheduled.hold(bob, conversation=group.id, body="again", client_id=uuid4(), seconds=20)
    assert scheduled.send_now(bob, scheduled=waits.id).reason == rights.ADMINS_POST


def test_a_member_may_add_pin_and_name_where_the_group_lets_all(
    group: Conversation, alice: User, bob: User, dave: User
) -> None:
    sent = say(alice, group)
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: members.add(bob, conversation=group.id, users=[dave]),
        "pin": lambda: pins.pin(bob, message=sent.id),
        "edit": lambda: groups.change(bob, conversation=group.id, title="Orchard", topic="Apples"),
    }
    for act in acts.values():
        with pytest.raises(Forbidden):
            act()
    for name, act in acts.items():
        allow(alice, group, **{name: "everyone"})
        act()
        allow(alice, group, **{name: "admins"})
    assert not any(rights.of(group, access.membership_for(bob, group.id))[name] for name in acts)
    with pytest.raises(Forbidden):
        members.remove(bob, conversation=group.id, user=dave)


def test_calling_everyone_stays_with_those_who_run_the_group(
    group: Conversation, alice: User, bob: User
) -> None:
    allow(alice, group, pin="everyone")
    sent = say(bob, group, "@everyone")
    assert "mention" not in timeline.message(bob, sent.id).html
    edits.edit(alice, message=say(alice, group, "x").id, body="@everyone")


def test_who_joins_reads_what_was_said_before_where_the_group_opened_it(
    group: Conversation, alice: User, bob: User, dave: User, make_person: Callable[..., User]
) -> None:
    sent = say(bob, group, "an old word")
    members.add(alice, conversation=group.id, users=[dave])
    with pytest.raises(NotFound):
        timeline.message(dave, sent.id)
    allow(alice, group, history="all")
    erin = make_person("erin")
    (joined,) = members.add(alice, conversation=group.id, users=[erin])
    assert timeline.message(erin, sent.id).body == "an old word"
    assert joined.read_number == 1, "nothing of it is unread"
    with pytest.raises(NotFound):
        timeline.message(dave, sent.id)
    assert list(verify.check(group.id)) == []


def test_each_change_is_one_event_and_an_equal_one_none(group: Conversation, alice: User) -> None:
    head = group.head
    groups.change(
        alice,
        conversation=group.id,
        title="Orchard",
        topic="Apples",
        allow={"post": "admins", "add": "admins"},
    )
    groups.change(alice, conversation=group.id, title="Orchard", topic=" Apples ", allow={"post": "admins"})
    told = [event.data for event in Event.objects.filter(conversation=group, seq__gt=head).order_by("seq")]
    assert [sorted(data) for data in told] == [["title"], ["topic"], ["rights"]]
    assert told[2] == {"rights": {"post": "admins"}}
    assert "Apples" not in str(told), "texts are not in the log"
    assert list(verify.check(group.id)) == []
    Conversation.objects.filter(pk=group.pk).update(topic="Pears")
    assert "topic" in next(iter(verify.check(group.id))).problem


@pytest.mark.parametrize(
    "wish", [{"post": "nobody"}, {"fly": "everyone"}, {"history": "everyone"}, {"post": ""}]
)
def test_what_is_no_right_is_refused_whole(group: Conversation, alice: User, wish: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        groups.change(alice, conversation=group.id, title="Other", allow=wish)
    group.refresh_from_db()
    assert (group.title, group.rights["post"]) == ("Garden", "everyone")


def test_who_may_name_it_may_not_say_who_may_do_what(group: Conversation, alice: User, bob: User) -> None:
    allow(alice, group, edit="everyone")
    with pytest.raises(Forbidden):
        groups.change(bob, conversation=group.id, title="Mine", allow={"post": "admins"})
    group.refresh_from_db()
    assert group.title == "Garden", "nothing is half done"


def test_a_chat_has_no_rights_to_give(acquainted: None, alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    with pytest.raises(Forbidden):
        allow(alice, chat, post="admins")
