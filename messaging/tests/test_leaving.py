"""Deleting an account: two weeks to take it back, then the name goes and the log still holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts import avatars, queries
from accounts.events import SessionsChanged
from accounts.models import Block, Contact, ContactRequest, Device, Export, RetiredName, User, UserSession
from accounts.operations import blocks, contacts, exports, leaving, people, profile
from accounts.tests.flows import AUTH, PASSWORD, mails, prove, sign_in, tokens
from accounts.tests.pictures import picture as drawn
from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib import events, ids
from chatify.lib.errors import Conflict, Invalid
from messaging.models import Membership, Message, Report
from messaging.operations import conversations, departures, members, messages, reports
from messaging.queries import inbox, verify
from messaging.queries import members as who

pytestmark = pytest.mark.django_db
PAGE = "/settings/data/delete/"
KEEP = "/settings/data/keep/"


def say(sender: User, conversation: Any, body: str = "hello") -> Any:
    return messages.send(sender, conversation=conversation.id, body=body, client_id=ids.uuid7())


def start(owner: User, *others: User, title: str = "Boats") -> Any:
    return conversations.start_group(owner, title=title, members=list(others), client_id=ids.uuid7())


def time_passes(user: User) -> User:
    """The two weeks are over, and the jobs that are due are done."""
    leaving.ask(user, typed=user.username)
    over = timezone.now() - timedelta(seconds=1)
    User.objects.filter(pk=user.pk).update(leaves_at=over)
    due = Job.objects.filter(kind=leaving.KIND, done_at=None)
    due.update(due=over, payload={"user": str(user.pk), "at": over.isoformat()})
    runner.run_due()
    return User.objects.get(pk=user.pk)


def role_of(conversation: Any, user: User) -> str:
    return Membership.objects.get(conversation=conversation, user=user, left_seq=None).role


def test_it_wants_a_proof_and_the_username(alice: User, client_for: Callable[[User], Client]) -> None:
    client = client_for(alice)
    assert "14 days" in client.get(PAGE).content.decode()
    assert "/accounts/reauthenticate/" in client.post(PAGE, {"typed": "alice"})["Location"]
    prove(client)
    for wrong in ("", "bob", "alice\x00", "a" * 10_000):
        assert client.post(PAGE, {"typed": wrong}).status_code == 422
    assert not Job.objects.filter(kind=leaving.KIND).exists()
    assert client.post(PAGE, {"typed": " @Alice "})["Location"] == "/accounts/login/"
    assert "Sign in before then to keep it" in client.get("/accounts/login/").content.decode()
    assert User.objects.get(pk=alice.pk).leaves_at > timezone.now() + timedelta(days=13)


def test_who_leaves_is_out_at_once_and_looks_unchanged_to_others(
    alice: User,
    bob: User,
    client_for: Callable[[User], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[Any] = []
    events.subscribe(SessionsChanged, heard.append)
    chat = conversations.start_direct(alice, other=bob)
    client, program = client_for(alice), tokens(Client(), alice.email)
    bearer = {"Authorization": f"Bearer {program['access_token']}"}
    assert Client().get("/api/v1/me", headers=bearer).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        leaving.ask(alice, typed="alice")
    assert heard == [SessionsChanged(alice.pk)]
    assert "/accounts/login/" in client.get("/inbox/")["Location"]
    assert Client().get("/api/v1/me", headers=bearer).status_code == 401
    other = client_for(bob)
    assert "Alice" in other.get("/people/alice/").content.decode()
    assert other.get(f"/api/v1/conversations/{chat.id}").json()["title"] == "Alice"
    events._handlers[SessionsChanged].remove(heard.append)


def test_signing_in_again_offers_to_take_it_back(alice: User) -> None:
    leaving.ask(alice, typed="alice")
    client = Client()
    assert sign_in(client, alice.email).status_code == 302
    for path in ("/inbox/", "/settings/profile/", "/accounts/email/", "/people/"):
        assert client.get(path)["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "Keep my account" in page and "app.js" not in page
    assert client.get("/settings/data/").status_code == 200
    assert client.get("/api/v1/me").status_code == 403
    assert queries.authenticate_cookie(client.session.session_key) is None
    program = tokens(Client(), alice.email)
    bearer = {"Authorization": f"Bearer {program['access_token']}"}
    assert Client().get("/api/v1/me", headers=bearer).status_code == 403
    changed = Client().post(
        f"{AUTH}/account/password/change",
        {"current_password": PASSWORD, "new_password": "three green boats at noon"},
        content_type="application/json",
        headers={"X-Session-Token": program["session_token"]},
    )
    assert changed.status_code == 401
    assert client.post(KEEP)["Location"] == "/settings/data/"
    assert client.get("/inbox/").status_code == 200
    told = [each.subject for each in mails() if "account" in each.subject]
    assert told == ["Your Chatify account is going to be deleted", "Your Chatify account stays"]


def test_what_was_taken_back_is_not_erased(alice: User) -> None:
    first = leaving.ask(alice, typed="alice").leaves_at
    leaving.take_back(alice)
    leaving.erase({"user": str(alice.pk), "at": first.isoformat()})
    second = leaving.ask(alice, typed="alice").leaves_at
    leaving.erase({"user": str(alice.pk), "at": first.isoformat()})
    leaving.erase({"user": str(alice.pk), "at": second.isoformat()})  # not yet over
    assert User.objects.get(pk=alice.pk).username == "alice" and first != second


def test_then_nothing_of_the_person_is_left_anywhere(alice: User, bob: User, carol: User, dave: User) -> None:
    profile.update(
        alice, display_name="Alice Liddell", about="down the hole", status_text="late", status_emoji="⏰"
    )
    profile.set_avatar(alice, drawn())
    picture = alice.avatar
    contacts.accept(bob, request=contacts.ask(alice, other=bob).id)
    contacts.ask(carol, other=alice)
    blocks.block(alice, other=dave)
    blocks.block(carol, other=alice)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    sign_in(Client(), alice.email)
    copy = exports.exports.file_of(exports.ask(alice).pk)
    runner.run_due()
    assert copy.is_file()
    gone = time_passes(alice)
    assert gone.label == "Deleted person" and gone.erased_at and not gone.is_active
    for model in (Contact, ContactRequest, Block, Device, Export, UserSession, Authenticator):
        assert not model.objects.exists(), model
    assert not copy.exists()
    with pytest.raises(Exception, match="no such picture"):
        avatars.read(picture, "small")
    runner.run_due()
    found = [
        each
        for each in everything()
        if any(word in each.lower() for word in ("liddell", "alice", "the hole"))
    ]
    assert found == []
    assert mails()[-1].subject == "Your Chatify account is deleted" and mails()[-1].to == [
        "alice@example.test"
    ]


def everything() -> list[str]:
    """Every text in every table."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, kinds)]
        for row in model._base_manager.values_list(*names) if names else ():
            found.append(f"{model.__name__}: {row}")
    return found


