"""The log: order, once, rights, the chain."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections

from accounts.operations import contacts
from chatify.lib.digest import GENESIS, chain
from chatify.lib.errors import Invalid, NotFound
from messaging.events import LogAppended
from messaging.models import Conversation, Event, Membership, Message
from messaging.operations import conversations, groups, log, members, messages
from messaging.queries import access, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]


def say(sender, conversation, body="Hello", **fields):
    fields.setdefault("client_id", uuid4())
    return messages.send(sender, conversation=conversation.id, body=body, **fields)


@pytest.fixture
def chat(alice, bob):
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted, alice, bob, carol):
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def test_two_people_have_one_chat_whoever_starts_it(alice, bob, chat):
    assert conversations.start_direct(bob, other=alice).id == chat.id
    assert Membership.objects.filter(conversation=chat).count() == 2


def test_messages_are_numbered_without_holes_beside_other_events(alice, bob, group):
    first, second = say(alice, group), say(bob, group)
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    third = say(alice, group)
    assert [sent.number for sent in (first, second, third)] == [1, 2, 3]
    assert list(Event.objects.filter(conversation=group).order_by("seq").values_list("seq", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]
    group.refresh_from_db()
    assert (group.head, group.message_count) == (5, 3)


def test_a_repeated_send_returns_the_original_and_spends_no_seq(alice, chat):
    key = uuid4()
    first = say(alice, chat, "One", client_id=key)
    again = say(alice, chat, "Something else", client_id=key)
    assert again.duplicate and not first.duplicate
    assert (again.id, again.seq, again.number) == (first.id, first.seq, first.number)
    chat.refresh_from_db()
    assert chat.head == 1
    assert Message.objects.get(conversation=chat).body == "One"


def test_duplicates_inside_one_batch_are_dropped(alice, chat):
    key = uuid4()
    drafts = [
        messages.prepare(alice, conversation=chat.id, body=f"Copy {n}", client_id=key) for n in range(3)
    ]
    outcomes = log.append(drafts)
    assert [outcome.duplicate for outcome in outcomes] == [False, True, True]
    assert {outcome.id for outcome in outcomes} == {outcomes[0].id}


def test_the_same_client_id_of_two_people_is_two_messages(alice, bob, chat):
    key = uuid4()
    assert say(alice, chat, client_id=key).id != say(bob, chat, client_id=key).id


def test_a_batch_refuses_only_the_item_that_is_wrong(alice, dave, bob, chat, group):
    good = messages.prepare(alice, conversation=chat.id, body="Hello", client_id=uuid4())
    stranger = messages.prepare(dave, conversation=chat.id, body="Let me in", client_id=uuid4())
    nowhere = messages.prepare(alice, conversation=uuid4(), body="Hello?", client_id=uuid4())
    foreign = say(alice, group)
    quoting = messages.prepare(bob, conversation=chat.id, body="Yes", client_id=uuid4(), reply_to=foreign.id)
    outcomes = log.append([stranger, good, nowhere, quoting])
    assert [type(outcome) for outcome in outcomes] == [NotFound, log.Sent, NotFound, Invalid]
    assert Message.objects.filter(conversation=chat).count() == 1


def test_an_answer_shows_the_message_it_answers(alice, bob, chat, django_capture_on_commit_callbacks):
    first = say(alice, chat, "Frost warning")
    heard = []
    with pytest.MonkeyPatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr("messaging.operations.log.events.emit", heard.append)
        say(bob, chat, "Yes", reply_to=first.id)
    (fact,) = [fact for fact in heard if isinstance(fact, LogAppended)]
    data = fact.rows[0].event["data"]
    assert data["reply_to"] == str(first.id)
    assert data["quote"]["snippet"] == "Frost warning"


def test_the_digest_chain_covers_every_event(alice, bob, group):
    for number in range(5):
        say(alice if number % 2 else bob, group, f"Message {number}")
    digest = GENESIS
    for event in Event.objects.filter(conversation=group).order_by("seq"):
        digest = chain(digest, event.canonical())
        assert event.digest == digest
    group.refresh_from_db()
    assert group.head_digest == digest


def test_no_text_of_people_is_in_the_chain(alice, group):
    say(alice, group, "A secret sentence")
    groups.change(alice, conversation=group.id, title="A secret title")
    stored = str(list(Event.objects.filter(conversation=group).values_list("data", flat=True)))
    assert Message.objects.filter(conversation=group, body="A secret sentence").exists()
    assert "secret" not in stored


def test_own_messages_never_count_as_unread(alice, bob, chat):
    say(alice, chat)
    say(alice, chat, reads=False)
    assert counts.unread_total(alice.id) == 0
    assert counts.unread_total(bob.id) == 2


def test_sending_from_an_open_conversation_reads_it_and_a_bot_does_not(alice, bob, chat):
    say(bob, chat), say(bob, chat)
    say(alice, chat, reads=False)
    assert counts.unread_total(alice.id) == 2
    say(alice, chat)
    assert counts.unread_total(alice.id) == 0


def test_a_removed_member_can_neither_read_nor_write(alice, bob, group):
    assert access.conversation_for(bob, group.id).id == group.id
    members.remove(alice, conversation=group.id, user=bob)
    with pytest.raises(NotFound):
        access.conversation_for(bob, group.id)
    with pytest.raises(NotFound):
        say(bob, group)


def test_a_newcomer_reads_from_the_joining_on(alice, dave, group):
    say(alice, group, "Before")
    contacts.introduce([alice, dave])
    members.add(alice, conversation=group.id, users=[dave])
    membership = access.membership_for(dave, group.id)
    joined = Event.objects.get(conversation=group, type="member.joined")
    assert membership.visible_from_seq == joined.seq
    assert counts.unread_total(dave.id) == 0
    say(alice, group, "After")
    assert counts.unread_total(dave.id) == 1


def test_a_newcomer_cannot_answer_what_was_said_before(alice, dave, group):
    before = say(alice, group, "Before")
    assert say(alice, group, "Indeed", reply_to=before.id)
    members.add(alice, conversation=group.id, users=[dave])
    with pytest.raises(Invalid):
        say(dave, group, "What was that?", reply_to=before.id)


def test_starting_a_group_twice_under_one_client_id_gives_one_group(alice, bob):
    key = uuid4()
    first = conversations.start_group(alice, title="Once", members=[bob], client_id=key)
    assert conversations.start_group(alice, title="Twice", members=[bob], client_id=key).id == first.id


def test_a_mail_thread_starts_with_its_first_message(alice, bob, carol):
    thread = conversations.start_mail(
        alice, subject="Lease", to=[bob], cc=[carol], body="Dear both", client_id=uuid4()
    )
    assert thread.message_count == 1
    roles = dict(Membership.objects.filter(conversation=thread).values_list("user__username", "mail_role"))
    assert roles == {"alice": "from", "bob": "to", "carol": "cc"}
    assert Conversation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_leave_no_hole_and_no_double(alice, bob, chat):
    keys = [uuid4() for _ in range(40)]

    def write(key):
        try:
            return say(alice, chat, "Parallel", client_id=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(write, keys * 3))
    assert {one.client_id for one in sent} == set(keys)
    assert sum(not one.duplicate for one in sent) == len(keys)
    assert sorted({one.seq for one in sent}) == list(range(1, len(keys) + 1))


@pytest.mark.django_db(transaction=True)
def test_two_people_starting_at_once_get_one_chat(alice, bob):
    def start(pair):
        try:
            return conversations.start_direct(pair[0], other=pair[1]).id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(start, [(alice, bob), (bob, alice)] * 8))
    assert len(found) == 1


def test_a_batch_costs_a_constant_number_of_queries(alice, bob, group, django_assert_max_num_queries):
    drafts = [
        messages.prepare(alice, conversation=group.id, body=f"Message {n}", client_id=uuid4())
        for n in range(50)
    ]
    with django_assert_max_num_queries(10):
        log.append(drafts)
