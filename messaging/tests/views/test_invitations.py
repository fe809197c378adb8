"""Inviting by link and by name, letting in, and the page that an invitation opens."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests import flows
from messaging.models import Invitation, Membership
from messaging.operations import invitations, members

pytestmark = pytest.mark.django_db


def html(response):
    return response.content.decode()


@pytest.fixture
def made(alice, group):
    """An open link of Alice."""
    return invitations.link(alice, conversation=group.id)


def path(row):
    return f"/invite/{row.token}/"


def test_an_owner_makes_a_link_shows_its_code_and_takes_it_back(as_alice, as_dave, group):
    base = f"/c/{group.id}/invitations/"
    assert "Invite people" in html(as_alice.get(f"/c/{group.id}/details/"))
    assert as_alice.post(base, {"make": "link", "expires": "24", "max_uses": "5"}).status_code == 303
    page = html(as_alice.get(base))
    url = unescape(re.search(r'value="(http://testserver/invite/[\w-]{32}/)"', page)[1])
    assert "used 0 of 5 times" in page
    picture = as_alice.get(re.search(r'src="([^"]+qr\.svg)"', page)[1])
    assert picture["Content-Type"] == "image/svg+xml" and picture.content.startswith(b"<?xml")
    assert "no-store" in picture["Cache-Control"]
    row = Invitation.objects.get()
    assert as_dave.get(f"{base}{row.id}/qr.svg").status_code == 404
    assert as_alice.post(f"{base}{row.id}/revoke/").status_code == 303
    assert as_dave.get(url).status_code == 410
    assert as_alice.get(f"{base}{row.id}/qr.svg").status_code == 404


def test_whoever_has_the_link_sees_the_group_and_joins(as_dave, dave, group, made):
    page = html(as_dave.get(path(made)))
    assert "Garden" in page and "Alice" in page and "3 members" in page and "Join the group" in page
    assert as_dave.post(path(made), {"do": "accept"})["Location"] == f"/c/{group.id}/"
    assert "joined by a link" in html(as_dave.get(f"/c/{group.id}/"))
    assert "You are in this group" in html(as_dave.get(path(made)))
    assert as_dave.post(path(made), {"do": "fly"}).status_code == 422
    assert as_dave.post(path(made), {"do": "decline"}).status_code == 404


def test_a_visitor_sees_it_and_signs_in_to_go_on(group, made):
    visitor = Client()
    answer = visitor.get(path(made))
    page = html(answer)
    assert "Garden" in page and "Sign in to join" in page and "<form" not in page
    assert f"/accounts/login/?next=%2Finvite%2F{made.token}%2F" in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "bob" not in page.lower(), "who is in it is nobody's business yet"
    assert visitor.post(path(made), {"do": "accept"}).status_code == 302
    invitations.revoke(made.creator, invitation=made.id)
    gone = visitor.get(path(made))
    assert gone.status_code == 410 and "Garden" not in html(gone), "what the group is now is not shown by it"


@pytest.mark.parametrize(
    "token", ["x" * 32, "x", "%00", "é", "a" * 5000, "01900000-0000-7000-8000-000000000000"]
)
def test_what_is_no_invitation_does_not_exist(as_dave, token):
    assert as_dave.get(f"/invite/{token}/").status_code == 404
    assert as_dave.post(f"/invite/{token}/", {"do": "accept"}).status_code == 404
    assert Client().get(f"/invite/{token}/").status_code == 404


def test_with_an_approval_they_wait_until_they_are_let_in(as_alice, as_bob, as_dave, dave, alice, group):
    made = invitations.link(alice, conversation=group.id, approval=True)
    assert "Ask to be let in" in html(as_dave.get(path(made)))
    assert as_dave.post(path(made), {"do": "accept"})["Location"] == path(made)
    assert "You asked to be let in" in html(as_dave.get(path(made)))
    assert as_dave.get(f"/c/{group.id}/").status_code == 404
    assert "1 ask to be let in" in html(as_alice.get(f"/c/{group.id}/details/"))
    answer = f"/c/{group.id}/joining/{dave.id}/"
    assert as_bob.post(answer, {"do": "accept"}).status_code == 403
    assert as_alice.post(answer, {"do": "maybe"}).status_code == 422
    assert "Let in" in html(as_alice.get(f"/c/{group.id}/invitations/"))
    assert as_alice.post(answer, {"do": "accept"}).status_code == 303
    assert "let <b><bdi>Dave</bdi></b> in" in html(as_dave.get(f"/c/{group.id}/"))
    assert as_alice.post(answer, {"do": "accept"}).status_code == 404


def test_a_person_finds_it_in_the_requests_and_answers(as_alice, as_dave, dave, group):
    base = f"/c/{group.id}/invitations/"
    assert 'value="dave"' in html(as_alice.post(base, {"q_to": "dav", "find": "1"}))
    assert as_alice.post(base, {"make": "people", "to": "dave"}).status_code == 303
    row = Invitation.objects.get()
    assert "Take back" in html(as_alice.get(base))
    page = html(as_dave.get("/inbox/?filter=requests"))
    assert path(row) in page and "invites you" in page
    assert 'data-waiting="requests">1<' in page
    assert as_dave.get(f"/c/{group.id}/").status_code == 404
    assert as_dave.post(path(row), {"do": "decline"}).status_code == 303
    assert path(row) not in html(as_dave.get("/inbox/?filter=requests"))
    assert not Membership.objects.filter(conversation=group, user=dave).exists()
    assert as_dave.get(path(row)).status_code == 404
    assert as_dave.post(path(row), {"do": "decline"}).status_code == 303, "again changes nothing"


@pytest.mark.parametrize(
    "over",
    [{"state": "revoked"}, {"expires_at": timezone.now()}, {"max_uses": 1, "uses": 1}],
    ids=["taken back", "too late", "full"],
)
def test_a_link_that_opens_nothing_tells_nothing_of_the_group(as_bob, as_dave, group, made, over):
    Invitation.objects.filter(pk=made.pk).update(**over)
    for client in (Client(), as_dave):
        answer = client.get(path(made))
        assert answer.status_code == 410
        assert "Garden" not in html(answer) and "Alice" not in html(answer) and "3 member" not in html(answer)
    assert "Garden" in html(as_bob.get(path(made))), "who is in it sees it anyway"


def test_an_invitation_by_name_is_gone_with_the_membership_that_it_brought(as_dave, alice, dave, group):
    row = invitations.ask(alice, conversation=group.id, user=dave)
    invitations.accept(dave, token=row.token)
    assert "You are in this group" in html(as_dave.get(path(row)))
    members.remove(alice, conversation=group.id, user=dave)
    assert as_dave.get(path(row)).status_code == 404
    assert as_dave.post(path(row), {"do": "accept"}).status_code == 404
    answer = as_dave.post(f"/api/v1/invitations/{row.token}/accept")
    assert answer.status_code == 404 and "Garden" not in html(answer)


def test_another_persons_invitation_does_not_exist(as_bob, alice, dave, group):
    (row,) = invitations.invite(alice, conversation=group.id, users=[dave])
    assert as_bob.get(path(row)).status_code == 404
    assert Client().get(path(row)).status_code == 404


def test_who_may_not_add_does_not_invite(as_bob, as_dave, group, made):
    base = f"/c/{group.id}/invitations/"
    assert "Invite people" not in html(as_bob.get(f"/c/{group.id}/details/"))
    assert as_bob.get(base).status_code == 403
    assert as_bob.post(base, {"make": "link"}).status_code == 403
    assert as_bob.post(f"{base}{made.id}/revoke/").status_code == 404
    assert as_bob.get(f"{base}{made.id}/qr.svg").status_code == 404
    for method, where in (("get", base), ("post", base), ("post", f"{base}{made.id}/revoke/")):
        assert getattr(as_dave, method)(where, {"make": "link"}).status_code == 404
    assert Invitation.objects.filter(state="open").count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"make": "people"}, "at least one"),
        ({"make": "people", "to": "ghost"}, "nobody called ghost"),
        ({"make": "link", "expires": "-1"}, "Choose one of the answers"),
        ({"make": "link", "max_uses": "1e9"}, "Choose one of the answers"),
    ],
)
def test_bad_invitations_are_refused_in_place(as_alice, group, fields, sentence):
    response = as_alice.post(f"/c/{group.id}/invitations/", fields)
    assert response.status_code == 422
    assert sentence in html(response)
    assert not Invitation.objects.exists()


def test_guessing_is_slowed_down(as_dave, settings, made):
    settings.CHATIFY_LIMITS = 1
    tries = [as_dave.get(f"/invite/{n:032}/").status_code for n in range(12)]
    assert tries == [404] * 10 + [429] * 2
    assert as_dave.get(path(made)).status_code == 200, "what is there is shown"
    refused = as_dave.post(path(made), {"do": "accept"})
    assert refused.status_code == 429 and refused["Retry-After"]


def test_the_page_costs_the_same_for_many(as_alice, alice, group, make_person, django_assert_max_num_queries):
    for n in range(12):
        invitations.link(alice, conversation=group.id)
        invitations.invite(alice, conversation=group.id, users=[make_person(f"p{n}", password=None)])
    as_alice.get(f"/c/{group.id}/invitations/")
    with django_assert_max_num_queries(30):
        as_alice.get(f"/c/{group.id}/invitations/")


def test_a_link_of_who_left_says_that_it_opens_nothing(as_alice, alice, bob, group):
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    invitations.link(bob, conversation=group.id)
    members.leave(bob, conversation=group.id)
    assert "cannot invite people any more" in html(as_alice.get(f"/c/{group.id}/invitations/"))


def test_who_signs_up_on_the_way_arrives_at_the_invitation(db, group, made):
    visitor = Client()
    link = unescape(re.search(r'href="(/accounts/signup/[^"]+)"', html(visitor.get(path(made))))[1])
    assert f'value="{path(made)}"' in html(visitor.get(link))
    flows.sign_up(visitor, next=path(made))
    arrived = visitor.post("/accounts/confirm-email/", {"code": flows.last_code()}, follow=True)
    assert arrived.request["PATH_INFO"] == path(made), arrived.redirect_chain
    assert "Join the group" in html(arrived)
