"""What a process leaves undone when it is behind, and in which order."""

from collections.abc import Iterator
from types import SimpleNamespace
from uuid import uuid4

import pytest

from accounts.models import User
from chatify.lib import strain
from chatify.lib.errors import TooMany
from messaging.operations import conversations, messages, pace
from messaging.realtime.backlog import Backlog
from messaging.realtime.hub import Hub
from messaging.realtime.presence import Presence

from .fakes import new_user
from .test_commands import Desk, at, desk, send  # noqa: F401
from .test_presence import enter, here, shown  # noqa: F401


@pytest.fixture(autouse=True)
def _calm() -> Iterator[None]:
    yield
    strain.report(0)


def test_what_is_missed_least_goes_first_and_sends_last() -> None:
    order = ["typing", "presence", "preview", "search", "socket", "send"]
    assert sorted(order, key=lambda what: strain.BEYOND_S[what]) == order
    shed = []
    for seconds in (0.0, 0.6, 1.2, 2.0, 4.0, 6.0):
        strain.report(seconds)
        shed.append([what for what in order if strain.sheds(what)])
    assert shed == [[], order[:2], order[:3], order[:4], order[:5], order]


class Counted(SimpleNamespace):
    answered = 0
    submitted = 0


def test_the_age_of_the_oldest_unanswered_is_known_without_a_clock_on_each() -> None:
    batcher, now = Counted(), [100.0]
    backlog = Backlog(batcher, lambda: now[0])
    ages = []
    for submitted, answered in [(0, 0), (5, 0), (9, 0), (9, 4), (9, 5), (12, 9), (12, 12)]:
        batcher.submitted, batcher.answered = submitted, answered
        ages.append(backlog.look())
        now[0] += 1
    assert ages == [0, 0, 1, 2, 2, 0, 0]


async def test_sends_are_put_off_without_a_mark_against_who_sends(
    at: SimpleNamespace,  # noqa: F811
    desk: Desk,  # noqa: F811
) -> None:
    strain.report(6)
    for _ in range(5):
        send(at)
    assert not desk.postings, "nothing of it reaches the database"
    refusals = at.out.of("error")
    assert {refusal["code"] for refusal in refusals} == {"rate"}
    assert all(refusal["retry_ms"] >= 1000 for refusal in refusals)
    assert not at.out.closed, "three in a row would close a socket that asks too much"


async def test_coming_and_going_is_told_when_there_is_time_again(hub: Hub, here: Presence) -> None:  # noqa: F811
    alice, bob = new_user(), new_user()
    hers = enter(hub, here, alice)
    strain.report(0.6)
    enter(hub, here, bob)
    assert shown(hers) == []
    strain.report(0)
    await here.refresh()
    assert shown(hers) == [(bob, True)]


def test_a_form_and_the_api_are_put_off_but_a_repeat_is_answered(alice: User, bob: User) -> None:
    chat, key = conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4()).id, uuid4()
    messages.send(alice, conversation=chat, body="kept", client_id=key)
    strain.report(6)
    pace.before_send(alice, conversation=chat, client_id=key)
    with pytest.raises(TooMany) as refused:
        pace.before_send(alice, conversation=chat, client_id=uuid4())
    assert refused.value.retry_after >= 1