def test_what_others_were_told_stays(
    acquainted: None, alice: User, bob: User, carol: User, client_for: Callable[[User], Client]
) -> None:
    chat, group = conversations.start_direct(alice, other=bob), start(alice, bob, carol)
    letter = conversations.start_mail(
        alice, subject="Lease", to=[bob], cc=[], body="signed by me", client_id=ids.uuid7()
    )
    said = say(alice, chat, "see you")
    report, _ = reports.report(bob, message=said.id, reason="spam")
    time_passes(alice)
    client = client_for(bob)
    rows = {row["id"]: row["title"] for row in client.get("/api/v1/conversations").json()["items"]}
    assert rows == {str(chat.id): "Deleted person", str(group.id): "Boats", str(letter.id): "Lease"}
    (message,) = client.get(f"/api/v1/conversations/{chat.id}/messages").json()["items"]
    assert message["body"] == "see you" and message["sender"]["display_name"] == "Deleted person"
    page = client.get(f"/c/{chat.id}/").content.decode()
    assert "deleted their account and left" in page and "Alice" not in page
    assert client.get("/people/alice/").status_code == 404
    assert client.get("/api/v1/people?q=deleted").json()["items"] == []
    assert Report.objects.get(pk=report.pk).person_id == alice.pk
    for row in (chat, group, letter):
        assert list(verify.check(row.id)) == []
    assert say(bob, chat, "anybody there?").number == 2


