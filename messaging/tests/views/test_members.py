"""Who is in a group: what each role may do, and that leaving is leaving."""

import pytest

from messaging.models import Membership
from messaging.operations import members

pytestmark = pytest.mark.django_db


def html(response):
    return response.content.decode()


def test_an_owner_adds_removes_and_renames(as_alice, dave, bob, group):
    base = f"/c/{group.id}/"
    assert as_alice.post(f"{base}members/", {"to": "dave"}).status_code == 303
    assert as_alice.post(f"{base}members/{bob.id}/remove/").status_code == 303
    assert as_alice.post(f"{base}title/", {"title": "Orchard"}).status_code == 303
    page = html(as_alice.get(f"{base}details/"))
    assert "Orchard" in page
    assert "@dave" in page
    assert f"member-{bob.id}" not in page


def test_a_member_may_look_and_leave_and_nothing_else(as_bob, bob, carol, dave, group):
    base = f"/c/{group.id}/"
    page = html(as_bob.get(f"{base}details/"))
    assert "Leave group" in page
    assert "Rename" not in page
    for path, fields in (
        ("members/", {"to": "dave"}),
        (f"members/{carol.id}/remove/", {}),
        (f"members/{carol.id}/role/", {"role": "owner"}),
        ("title/", {"title": "Mine"}),
    ):
        response = as_bob.post(base + path, fields)
        assert response.status_code == 403, path
        assert 'role="alert"' in html(response)
    assert as_bob.post(f"{base}leave/")["Location"] == "/inbox/"
    assert as_bob.get(base).status_code == 404


def test_strangers_change_nothing(as_dave, bob, group):
    for path in ("members/", f"members/{bob.id}/remove/", f"members/{bob.id}/role/", "title/", "leave/"):
        assert (
            as_dave.post(f"/c/{group.id}/{path}", {"to": "dave", "title": "x", "role": "owner"}).status_code
            == 404
        )
    assert Membership.objects.filter(conversation=group, left_seq=None).count() == 3


def test_the_last_owner_hands_over_first(as_alice, bob, group):
    refused = as_alice.post(f"/c/{group.id}/leave/")
    assert refused.status_code == 409
    assert "last owner" in html(refused)
    assert as_alice.post(f"/c/{group.id}/members/{bob.id}/role/", {"role": "owner"}).status_code == 303
    assert as_alice.post(f"/c/{group.id}/leave/").status_code == 303


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("members/", {}, "at least one"),
        ("members/", {"to": "ghost"}, "nobody called ghost"),
        ("title/", {"title": " "}, "cannot be empty"),
    ],
)
def test_bad_changes_are_refused_in_place(as_alice, group, path, fields, sentence):
    response = as_alice.post(f"/c/{group.id}/{path}", fields)
    assert response.status_code == 422
    assert sentence in html(response)


def test_adding_searches_without_a_script(as_alice, dave, group):
    page = html(as_alice.post(f"/c/{group.id}/members/", {"q_to": "dav", "find": "1"}))
    assert 'value="dave"' in page


def test_a_chat_has_details_but_no_way_to_change_who_is_in_it(as_alice, bob, chat):
    page = html(as_alice.get(f"/c/{chat.id}/details/"))
    assert "@bob" in page
    assert "Leave group" not in page
    assert as_alice.post(f"/c/{chat.id}/members/", {"to": "bob"}).status_code == 403


def test_many_members_come_in_pages(as_alice, alice, group, make_person):
    members.add(
        alice,
        conversation=group.id,
        users=[make_person(f"p{index:02}", password=None) for index in range(55)],
    )
    page = html(as_alice.get(f"/c/{group.id}/details/"))
    assert "More members" in page
