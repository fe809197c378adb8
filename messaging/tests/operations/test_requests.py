"""What strangers begin: it waits apart, shows nothing of its receiver, and is answered without a word to its sender."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.operations import contacts, privacy
from chatify.lib.errors import Conflict, Forbidden, NotFound, TooMany
from messaging import kinds
from messaging.models import Membership
from messaging.operations import blocks, conversations, members, messages, pace, requests
from messaging.queries import counts, inbox, presence, receipts
from messaging.queries import members as people

pytestmark = pytest.mark.django_db
Request = Membership.Request


def say(sender, conversation, body="Hello", **fields):
    fresh = User.objects.get(pk=sender.pk)
    return messages.send(fresh, conversation=conversation.id, body=body, client_id=uuid4(), **fields)


def letter(sender, *to):
    return conversations.start_mail(sender, subject="Hi", to=to, body="You do not know me", client_id=uuid4())


def begin(kind, sender, receiver):
    if kind == "mail":
        return letter(sender, receiver)
    if kind == "group":
        chat = conversations.start_group(sender, title="Join us", members=[receiver], client_id=uuid4())
    else:
        chat = conversations.start_direct(sender, other=receiver)
    say(sender, chat)
    return chat


def state(person, conversation):
    return Membership.objects.get(conversation=conversation, user=person).request


def listed(person, filter="all"):
    return [row.conversation.id for row in inbox.page(person, filter=filter).items]


def choosy(*people):
    """Whom strangers ask first, also into groups."""
    for person in people:
        privacy.update(person, groups="contacts")


def befriend(one, other):
    contacts.accept(other, request=contacts.ask(one, other=other).id)


@pytest.mark.parametrize("kind", ["direct", "mail", "group"])
def test_what_a_stranger_begins_waits_in_requests_and_counts_nowhere(alice, dave, kind):
    choosy(alice)
    begun = begin(kind, dave, alice)
    assert state(alice, begun) == Request.WAITING
    assert listed(alice) == [] and listed(alice, "unread") == []
    assert listed(alice, "requests") == [begun.id]
    assert counts.by_filter(alice.pk) == {"unread": 0, "chats": 0, "mail": 0, "requests": 1, "notices": 0}
    assert listed(dave) == [begun.id] and listed(dave, "requests") == []
    requests.accept(alice, conversation=begun.id)
    assert listed(alice) == [begun.id] and listed(alice, "requests") == []
    assert counts.unread_total(alice.pk) == 1


@pytest.mark.parametrize("known", ["contact", "group"])
@pytest.mark.parametrize("kind", ["direct", "mail", "group"])
def test_who_is_known_is_no_stranger(alice, bob, kind, known):
    if known == "contact":
        befriend(bob, alice)
    else:
        conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())
    assert state(alice, begin(kind, bob, alice)) == Request.NONE
    assert counts.unread_total(alice.pk) == 1


def test_a_first_request_does_not_make_a_stranger_known(alice, dave):
    begin("mail", dave, alice)
    assert state(alice, begin("direct", dave, alice)) == Request.WAITING
    assert state(dave, begin("mail", alice, dave)) == Request.NONE  # who wrote first knows whom they wrote to


def test_an_empty_chat_is_no_request_yet(alice, dave):
    conversations.start_direct(dave, other=alice)
    assert listed(alice, "requests") == [] and counts.by_filter(alice.pk)["requests"] == 0


def test_answering_accepts(alice, dave):
    chat = begin("direct", dave, alice)
    say(alice, chat, "Who are you?")
    assert state(alice, chat) == Request.NONE
    assert listed(alice) == [chat.id]


def test_becoming_contacts_accepts(alice, dave, django_capture_on_commit_callbacks):
    chat = begin("direct", dave, alice)
    with django_capture_on_commit_callbacks(execute=True):
        befriend(dave, alice)
    assert state(alice, chat) == Request.NONE


def test_declining_is_out_of_sight_and_told_to_nobody(alice, dave):
    chat = begin("direct", dave, alice)
    requests.decline(alice, conversation=chat.id)
    requests.decline(alice, conversation=chat.id)
    say(dave, chat, "Hello?")
    assert listed(alice) == listed(alice, "requests") == []
    assert counts.unread_total(alice.pk) == 0
    assert listed(dave) == [chat.id] and inbox.row(dave, chat.id).last_message.body == "Hello?"
    requests.accept(alice, conversation=chat.id)
    requests.accept(alice, conversation=chat.id)
    assert listed(alice) == [chat.id]
    with pytest.raises(Conflict):
        requests.decline(alice, conversation=chat.id)


def test_outsiders_can_answer_nothing(alice, bob, dave):
    chat = begin("direct", dave, alice)
    for answer in (requests.accept, requests.decline):
        with pytest.raises(NotFound):
            answer(bob, conversation=chat.id)
    with pytest.raises(Conflict):
        requests.decline(dave, conversation=chat.id)
    assert state(alice, chat) == Request.WAITING


def test_blocking_takes_a_request_away_and_unblocking_brings_it_back(alice, dave):
    chat = begin("direct", dave, alice)
    blocks.block(alice, other=dave)
    assert listed(alice, "requests") == []
    with pytest.raises(Conflict):
        requests.accept(alice, conversation=chat.id)
    blocks.unblock(alice, other=dave)
    assert listed(alice, "requests") == [chat.id]


@pytest.mark.parametrize("kind", ["direct", "mail"])
def test_what_somebody_blocked_begins_is_nowhere_also_after_unblocking(alice, dave, kind):
    blocks.block(alice, other=dave)
    dave.refresh_from_db()
    begun = begin(kind, dave, alice)
    assert listed(dave) == [begun.id]
    assert listed(alice) == listed(alice, "requests") == []
    blocks.unblock(alice, other=dave)
    assert listed(alice) == listed(alice, "requests") == []
    assert counts.unread_total(alice.pk) == 0
    say(dave, begun, "Now you hear me")
    assert listed(alice, "requests") == [begun.id]
    assert inbox.row(alice, begun.id).last_message.body == "Now you hear me"


def test_nothing_is_shown_of_reading_until_it_is_accepted(alice, dave):
    chat = begin("direct", dave, alice)

    def shown(viewer, other):
        listed = people.page(chat)
        marks = receipts.shown_to(viewer, listed.items)
        return next(each.pk in marks for each in listed.items if each.user_id == other.pk)

    assert not shown(dave, alice) and not shown(alice, dave)
    requests.accept(alice, conversation=chat.id)
    assert shown(dave, alice) and shown(alice, dave)


def test_who_cannot_be_reached_cannot_be_added_and_the_answer_does_not_tell_why(alice, bob, carol, dave):
    group = conversations.start_group(dave, title="Mine", members=[carol], client_id=uuid4())
    requests.decline(alice, conversation=begin("direct", dave, alice).id)
    blocks.block(bob, other=dave)
    dave.refresh_from_db()
    told = set()
    for person in (alice, bob):
        with pytest.raises(Forbidden) as refusal:
            members.add(dave, conversation=group.id, users=[person])
        told.add(str(refusal.value))
        with pytest.raises(Forbidden) as refusal:
            conversations.start_group(dave, title="Other", members=[person], client_id=uuid4())
        told.add(str(refusal.value))
    assert len(told) == 1
    assert not Membership.objects.filter(user__in=(alice, bob), conversation__kind="group").exists()


@override_settings(CHATIFY_LIMITS=0.1)
def test_strangers_can_be_written_to_so_often_and_no_more(alice, bob, carol, dave):
    conversations.start_group(alice, title="Garden", members=[dave], client_id=uuid4())
    pace.before_direct(dave, other=alice)  # known, by what she began herself
    pace.before_direct(dave, other=bob)
    conversations.start_direct(dave, other=bob)
    pace.before_start(dave, kinds.MAIL, client_id=uuid4(), people=[carol])
    with pytest.raises(TooMany):
        pace.before_start(dave, kinds.MAIL, client_id=uuid4(), people=[carol])


# Groups


@pytest.fixture
def club(dave, carol):
    """Dave's group, in which Carol, who knows him, takes part."""
    befriend(dave, carol)
    return conversations.start_group(dave, title="Club", members=[carol], client_id=uuid4())


