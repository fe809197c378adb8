"""Who may do what in a group: every act, for everybody there is, by the page and by the API, and writing by the socket.

Rows are acts, columns people: what each is answered. 403 tells a member that they may not; to whoever is outside, the
group does not exist (404), and who is not signed in is asked to sign in.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chatify.lib import db
from chatify.lib.errors import ChatifyError
from messaging.models import Conversation, Invitation, Joining, Membership
from messaging.operations import blocks, conversations, invitations, log, members, messages

pytestmark = pytest.mark.django_db

WHO = ("owner", "admin", "member", "removed", "stranger", "blocked", "anonymous")
"""`blocked` is a member whom the owner blocked: in a group they are a member like others, and cannot tell."""

# act: what the page answers to each of WHO, and then the API. 2xx and 3xx are written as "yes".
Y, N, X = "yes", 403, 404
MEMBERS = (Y, Y, Y, X, X, Y)
ADMINS = (Y, Y, N, X, X, N)
OWNERS = (Y, N, N, X, X, N)
EVERYBODY: dict[str, tuple[Any, ...]] = {
    "read": MEMBERS,
    "write": MEMBERS,
    "write_announced": ADMINS,
    "see_members": MEMBERS,
    "add": ADMINS,
    "add_allowed": MEMBERS,
    "remove_member": ADMINS,
    "remove_owner": (409, N, N, X, X, N),
    "promote": OWNERS,
    "rename": ADMINS,
    "rename_allowed": MEMBERS,
    "picture": ADMINS,
    "picture_allowed": MEMBERS,
    "allow": ADMINS,
    "pin": ADMINS,
    "pin_allowed": MEMBERS,
    "delete_of_another": ADMINS,
    "invite_by_link": ADMINS,
    "invite_by_link_allowed": MEMBERS,
    "invite_person": ADMINS,
    "revoke_of_another": (Y, Y, X, X, X, X),
    "let_in": ADMINS,
    "leave": (409, Y, Y, X, X, Y),
}
ALLOWED = {"write_announced": {"members_post": False}, "add_allowed": {"members_add": True},
           "rename_allowed": {"members_edit": True}, "picture_allowed": {"members_edit": True},
           "pin_allowed": {"members_pin": True},
           "invite_by_link_allowed": {"members_add": True}}  # fmt: skip

# act: method and path, then the form of the page, the body of the API. {c} the group, {m} a message, {u} somebody in
# it, {o} its owner, {n} somebody new, {i} a link of another, {j} who asks to be let in
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "read": ("GET", "/c/{c}/", {}),
    "write": ("POST", "/c/{c}/messages/", {"body": "hello", "client_id": "{k}"}),
    "see_members": ("GET", "/c/{c}/details/", {}),
    "add": ("POST", "/c/{c}/members/", {"to": "newcomer-one"}),
    "remove_member": ("POST", "/c/{c}/members/{u}/remove/", {}),
    "remove_owner": ("POST", "/c/{c}/members/{o}/remove/", {}),
    "promote": ("POST", "/c/{c}/members/{u}/role/", {"role": "admin"}),
    "rename": ("POST", "/c/{c}/title/", {"title": "Orchard"}),
    "picture": ("POST", "/c/{c}/picture/", {"remove": "1"}),
    "allow": ("POST", "/c/{c}/rights/", {"post": "admins"}),
    "pin": ("POST", "/m/{m}/pin/", {"on": "1"}),
    "delete_of_another": ("POST", "/m/{m}/delete/", {"for": "everyone"}),
    "invite_by_link": ("POST", "/c/{c}/invitations/", {"make": "link"}),
    "invite_person": ("POST", "/c/{c}/invitations/", {"make": "people", "to": "newcomer-one"}),
    "revoke_of_another": ("POST", "/c/{c}/invitations/{i}/revoke/", {}),
    "let_in": ("POST", "/c/{c}/joining/{j}/", {"do": "accept"}),
    "leave": ("POST", "/c/{c}/leave/", {}),
}
API: dict[str, tuple[str, str, dict[str, Any]]] = {
    "read": ("GET", "/conversations/{c}/messages", {}),
    "write": ("POST", "/conversations/{c}/messages", {"body": "hello", "client_id": "{k}"}),
    "see_members": ("GET", "/conversations/{c}/members", {}),
    "add": ("POST", "/conversations/{c}/members", {"members": ["{n}"]}),
    "remove_member": ("DELETE", "/conversations/{c}/members/{u}", {}),
    "remove_owner": ("DELETE", "/conversations/{c}/members/{o}", {}),
    "promote": ("PATCH", "/conversations/{c}/members/{u}", {"role": "admin"}),
    "rename": ("PATCH", "/conversations/{c}", {"title": "Orchard"}),
    "picture": ("DELETE", "/conversations/{c}/avatar", {}),
    "allow": ("PATCH", "/conversations/{c}", {"settings": {"post": "admins"}}),
    "pin": ("PUT", "/messages/{m}/pin", {}),
    "delete_of_another": ("DELETE", "/messages/{m}", {}),
    "invite_by_link": ("POST", "/conversations/{c}/invitations", {}),
    "invite_person": ("POST", "/conversations/{c}/invitations", {"person": "{n}"}),
    "revoke_of_another": ("DELETE", "/invitations/{i}", {}),
    "let_in": ("POST", "/conversations/{c}/joining/{j}/accept", {}),
    "leave": ("DELETE", "/conversations/{c}", {}),
}
Names = dict[str, str]


@pytest.fixture
def cast(make_person: Callable[..., User]) -> dict[str, User]:
    return {
        name: make_person(f"{name}-one", password=None) for name in (*WHO[:-1], "other", "newcomer", "asker")
    }


@pytest.fixture
def group(cast: dict[str, User]) -> Conversation:
    """With everybody in it who was or is a member; `other` wrote the message, made the link and runs it, too."""
    owner = cast["owner"]
    people = [cast[name] for name in ("admin", "member", "removed", "blocked", "other")]
    row = conversations.start_group(owner, title="Garden", members=people, client_id=uuid4())
    for name in ("admin", "other"):
        members.set_role(owner, conversation=row.id, user=cast[name], role="admin")
    members.remove(owner, conversation=row.id, user=cast["removed"])
    blocks.block(owner, other=cast["blocked"])
    return row


@pytest.fixture
def names(cast: dict[str, User], group: Conversation) -> Names:
    other = cast["other"]
    said = messages.send(other, conversation=group.id, body="Mine", client_id=uuid4())
    link = invitations.link(other, conversation=group.id, approval=True)
    invitations.accept(cast["asker"], token=link.token)
    return {
        "c": str(group.id), "m": str(said.id), "u": str(other.pk), "o": str(cast["owner"].pk),
        "n": str(cast["newcomer"].pk), "i": str(link.id), "j": str(cast["asker"].pk), "k": str(uuid4()),
    }  # fmt: skip


def client_of(cast: dict[str, User], who: str) -> Client:
    client = Client()
    if who in cast:
        client.force_login(User.objects.get(pk=cast[who].pk))
    return client


def filled(value: Any, names: Names) -> Any:
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) else value


def state() -> tuple[Any, ...]:
    """What no refused act may change."""
    return (
        list(Conversation.objects.values_list("head", "title", "members_post")),
        list(Membership.objects.order_by("pk").values_list("role", "left_seq")),
        list(Invitation.objects.order_by("pk").values_list("state", "uses")),
        Joining.objects.count(),
    )


def check(answer: Any, expected: Any, before: tuple[Any, ...], told: Any) -> None:
    if expected == Y:
        assert answer.status_code < 400, (told, answer.content[:300])
        return
    assert answer.status_code == expected, (told, answer.status_code, answer.content[:300])
    assert state() == before, told


def act_of(name: str) -> str:
    return name.removesuffix("_allowed").removesuffix("_announced")


class _Undone(Exception):
    """Ends what is not to last."""


@contextmanager
def tried(group: Conversation, act: str) -> Iterator[tuple[Any, ...]]:
    """One act, on the group as it was set up and after it undone; gives the state before."""
    with pytest.raises(_Undone), db.atomic():
        Conversation.objects.filter(pk=group.pk).update(**ALLOWED.get(act, {}))
        yield state()
        raise _Undone


@pytest.mark.parametrize("who", WHO)
def test_the_page_answers_each_by_right(
    who: str, cast: dict[str, User], group: Conversation, names: Names
) -> None:
    client = client_of(cast, who)
    for act, answers in EVERYBODY.items():
        method, path, form = PAGES[act_of(act)]
        with tried(group, act) as before:
            send = client.get if method == "GET" else client.post
            answer = send(path.format(**names), filled(form, names))
            if who == "anonymous":
                assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"), act
                assert state() == before
            else:
                check(answer, answers[WHO.index(who)], before, act)


@pytest.mark.parametrize("who", WHO)
def test_the_api_answers_each_by_right(
    who: str, cast: dict[str, User], group: Conversation, names: Names
) -> None:
    client = client_of(cast, who)
    for act, answers in EVERYBODY.items():
        method, path, body = API[act_of(act)]
        with tried(group, act) as before:
            said = "" if method == "GET" or not body and method != "POST" else json.dumps(filled(body, names))
            answer = client.generic(
                method, "/api/v1" + path.format(**names), said, content_type="application/json"
            )
            check(answer, 401 if who == "anonymous" else answers[WHO.index(who)], before, act)


@pytest.mark.parametrize("who", WHO[:-1])
def test_what_the_socket_sends_is_answered_by_right(
    who: str, cast: dict[str, User], group: Conversation
) -> None:
    """A socket hands what was sent to `log.append` with others', and tells each its own error."""
    sender = User.objects.get(pk=cast[who].pk)
    for act in ("write", "write_announced"):
        with tried(group, act):
            draft = messages.prepare(sender, conversation=group.id, body="hello", client_id=uuid4())
            beside = messages.prepare(cast["owner"], conversation=group.id, body="beside", client_id=uuid4())
            outcome, own = log.append([draft, beside])
            assert isinstance(own, log.Sent), "who is refused holds nobody up"
            answered = outcome.status if isinstance(outcome, ChatifyError) else Y
            assert answered == EVERYBODY[act][WHO.index(who)], act
