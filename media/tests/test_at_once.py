"""Limits hold however many ask at the same moment, and a file is finished and sent once."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.flows import parallel
from chatify.jobs.models import Job
from media import queries, storage
from media.models import State, Upload
from media.operations import keeping
from messaging.models import Attachment, Message
from messaging.operations import conversations

from . import samples, sending

Signed = Callable[[User], Client]
pytestmark = pytest.mark.django_db(transaction=True)


def begin(owner: User, client_for: Signed) -> Callable[[int], int]:
    cookies = client_for(owner).cookies

    def begun(number: int) -> int:
        client = Client()
        client.cookies = cookies
        wish = {"name": f"{number}.bin", "size": 40}
        return client.post("/api/v1/uploads", wish, content_type="application/json").status_code

    return begun


def meeting(monkeypatch: pytest.MonkeyPatch, target: Any, name: str, *, count: int = 2) -> None:
    """Whoever is through with this waits until `count` are, or until it is clear that they cannot be: what they found
    is what they all found, unless somebody keeps them apart."""
    does, together = getattr(target, name), threading.Barrier(count)

    def met(*args: Any, **named: Any) -> Any:
        found = does(*args, **named)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(0.5)
        return found

    monkeypatch.setattr(target, name, met)


def test_the_last_room_is_taken_once(
    client_for: Signed, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, queries, "used", count=6)
    settings.CHATIFY_QUOTA = 100
    answers = parallel(begin(alice, client_for), range(6))
    assert sorted(answers) == [201, 201, 422, 422, 422, 422]
    assert Upload.objects.filter(owner=alice).count() == 2


def test_the_last_of_an_hour_is_begun_once(client_for: Signed, alice: User, settings: Any) -> None:
    assert settings.CHATIFY_RATES["upload"] == (60, 3600)
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "upload": (3, 3600)}
    answers = parallel(begin(alice, client_for), range(8))
    assert (answers.count(201), answers.count(429)) == (3, 5)
    assert Upload.objects.filter(owner=alice).count() == 3


def test_a_file_that_is_finished_twice_at_once_is_one(
    client_for: Signed, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, client = samples.photo(), client_for(alice)
    row = sending.begun(alice, data)
    meeting(monkeypatch, type(storage.current()), "arrived")
    answers = parallel(lambda _: finish(client, row), range(2))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["state"] for answer in answers] == [State.PROCESSING] * 2
    assert Job.objects.filter(kind=keeping.PROCESS).count() == 1
    assert sending.stored(row.key) == data


def finish(client: Client, row: Upload) -> Any:
    other = Client()
    other.cookies = client.cookies
    return other.post(f"/api/v1/uploads/{row.pk}/finish", "{}", content_type="application/json")


def test_a_file_goes_with_one_of_two_messages(
    client_for: Signed, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, chat = sending.arrive(alice, b"water the beans"), conversations.start_direct(alice, other=bob)
    cookies = client_for(alice).cookies

    def send(number: int) -> int:
        client = Client()
        client.cookies = cookies
        wish = {"client_id": str(uuid4()), "body": f"number {number}", "attachments": [str(file.pk)]}
        address = f"/api/v1/conversations/{chat.id}/messages"
        return client.post(address, wish, content_type="application/json").status_code

    meeting(monkeypatch, queries, "claimable")
    assert sorted(parallel(send, range(2))) == [201, 404]
    assert (Attachment.objects.count(), Message.objects.count()) == (1, 1)
