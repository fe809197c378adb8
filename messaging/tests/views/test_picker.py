"""Choosing many people costs what choosing one costs."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import User


def test_a_field_of_people_is_looked_up_at_once(
    alice: User,
    make_person: Callable[..., User],
    client_for: Callable[[User], Client],
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    names = [make_person(f"guest{number}").username for number in range(12)]
    client = client_for(alice)
    client.get("/c/new/", {"kind": "group", "to": names[:1]})
    with django_assert_max_num_queries(12) as one:
        client.get("/c/new/", {"kind": "group", "to": names[:1]})
    with django_assert_num_queries(len(one)):
        page = client.get("/c/new/", {"kind": "group", "to": names})
    assert page.content.decode().count("guest") >= 12
