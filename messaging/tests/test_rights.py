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
from messaging.models import (
    Conversation,
    HiddenMessage,
    Invitation,
    Joining,
    KeptDraft,
    Membership,
    Message,
    Reaction,
    Scheduled,
    Star,
)
from messaging.operations import blocks, conversations, inbox, invitations, log, members, messages
from messaging.queries import sync

from .acts import ALLOWED, API, EVERYBODY, PAGES, WHO, X, Y

pytestmark = pytest.mark.django_db

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
    mine = (
        "role",
        "left_seq",
        "read_number",
        "done_at",
        "pinned_at",
        "muted_until",
        "snoozed_until",
        "level",
    )
    return (
        list(Conversation.objects.values_list("head", "title", "members_post", "previews")),
        list(Membership.objects.order_by("pk").values_list(*mine)),
        list(Invitation.objects.order_by("pk").values_list("state", "uses")),
        *(
            rows.objects.count()
            for rows in (Joining, Message, Reaction, Star, HiddenMessage, KeptDraft, Scheduled)
        ),
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


def test_every_act_has_its_doors() -> None:
    named = {act_of(act) for act in EVERYBODY}
    assert named == set(PAGES) == set(API)


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


@pytest.mark.parametrize("who", WHO[:-1])
def test_what_the_socket_asks_and_moves_is_answered_by_right(
    who: str, cast: dict[str, User], group: Conversation, names: Names
) -> None:
    """`read`, `got` and `unread` are taken in batches, and each is told its own error; `sync` reads as a page does."""
    user, other = cast[who].pk, cast["owner"].pk
    may = EVERYBODY["read"][WHO.index(who)] == Y
    for kind in ("read", "got", "unread"):
        with tried(group, kind):
            steps = [inbox.Advance(each, group.id, kind, 1) for each in (user, other)]  # type: ignore[arg-type]
            outcome, own = inbox.advance(steps)
            assert not isinstance(own, ChatifyError), "who is refused holds nobody up"
            assert (getattr(outcome, "status", 200) == 200) == may and (may or outcome.status == X)
    told = sync.socket_memberships([user]).get(user, [])
    assert (group.id in {each.conversation for each in told}) == may
    assert (user in sync.members(group.id)[1]) == may, "typing and events go to these"
