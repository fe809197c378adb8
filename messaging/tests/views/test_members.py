"""Who is in a group: what each role may do, and that leaving is leaving."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from messaging.models import InboxChange, Membership
from messaging.operations import members
from messaging.queries import counts, verify

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
    assert as_bob.post(f"{base}leave/")["Location"].startswith("/inbox/undo/")
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
    page = html(as_alice.get(f"/c/{group.id}/details/"))
    assert f'<option value="{bob.id}">' in page
    for heir, status in (("nobody", 422), (str(uuid4()), 404)):
        assert as_alice.post(f"/c/{group.id}/leave/", {"successor": heir}).status_code == status
    assert as_alice.post(f"/c/{group.id}/leave/", {"successor": str(bob.id)}).status_code == 303
    assert Membership.objects.get(conversation=group, user=bob).role == "owner"


def test_an_owner_gives_roles_and_steps_down(as_alice, as_bob, alice, bob, carol, group):
    base = f"/c/{group.id}/members/"
    page = html(as_alice.get(f"/c/{group.id}/details/"))
    assert page.count('class="giving"') == 3
    assert as_alice.post(f"{base}{alice.id}/role/", {"role": "member"}).status_code == 409
    assert as_alice.post(f"{base}{bob.id}/role/", {"role": "admin"}).status_code == 303
    assert 'class="giving"' not in html(as_bob.get(f"/c/{group.id}/details/"))
    assert as_bob.post(f"{base}{carol.id}/role/", {"role": "admin"}).status_code == 403
    assert as_alice.post(f"{base}{bob.id}/role/", {"role": "owner"}).status_code == 303
    assert 'name="successor"' not in html(as_alice.get(f"/c/{group.id}/details/"))
    assert as_alice.post(f"{base}{alice.id}/role/", {"role": "member"}).status_code == 303
    assert as_bob.post(f"{base}{carol.id}/role/", {"role": "king"}).status_code == 422


def test_only_an_owner_names_a_successor(as_bob, carol, group):
    refused = as_bob.post(f"/c/{group.id}/leave/", {"successor": str(carol.id)})
    assert refused.status_code == 403
    assert Membership.objects.get(conversation=group, user=carol).role == "member"


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
    more = re.search(r'href="(\?members=[^"]+)">More members', page)
    assert more
    rest = html(as_alice.get(f"/c/{group.id}/details/{more[1]}"))
    assert "@p54" in rest
    assert "@alice" not in rest.split('id="members"')[1]
    found = html(as_alice.get(f"/c/{group.id}/details/?q=P0")).split('id="members"')[1]
    assert found.count('class="person"') == 10
    assert "Nobody found" in html(as_alice.get(f"/c/{group.id}/details/?q=zz"))


def test_a_group_says_who_may_do_what(as_alice, as_bob, group):
    base = f"/c/{group.id}/"
    assert "Who writes" in html(as_alice.get(f"{base}details/"))
    composer = 'id="composer" action'
    assert composer in html(as_bob.get(base))
    assert as_alice.post(f"{base}rights/", {"post": "admins", "pin": "everyone"}).status_code == 303
    page = html(as_bob.get(base))
    assert re.search(r'id="composer"[^>]* hidden>', page)
    assert re.search(r'id="listening" role="status">', page)
    assert 'data-rights="pin"' in page
    assert "lets only admins post, and all members pin messages" in page
    own = html(as_alice.get(base))
    assert not re.search(r'id="composer"[^>]* hidden>', own)
    assert re.search(r'id="listening"[^>]* hidden>', own)


def test_what_a_reader_tried_to_write_is_refused_and_kept(as_alice, as_bob, group):
    as_alice.post(f"/c/{group.id}/rights/", {"post": "admins"})
    answer = as_bob.post(f"/c/{group.id}/messages/", {"body": "Typed before", "client_id": str(uuid4())})
    assert answer.status_code == 403
    page = html(answer)
    assert "Typed before" in page
    assert "<li>Only admins post here.</li>" in page


def test_members_see_who_may_do_what_and_change_nothing(as_bob, as_dave, group):
    page = html(as_bob.get(f"/c/{group.id}/details/"))
    assert "<dt>Who writes</dt><dd>All members</dd>" in page
    refused = as_bob.post(f"/c/{group.id}/rights/", {"post": "admins"})
    assert refused.status_code == 403
    assert 'role="alert"' in html(refused)
    assert as_dave.post(f"/c/{group.id}/rights/", {"post": "admins"}).status_code == 404


def test_a_topic_stands_in_the_details_and_in_the_timeline(as_alice, as_bob, group):
    topic = "<img src=x onerror=alert(1)> ماء"
    assert as_alice.post(f"/c/{group.id}/title/", {"title": "Garden", "topic": topic}).status_code == 303
    for path in ("", "details/"):
        page = html(as_bob.get(f"/c/{group.id}/{path}"))
        assert "&lt;img src=x onerror=alert(1)&gt; ماء" in page
        assert "<img src=x" not in page
    long = as_alice.post(f"/c/{group.id}/title/", {"title": "Garden", "topic": "x" * 301})
    assert long.status_code == 422
    assert "at most 300" in html(long)
    odd = as_alice.post(f"/c/{group.id}/rights/", {"post": "nobody"})
    assert odd.status_code == 422
    assert "Choose one of the answers" in html(odd)


def test_who_left_comes_back_as_they_were(as_alice, as_bob, bob, alice, group, say):
    members.set_role(alice, conversation=group.id, user=bob, role="admin")
    say(alice, group, "before")
    undo = as_bob.post(f"/c/{group.id}/leave/")["Location"]
    assert "You left Garden." in html(as_bob.get(undo))
    say(alice, group, "meanwhile")
    assert as_alice.post(undo).status_code == 404
    assert "Undone" in html(as_bob.post(undo))
    page = html(as_bob.get(f"/c/{group.id}/"))
    assert "joined again" in page and "before" in page and "meanwhile" in page
    row = Membership.objects.select_related("conversation").get(conversation=group, user=bob)
    assert (row.role, counts.unread(row)) == ("admin", 2)
    assert list(verify.check(group.id)) == []
    assert as_bob.post(undo).status_code == 409


def test_leaving_is_not_undone_when_it_is_late_or_they_came_back_otherwise(as_bob, bob, alice, group):
    undo = as_bob.post(f"/c/{group.id}/leave/")["Location"]
    members.add(alice, conversation=group.id, users=[bob])
    assert as_bob.post(undo).status_code == 409
    members.remove(alice, conversation=group.id, user=bob)
    assert as_bob.post(undo).status_code == 409
    assert not Membership.objects.filter(conversation=group, user=bob, left_seq=None).exists()
    late = InboxChange.objects.get()
    InboxChange.objects.update(created_at=late.created_at - timedelta(minutes=11))
    assert as_bob.post(undo).status_code == 404
