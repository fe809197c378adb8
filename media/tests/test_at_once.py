"""Limits hold however many ask at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.flows import parallel
from media.models import Upload

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


def test_the_last_room_is_taken_once(client_for: Signed, alice: User, settings: Any) -> None:
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
