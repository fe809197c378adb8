"""Coming into a group by a link or by invitation: what opens, what no longer does, and who is last."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from chatify.jobs import runner
from chatify.lib.errors import ChatifyError, Conflict, Forbidden, Invalid, NotFound
from messaging import kinds
from messaging.models import Conversation, Event, Invitation, Joining, Membership
from messaging.notifications import words
from messaging.operations import blocks, conversations, groups, invitations, members, messages, returns
from messaging.operations.invitations import Came
from messaging.queries import counts, notices, timeline, verify
from messaging.queries import invitations as queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    """Alice owns it, Bob and Carol are members."""
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def link(actor: User, group: Conversation, **wish: object) -> Invitation:
    return invitations.link(actor, conversation=group.id, **wish)  # type: ignore[arg-type]


def accept(user: User, row: Invitation) -> Came:
    return invitations.accept(user, token=row.token).came


def inside(user: User, group: Conversation) -> bool:
    return Membership.objects.filter(conversation=group, user=user, left_seq=None).exists()


def test_whoever_has_the_link_comes_in_and_reads_from_then_on(
    group: Conversation, alice: User, dave: User
) -> None:
    old = messages.send(alice, conversation=group.id, body="before", client_id=uuid4())
    made = link(alice, group)
    assert made.token and made.token not in str(Invitation.objects.values().get())
    assert accept(dave, made) == Came.JOINED
    assert accept(dave, made) == Came.INSIDE
    made.refresh_from_db()
    assert made.uses == 1, "who is in it takes no place"
    with pytest.raises(NotFound):
        timeline.message(dave, old.id)
    told = Event.objects.filter(conversation=group).latest("seq")
    assert (told.type, told.actor_id, told.data["by"]) == ("member.joined", dave.pk, "link")
    assert counts.unread_total(dave.pk) == 0
    assert list(verify.check(group.id)) == []


def test_a_link_is_for_so_many_and_for_so_long(
    group: Conversation, alice: User, dave: User, sam: User, make_person: Callable[..., User]
) -> None:
    erin = make_person("erin")
    made = link(alice, group, max_uses=2)
    assert [accept(user, made) for user in (dave, sam)] == [Came.JOINED, Came.JOINED]
    with pytest.raises(Conflict, match="As many people"):
        accept(erin, made)
    short = link(alice, group, expires_at=timezone.now() + timedelta(hours=1))
    Invitation.objects.filter(pk=short.pk).update(expires_at=timezone.now())
    with pytest.raises(Conflict, match="time of this invitation is over"):
        accept(erin, short)
    gone = link(alice, group)
    invitations.revoke(alice, invitation=gone.id)
    with pytest.raises(Conflict, match="taken back"):
        accept(erin, gone)
    with pytest.raises(NotFound):
        invitations.accept(erin, token="x" * 32)
    assert not inside(erin, group)


def test_a_link_opens_only_while_whoever_made_it_may_invite(
    group: Conversation, alice: User, bob: User, dave: User
) -> None:
    with pytest.raises(Forbidden):
        link(bob, group)
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    made = link(bob, group)
    members.set_role(alice, conversation=group.id, user=bob, role="member")
    with pytest.raises(Conflict, match="cannot invite"):
        accept(dave, made)
    groups.change(alice, conversation=group.id, allow={"add": "everyone"})
    assert queries.refusal(made) == ""
    members.remove(alice, conversation=group.id, user=bob)
    with pytest.raises(Conflict, match="cannot invite"):
        accept(dave, made)
    assert not inside(dave, group)


def test_where_it_wants_an_approval_they_wait(
    group: Conversation, alice: User, bob: User, dave: User, sam: User
) -> None:
    made = link(alice, group, approval=True, max_uses=2)
    assert [accept(dave, made), accept(dave, made), accept(sam, made)] == [Came.ASKED] * 3
    made.refresh_from_db()
    assert made.uses == 2
    assert not inside(dave, group)
    assert [row.user for row in queries.joining(group).items] == [dave, sam]
    with pytest.raises(Forbidden):
        invitations.admit(bob, conversation=group.id, user=dave.pk)
    invitations.admit(alice, conversation=group.id, user=dave.pk)
    assert inside(dave, group)
    invitations.admit(alice, conversation=group.id, user=sam.pk, yes=False)
    assert queries.joining(group).items == []
    assert queries.offer(made, sam).asked, "who is refused is not told"
    with pytest.raises(NotFound):
        invitations.admit(alice, conversation=group.id, user=sam.pk)


def test_who_was_removed_comes_back_only_when_let_in_and_who_left_at_once(
    group: Conversation, alice: User, bob: User, carol: User
) -> None:
    made = link(alice, group)
    members.remove(alice, conversation=group.id, user=bob)
    members.leave(carol, conversation=group.id)
    assert accept(carol, made) == Came.JOINED
    assert accept(bob, made) == Came.ASKED
    assert not inside(bob, group)


def test_a_person_is_asked_and_decides(group: Conversation, alice: User, dave: User, sam: User) -> None:
    for_dave, for_sam = invitations.invite(alice, conversation=group.id, users=[dave, sam])
    assert invitations.invite(alice, conversation=group.id, users=[dave]) == [for_dave], "once"
    assert [row.pk for row in queries.for_me(dave)] == [for_dave.pk]
    assert counts.by_filter(dave.pk)["requests"] == 1
    with pytest.raises(NotFound):
        invitations.accept(sam, token=str(for_dave.id))
    assert accept(dave, for_dave) == Came.JOINED
    assert queries.for_me(dave) == [] and counts.by_filter(dave.pk)["requests"] == 0
    invitations.decline(sam, token=str(for_sam.id))
    invitations.decline(sam, token=str(for_sam.id))
    assert queries.for_me(sam) == []
    with pytest.raises(NotFound):
        accept(sam, for_sam)


def test_what_was_taken_back_is_not_there(group: Conversation, alice: User, sam: User) -> None:
    (made,) = invitations.invite(alice, conversation=group.id, users=[sam, alice])
    invitations.revoke(alice, invitation=made.id)
    assert queries.for_me(sam) == []
    with pytest.raises(NotFound):
        accept(sam, made)


def test_who_declined_is_left_alone_for_a_month(
    group: Conversation, alice: User, bob: User, dave: User
) -> None:
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    made = invitations.ask(alice, conversation=group.id, user=dave)
    invitations.decline(dave, token=made.token)
    for actor in (alice, bob):
        with pytest.raises(Forbidden, match="Not everybody here can be added"):
            invitations.ask(actor, conversation=group.id, user=dave)
    other = conversations.start_group(alice, title="Choir", members=[], client_id=uuid4())
    assert invitations.ask(alice, conversation=other.id, user=dave)
    Invitation.objects.filter(pk=made.pk).update(closed_at=timezone.now() - timedelta(days=31))
    assert invitations.ask(alice, conversation=group.id, user=dave).pk != made.pk


def test_nor_is_put_in_by_hand_and_may_come_by_themselves(
    group: Conversation, alice: User, dave: User
) -> None:
    (made,) = invitations.invite(alice, conversation=group.id, users=[dave])
    invitations.decline(dave, token=made.token)
    with pytest.raises(Forbidden, match="Not everybody here can be added"):
        members.add(alice, conversation=group.id, users=[dave])
    assert not inside(dave, group)
    assert accept(dave, link(alice, group)) == Came.JOINED
    members.remove(alice, conversation=group.id, user=dave)
    Invitation.objects.update(closed_at=timezone.now() - queries.REST)
    assert members.add(alice, conversation=group.id, users=[dave])


def test_what_opens_nothing_is_not_among_my_requests(
    group: Conversation, alice: User, bob: User, dave: User
) -> None:
    groups.change(alice, conversation=group.id, allow={"add": "everyone"})
    invitations.invite(bob, conversation=group.id, users=[dave])
    assert (len(queries.for_me(dave)), counts.by_filter(dave.pk)["requests"]) == (1, 1)
    groups.change(alice, conversation=group.id, allow={"add": "admins"})
    assert (len(queries.for_me(dave)), counts.by_filter(dave.pk)["requests"]) == (0, 0)
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    assert (len(queries.for_me(dave)), counts.by_filter(dave.pk)["requests"]) == (1, 1)


def test_those_who_run_the_group_hear_of_who_asks_until_it_is_decided(
    group: Conversation, alice: User, bob: User, carol: User, dave: User, sam: User
) -> None:
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    made = link(alice, group, approval=True)
    for asker in (dave, sam):
        assert accept(asker, made) == Came.ASKED
        assert accept(asker, made) == Came.ASKED
    runner.run_due()
    assert [notices.waiting(each.pk) for each in (alice, bob, carol)] == [2, 2, 0]
    told = words.of(bob, notices.page(bob).items[0])
    assert told.title == "Sam asks to be let in" and told.url == f"/c/{group.id}/invitations/#asking"
    invitations.admit(bob, conversation=group.id, user=dave.pk)
    assert [notices.waiting(each.pk) for each in (alice, bob)] == [1, 1]
    invitations.admit(alice, conversation=group.id, user=sam.pk, yes=False)
    assert [notices.waiting(each.pk) for each in (alice, bob)] == [0, 0]
    members.remove(alice, conversation=group.id, user=dave)
    assert accept(dave, made) == Came.ASKED
    runner.run_due()
    assert notices.waiting(alice.pk) == 1, "it is another wish"
    members.add(alice, conversation=group.id, users=[dave])
    assert notices.waiting(alice.pk) == 0


@pytest.mark.parametrize("way", ["added", "by a link", "let in"])
def test_who_came_another_way_and_was_removed_has_no_way_back(
    group: Conversation, alice: User, dave: User, way: str
) -> None:
    named = invitations.ask(alice, conversation=group.id, user=dave)
    public = link(alice, group, approval=way == "let in")
    if way == "added":
        members.add(alice, conversation=group.id, users=[dave])
    else:
        accept(dave, public)
    if way == "let in":
        invitations.admit(alice, conversation=group.id, user=dave.pk)
    assert inside(dave, group)
    assert queries.for_me(dave) == [] and counts.by_filter(dave.pk)["requests"] == 0
    assert accept(dave, named) == Came.INSIDE
    members.remove(alice, conversation=group.id, user=dave)
    with pytest.raises(NotFound):
        accept(dave, named)
    assert accept(dave, public) == Came.ASKED
    assert not inside(dave, group)


def test_who_goes_leaves_no_invitation_and_no_request_open(
    group: Conversation, alice: User, bob: User
) -> None:
    made = Invitation.objects.create(
        conversation=group, creator=alice, receiver=bob, pair=f"{group.pk}:{bob.pk}"
    )
    Joining.objects.create(conversation=group, user=bob, invitation=made)
    members.remove(alice, conversation=group.id, user=bob)
    made.refresh_from_db()
    assert (made.state, made.pair) == ("revoked", None)
    assert not Joining.objects.exists()


def test_who_was_asked_while_leaving_was_undone_is_asked_no_more(
    group: Conversation, alice: User, bob: User
) -> None:
    left = returns.leave(bob, conversation=group.id)
    invitations.ask(alice, conversation=group.id, user=bob)
    returns.undo(bob, change=left.pk)
    assert inside(bob, group) and queries.for_me(bob) == []


def test_who_waits_to_be_let_in_and_is_added_waits_no_more(
    group: Conversation, alice: User, dave: User
) -> None:
    accept(dave, link(alice, group, approval=True))
    members.add(alice, conversation=group.id, users=[dave])
    assert not Joining.objects.exists()


def test_an_invitation_by_name_is_over_once_they_came_in_or_went_in_another_way(
    group: Conversation, alice: User, dave: User
) -> None:
    (asked,) = invitations.invite(alice, conversation=group.id, users=[dave])
    assert accept(dave, link(alice, group)) is Came.JOINED
    members.remove(alice, conversation=group.id, user=dave)
    with pytest.raises(NotFound):
        accept(dave, asked)
    assert not inside(dave, group)


def test_nobody_is_invited_by_whom_they_blocked(group: Conversation, alice: User, dave: User) -> None:
    (made,) = invitations.invite(alice, conversation=group.id, users=[dave])
    blocks.block(dave, other=alice)
    alice.refresh_from_db()
    assert queries.for_me(dave) == []
    invitations.revoke(alice, invitation=made.id)
    with pytest.raises(Forbidden, match="Not everybody here can be added"):
        invitations.invite(alice, conversation=group.id, users=[dave])


def test_only_its_maker_and_those_who_run_the_group_take_it_back(
    group: Conversation, alice: User, bob: User, carol: User, dave: User
) -> None:
    groups.change(alice, conversation=group.id, allow={"add": "everyone"})
    own, others = link(bob, group), link(carol, group)
    assert [row.pk for row in queries.made(bob, group.id)] == [own.pk]
    for row, actor in ((others, bob), (own, dave)):
        with pytest.raises(NotFound):
            invitations.revoke(actor, invitation=row.id)
    assert {row.pk for row in queries.made(alice, group.id)} == {own.pk, others.pk}
    invitations.revoke(bob, invitation=own.id)
    invitations.revoke(alice, invitation=others.id)
    assert queries.made(alice, group.id) == []
    with pytest.raises(NotFound):
        queries.made(dave, group.id)


def test_a_full_group_takes_nobody(
    group: Conversation, alice: User, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = link(alice, group)
    monkeypatch.setitem(kinds.BY_NAME, "group", replace(kinds.GROUP, maximum_members=3))
    with pytest.raises(Conflict, match="at most 3 members"):
        accept(dave, made)
    made.refresh_from_db()
    assert made.uses == 0


@pytest.mark.parametrize(
    "wish",
    [{"max_uses": 0}, {"max_uses": 1001}, {"expires_at": timezone.now() - timedelta(minutes=1)}],
    ids=["none", "too many", "past"],
)
def test_what_no_link_can_be_is_refused(group: Conversation, alice: User, wish: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        link(alice, group, **wish)
    assert not Invitation.objects.exists()


def test_links_whose_time_is_over_count_no_more(
    group: Conversation, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST", 1)
    row = link(alice, group, expires_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(Conflict):
        link(alice, group)
    Invitation.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    assert link(alice, group)


def test_a_chat_has_no_invitations(acquainted: None, alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    with pytest.raises(Forbidden):
        link(alice, chat)


def test_with_another_key_a_link_still_opens_and_is_no_longer_shown(
    group: Conversation, alice: User, dave: User
) -> None:
    made = link(alice, group)
    token = made.token
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert made.token == ""
        assert invitations.accept(dave, token=token).came == Came.JOINED


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once_a_hundred_times(alice: User, make_person: Callable[..., User]) -> None:
    """Two people use a link for one at the same moment: one comes in, the other is told that it is used."""
    one, other = make_person("one"), make_person("other")
    groups_of = [
        conversations.start_group(alice, title=f"Group {n}", members=[], client_id=uuid4())
        for n in range(100)
    ]
    links = [link(alice, group, max_uses=1) for group in groups_of]

    def use(user: User, row: Invitation) -> str:
        try:
            return str(accept(user, row))
        except ChatifyError as error:
            return error.detail
        finally:
            connections.close_all()

    for group, row in zip(groups_of, links, strict=True):
        with ThreadPoolExecutor(2) as pool:
            came = sorted(pool.map(use, (one, other), (row, row)))
        assert came == ["As many people as it was made for have used this invitation.", "joined"]
        assert Membership.objects.filter(conversation=group, left_seq=None).count() == 2
        row.refresh_from_db()
        assert row.uses == 1
    assert not Joining.objects.exists()