def test_a_stranger_who_adds_somebody_to_a_group_has_them_in_at_once(alice, bob, carol, dave, club):
    members.add(dave, conversation=club.id, users=[alice])
    begun = conversations.start_group(dave, title="Fair", members=[bob], client_id=uuid4())
    for person, group in ((alice, club), (bob, begun)):
        say(dave, group, "Welcome")
        assert state(person, group) == Request.NONE
        assert listed(person) == listed(person, "unread") == [group.id] and listed(person, "requests") == []
        assert counts.unread_total(person.pk) == 1 and counts.by_filter(person.pk)["requests"] == 0
    assert presence.sharing_with(carol, [alice.pk]) == {alice.pk}
    rows = people.page(club).items
    assert set(receipts.shown_to(dave, rows)) == {row.pk for row in rows}
    with pytest.raises(Conflict):
        requests.decline(alice, conversation=club.id)


def test_a_group_of_a_stranger_is_no_way_around_the_request_of_a_chat(alice, carol, dave, club):
    members.add(dave, conversation=club.id, users=[alice])
    for stranger in (dave, carol):
        for kind in ("direct", "mail"):
            assert state(alice, begin(kind, stranger, alice)) == Request.WAITING
    say(alice, club, "Hello all")  # of her own will: now they know each other
    for known in (dave, carol):
        assert state(alice, begin("mail", known, alice)) == Request.NONE