def test_a_group_goes_to_its_oldest_admin_then_to_its_oldest_member(
    alice: User, bob: User, carol: User, dave: User, make_person: Callable[..., User]
) -> None:
    first, second = start(alice, bob, carol, dave, title="First"), start(alice, bob, carol, title="Second")
    shared, alone = start(alice, bob, title="Shared"), start(alice, title="Alone")
    members.set_role(alice, conversation=first.id, user=dave, role="admin")
    members.set_role(alice, conversation=shared.id, user=bob, role="owner")
    members.leave(bob, conversation=second.id)
    members.add(alice, conversation=second.id, users=[bob])
    told = {row.conversation.title: row.user for row in who.heirs(alice)}
    assert told == {"First": dave, "Second": min(bob, carol, key=lambda one: _place(second, one))}
    people.suspend(told["Second"])
    other = carol if told["Second"] == bob else bob
    assert {row.conversation.title: row.user for row in who.heirs(alice)} == {"First": dave, "Second": other}
    time_passes(alice)
    assert role_of(first, dave) == role_of(second, other) == role_of(shared, bob) == "owner"
    for row in (first, second, shared, alone):
        assert list(verify.check(row.id)) == []
    owned = Membership.objects.filter(left_seq=None, role="owner").values_list(
        "conversation__title", flat=True
    )
    assert sorted(owned) == ["First", "Second", "Shared"]


def _place(conversation: Any, user: User) -> Any:
    row = Membership.objects.get(conversation=conversation, user=user)
    return row.joined_at, row.id


def test_the_heirs_are_found_by_two_queries(
    alice: User, bob: User, carol: User, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        start(alice, bob, carol, title=f"Group {number}")
    with django_assert_num_queries(2):
        assert len(who.heirs(alice)) == 6


def test_a_failure_in_the_middle_goes_on_and_twice_changes_nothing(
    alice: User, bob: User, monkeypatch: Any
) -> None:
    groups = [start(alice, bob, title=f"Group {number}") for number in range(3)]
    leave, calls = departures._leave, []

    def failing(user: User, conversation: Any) -> None:
        calls.append(conversation)
        if len(calls) == 2:
            raise OSError("a disk")
        leave(user, conversation)

    monkeypatch.setattr(departures, "_leave", failing)
    half = time_passes(alice)
    assert half.label == "Deleted person" and half.erased_at is None
    assert Membership.objects.filter(user=alice, left_seq=None).count() == 2
    Job.objects.filter(kind=leaving.KIND).update(due=timezone.now())
    runner.run_due()
    done = User.objects.get(pk=alice.pk)
    assert done.erased_at and not Membership.objects.filter(user=alice, left_seq=None).exists()
    heads = [inbox.row(bob, group.id).conversation.head for group in groups]
    leaving.erase({"user": str(alice.pk), "at": done.leaves_at.isoformat()})
    assert [inbox.row(bob, group.id).conversation.head for group in groups] == heads
    assert [each.subject for each in mails()].count("Your Chatify account is deleted") == 1


def test_the_name_is_given_to_nobody_and_the_address_is_free(alice: User, bob: User, settings: Any) -> None:
    time_passes(alice)
    with pytest.raises(Invalid, match="taken"):
        people.create(email="new@example.test", username="alice", password=None)
    with pytest.raises(Invalid, match="taken"):
        profile.update(bob, username="Alice")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 60
    assert queries.username_taken("alice") and not queries.username_taken("carol")
    again = people.create(email="alice@example.test", username="alice2", password=None)
    assert again.pk != alice.pk and RetiredName.objects.count() == 1
    with pytest.raises(Invalid, match="reserved"):
        people.create(email="x@example.test", username="deleted-0123", password=None)


def test_the_last_with_all_rights_stays_and_nothing_deleted_is_restored(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    with pytest.raises(Conflict):
        leaving.ask(alice, typed="alice")
    gone = time_passes(bob)
    with pytest.raises(Invalid, match="deleted"):
        people.restore(gone)
    assert Message.objects.count() == 0


def test_no_row_that_goes_is_held_by_one_that_stays() -> None:
    held = [
        f"{relation.related_model.__name__} by {holder.related_model.__name__}"
        for relation in leaving._own_relations()
        for holder in relation.related_model._meta.get_fields(include_hidden=True)
        if holder.auto_created
        and not holder.concrete
        and getattr(holder, "on_delete", None) is models.PROTECT
    ]
    assert held == [], "keep these rows where messaging connects `leaving.before_erasing`"
