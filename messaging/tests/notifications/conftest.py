"""The log is read by hand, and two channels write down what they were handed."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from accounts.models import User
from chatify.jobs.models import Job
from chatify.jobs.runner import run_due
from messaging.models import Conversation, Notice, Unsettled
from messaging.notifications import channels
from messaging.operations import conversations, messages, settle

Handed = list[tuple[str, str, str]]


@pytest.fixture
def group(alice: User, bob: User, carol: User, acquainted: None) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handed]:
    """(channel, username, kind) of all that went out; everybody can be reached."""
    monkeypatch.setattr(channels, "_channels", {})
    out: Handed = []
    for name in ("push", "mail"):
        channels.register(
            name, lambda person, row, name=name: out.append((name, person.username, row.kind)), reaches=list
        )
    yield out


@pytest.fixture
def say() -> Callable[..., Notice]:
    def send(sender: User, conversation: Conversation, body: str = "Hello", **more: object) -> object:
        fresh = User.objects.get(pk=sender.pk)
        return messages.send(fresh, conversation=conversation.id, body=body, client_id=uuid4(), **more)

    return send


@pytest.fixture
def follow() -> Callable[[], None]:
    """Settle what was said and do the work that follows."""

    def work() -> None:
        settle.settle(list(Unsettled.objects.values_list("pk", flat=True)))
        run_due()
        failed = Job.objects.exclude(error="").values_list("kind", "error")
        assert list(failed) == []

    return work


@pytest.fixture
def rows() -> Callable[..., list[tuple[str, str]]]:
    """(kind, reason) of somebody's notices, oldest first."""

    def of(person: User, **where: object) -> list[tuple[str, str]]:
        found = Notice.objects.filter(user=person, **where).order_by("pk")
        return list(found.values_list("kind", "reason"))

    return of


@pytest.fixture
def later() -> Callable[[], None]:
    """Whatever is due some time is due now."""

    def work() -> None:
        for channel in ("push", "mail"):
            for row in Notice.objects.exclude(**{f"{channel}_due": None}):
                Notice.objects.filter(pk=row.pk).update(**{f"{channel}_due": row.created_at})
        Job.objects.filter(done_at=None).update(due=Job.objects.earliest("created_at").created_at)
        run_due()

    return work
