"""Search for programs: the shapes of what was found, paging, limits and bad input."""

from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import User
from messaging.models import Conversation
from messaging.operations import search

from .conftest import Call, Caller


@pytest.fixture
def caller(call: Call, alice: User) -> Caller:
    return call(alice)


def test_each_kind_has_its_own_shape(
    caller: Caller, alice: User, bob: User, group: Conversation, write: Any
) -> None:
    write(bob, group, "bob says hello to the garden")
    search.catch_up()
    items = caller.get("/search", q="bob").json()["items"]
    assert [(item["kind"], item["snippet"]) for item in items] == [
        ("person", "Bob"),
        ("message", "bob says hello to the garden"),
    ]
    assert items[0]["person"]["username"] == "bob"
    assert "email" not in items[0]["person"]
    message = items[1]["message"]
    assert message["conversation"] == str(group.id)
    assert (message["number"], message["sender"]["username"], message["starred"]) == (1, "bob", False)
    assert items[1]["conversation"] is None
    titled = caller.get("/search", q=group.title.lower()).json()["items"]
    assert {item["kind"] for item in titled} == {"conversation", "message"} or titled[0][
        "kind"
    ] == "conversation"


def test_a_snippet_is_plain_text(caller: Caller, bob: User, group: Conversation, write: Any) -> None:
    write(bob, group, "# Melons\n\n- **ripe** `melon` <now>\n- [where](https://shop.example/) & __init__")
    search.catch_up()
    (item,) = caller.get("/search", q="ripe").json()["items"]
    assert item["snippet"] == "Melons ripe melon <now> where & __init__"


def test_pages_follow_each_other(caller: Caller, bob: User, group: Conversation, write: Any) -> None:
    for number in range(5):
        write(bob, group, f"melon {number}")
    search.catch_up()
    first = caller.get("/search", q="melon", limit=3).json()
    second = caller.get("/search", q="melon", limit=3, cursor=first["next"]).json()
    assert [item["message"]["body"] for item in [*first["items"], *second["items"]]] == [
        f"melon {number}" for number in (4, 3, 2, 1, 0)
    ]
    assert second["next"] is None


def test_a_stranger_finds_nothing(call: Call, bob: User, dave: User, group: Conversation, write: Any) -> None:
    write(bob, group, "a secret melon")
    search.catch_up()
    assert len(call(bob).get("/search", q="melon").json()["items"]) == 1
    assert call(dave).get("/search", q="melon").json()["items"] == []
    assert call(dave).get("/search", q=group.title).json()["items"] == []


@pytest.mark.parametrize(
    "q", ["", "%", "' OR 1=1 --", '"', "\u202e", "a" * 5_000, "from:" * 50, "NEAR(a b)", "*", "🎉" * 50]
)
def test_whatever_is_typed_is_answered(caller: Caller, q: str) -> None:
    answer = caller.get(f"/search?q={quote(q)}")
    assert answer.status_code == 200
    assert answer.json() == {"items": [], "next": None}


@pytest.mark.parametrize("query", ["q=a&cursor=x", "q=a&cursor=WyItMSJd", "q=a&limit=x"])
def test_what_is_no_page_is_refused(caller: Caller, query: str) -> None:
    answer = caller.get(f"/search?{query}")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_more_than_thirty_a_minute_are_too_many(caller: Caller, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 1.0
    answers = [caller.get("/search", q="tea").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