def test_who_blocked_somebody_is_never_simply_in_a_group_of_theirs(alice, bob, dave):
    group = conversations.start_group(dave, title="Mine", members=[alice], client_id=uuid4())
    blocks.block(alice, other=dave)
    dave.refresh_from_db()
    members.leave(alice, conversation=group.id)
    for asked in ("everyone", "contacts"):
        privacy.update(alice, groups=asked)
        with pytest.raises(Forbidden):
            members.add(dave, conversation=group.id, users=[alice])
        with pytest.raises(Forbidden):
            conversations.start_group(dave, title="Other", members=[bob, alice], client_id=uuid4())


def test_a_group_costs_the_same_however_many_choose_to_be_asked(dave, make_person):
    def cost(number, asked):
        people = [make_person(f"erin{asked}{number}{each}", password=None) for each in range(number)]
        choosy(*people[:asked])
        with CaptureQueriesContext(connection) as queries:
            conversations.start_group(dave, title="Fair", members=people, client_id=uuid4())
        return len(queries)

    assert cost(1, 0) == cost(1, 1) == cost(6, 3)


def test_a_stranger_who_adds_somebody_choosy_to_a_group_asks_them(alice, carol, dave, club):
    choosy(alice)
    say(carol, club)
    members.add(dave, conversation=club.id, users=[alice])
    assert state(alice, club) == Request.WAITING and state(carol, club) == Request.NONE
    assert listed(alice) == [] and listed(alice, "requests") == [
        club.id
    ]  # also before anything is said to her
    say(dave, club, "Welcome")
    assert counts.unread_total(alice.pk) == 0 and counts.by_filter(alice.pk)["requests"] == 1
    assert not presence.sharing_with(alice, [dave.pk, carol.pk])
    assert not presence.sharing_with(carol, [alice.pk])
    requests.accept(alice, conversation=club.id)
    assert listed(alice) == [club.id] and counts.unread_total(alice.pk) == 1
    assert presence.sharing_with(alice, [dave.pk, carol.pk]) == {dave.pk, carol.pk}


