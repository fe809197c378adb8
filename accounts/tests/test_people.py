"""Finding people: by name or username, when signed in, never by e-mail."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test.utils import override_settings

from accounts import queries
from accounts.models import User
from accounts.operations import people, profile
from chatify.lib import paging
from chatify.lib.errors import Forbidden, Invalid, NotFound, TooMany

pytestmark = pytest.mark.django_db


def names(actor: User, q: str) -> list[str]:
    return [person.username for person in queries.find_people(actor, q).items]


def test_people_are_found_by_part_of_name_or_username_in_any_case(
    alice: User, bob: User, carol: User
) -> None:
    profile.update(carol, display_name="Çağla ÖZTÜRK")
    assert names(alice, "BO") == ["bob"]
    assert names(alice, "öztürk") == ["carol"]
    assert names(alice, "çağla car") == ["carol"]
    assert names(alice, "@carol") == ["carol"]
    assert names(alice, "çağla bob") == []
    assert names(alice, "") == ["bob", "carol"]


def test_oneself_and_the_suspended_are_not_found(alice: User, bob: User) -> None:
    assert names(bob, "alice") == ["alice"]
    people.suspend(bob)
    assert names(alice, "bob") == [] and names(alice, "alice") == []
    for look in (lambda: queries.person_by_username(alice, "bob"), lambda: queries.person(alice, bob.id)):
        with pytest.raises(NotFound):
            look()


def test_an_address_finds_nobody(alice: User, bob: User) -> None:
    for q in (bob.email, "bob@", "@example.test", "example"):
        assert names(alice, q) == []


def test_a_signed_out_visitor_may_not_look(bob: User) -> None:
    with pytest.raises(Forbidden):
        queries.find_people(AnonymousUser(), "bob")


@pytest.mark.parametrize(
    "q", ["%", "_", "\\", "'", "b%b", "b_b", "a" * 10_000, "x " * 300, "((&|!:*", "{{ q }}"]
)
def test_odd_questions_are_text(alice: User, bob: User, q: str) -> None:
    assert names(alice, "b") == ["bob"]
    assert names(alice, q) == []


@pytest.mark.parametrize("q", ["b\x00ob", "\ud800bob", "bob\r\n"])
def test_what_cannot_be_stored_is_left_out_of_a_question(alice: User, bob: User, q: str) -> None:
    assert names(alice, q) == ["bob"]


def test_pages_go_on_without_gap_or_repetition(alice: User, make_person: Callable[[str], User]) -> None:
    crowd = [make_person(f"twin-{n:02}").username for n in range(7)]
    seen, cursor = [], None
    while True:
        page = queries.find_people(alice, "twin", cursor=cursor, limit=3)
        seen += [person.username for person in page.items]
        if not (cursor := page.next):
            break
    assert seen == crowd
    assert len(queries.find_people(alice, "twin", limit=10**6).items) == 7
    assert len(queries.find_people(alice, "twin", limit=-5).items) == 1


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ", "W10", "é", "A" * 5_000])
def test_a_foreign_cursor_is_refused(alice: User, cursor: str) -> None:
    with pytest.raises(Invalid):
        queries.find_people(alice, "b", cursor=cursor)


@override_settings(CHATIFY_LIMITS=1.0)
def test_looking_has_a_limit(alice: User) -> None:
    for _ in range(30):
        names(alice, "bob")
    with pytest.raises(TooMany):
        names(alice, "bob")


def test_people_by_ids_keep_the_order_and_refuse_strangers_ids(alice: User, bob: User, carol: User) -> None:
    found = queries.people_by_ids(alice, [carol.id, str(bob.id), carol.id])
    assert found == [carol, bob]
    for foreign in (uuid4(), "x", "\x00", str(bob.id)[:-1]):
        with pytest.raises(NotFound):
            queries.people_by_ids(alice, [bob.id, foreign])


@pytest.mark.parametrize("name", ["nobody", "", "\x00", "ﬀ", "x" * 10_000])
def test_an_unknown_username_is_nobody(alice: User, name: str) -> None:
    with pytest.raises(NotFound):
        queries.person_by_username(alice, name)


def test_a_username_is_read_in_any_case(alice: User, bob: User) -> None:
    assert queries.person_by_username(alice, "@BOB") == bob


def test_creating_somebody_twice_names_the_field(alice: User) -> None:
    for email, username, field in (
        ("ALICE@example.test", "al", "email"),
        ("al@example.test", "Alice", "username"),
    ):
        with pytest.raises(Invalid) as refused:
            people.create(email=email, username=username, password=None)
        assert list(refused.value.errors) == [field]


def test_a_person_has_a_face_without_a_picture(alice: User) -> None:
    assert (alice.label, alice.initials) == ("Alice", "A")
    profile.update(alice, display_name="")
    assert alice.label == "alice"
    assert 0 <= alice.hue < 24 and alice.hue == User.objects.get(pk=alice.pk).hue
    assert User.objects.get_by_natural_key("ALICE@example.test") == alice


@override_settings(CHATIFY_LIMITS=1.0)
def test_a_cursor_is_no_way_around_the_limit(alice: User) -> None:
    for _ in range(30):
        queries.find_people(alice, "bob", cursor=paging.encode(""))
    with pytest.raises(TooMany):
        queries.find_people(alice, "bob", cursor=paging.encode(""))