def test_to_be_in_a_group_without_wanting_it_makes_nobody_known(alice, carol, dave, club):
    choosy(alice)
    members.add(dave, conversation=club.id, users=[alice])
    for stranger in (dave, carol):
        assert state(alice, begin("direct", stranger, alice)) == Request.WAITING
        assert state(alice, begin("group", stranger, alice)) == Request.WAITING


def test_whoever_asked_is_who_is_answered_not_who_began_it(alice, bob, carol, dave, club):
    choosy(alice, bob)
    members.set_role(dave, conversation=club.id, user=carol, role="admin")
    members.add(carol, conversation=club.id, users=[alice])
    blocks.block(alice, other=dave)  # who began it, and whom she does not mean
    assert state(alice, club) == Request.WAITING
    blocks.block(alice, other=carol)
    assert state(alice, club) == Request.BLOCKED and listed(alice, "requests") == []
    blocks.unblock(alice, other=carol)
    assert state(alice, club) == Request.WAITING
    members.add(carol, conversation=club.id, users=[bob])
    befriend(bob, carol)
    requests.accept_from_contacts(bob.pk, carol.pk)
    assert state(bob, club) == Request.NONE


def test_who_declined_a_group_is_not_asked_again_by_the_same_person(alice, dave, club):
    choosy(alice)
    members.add(dave, conversation=club.id, users=[alice])
    requests.decline(alice, conversation=club.id)
    say(dave, club, "Please")
    assert listed(alice) == listed(alice, "requests") == [] and counts.unread_total(alice.pk) == 0
    with pytest.raises(Forbidden):
        conversations.start_group(dave, title="Again", members=[alice], client_id=uuid4())


def test_writing_into_it_accepts_and_coming_back_through_somebody_known_needs_no_answer(
    alice, bob, dave, club
):
    choosy(alice)
    members.add(dave, conversation=club.id, users=[alice])
    say(alice, club, "Hello all")
    assert state(alice, club) == Request.NONE
    members.leave(alice, conversation=club.id)
    members.add(dave, conversation=club.id, users=[alice])
    assert state(alice, club) == Request.WAITING  # left: strangers once more
    members.leave(alice, conversation=club.id)
    befriend(alice, bob)
    befriend(bob, dave)
    members.add(dave, conversation=club.id, users=[bob])
    members.set_role(dave, conversation=club.id, user=bob, role="admin")
    members.add(bob, conversation=club.id, users=[alice])
    assert state(alice, club) == Request.NONE


def test_a_group_goes_to_who_takes_part_in_it(alice, carol, dave, club):
    choosy(alice)
    rows = list(club.memberships.exclude(user=dave).select_related("user"))
    members.add(dave, conversation=club.id, users=[alice])
    members.set_role(dave, conversation=club.id, user=alice, role="admin")
    (heir,) = people.heirs(dave)
    rows = club.memberships.exclude(user=dave).select_related("user")
    assert heir.user == carol == min(rows, key=Membership.succession).user


@override_settings(CHATIFY_LIMITS=0.1)
def test_strangers_can_be_added_so_often_and_no_more(alice, bob, carol, dave, make_person, club):
    many = [make_person(f"erin{number}", password=None) for number in range(3)]
    pace.before_add(dave, conversation=club.id, people=many)  # in at once: nobody is asked
    members.add(dave, conversation=club.id, users=[bob])
    choosy(*many)
    pace.before_add(dave, conversation=club.id, people=[carol])
    pace.before_add(dave, conversation=club.id, people=many[:1])
    members.add(dave, conversation=club.id, users=many[:1])
    pace.before_add(dave, conversation=club.id, people=many[:1])  # there already
    pace.before_start(dave, kinds.GROUP, client_id=uuid4(), people=many[:1])  # asked already
    pace.before_start(dave, kinds.GROUP, client_id=uuid4(), people=many[1:2])
    with pytest.raises(TooMany):
        pace.before_add(dave, conversation=club.id, people=many[2:])
