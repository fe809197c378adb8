"""A person's own page and data: changed in one piece, refused in words, shown to others without what is private."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import User
from accounts.operations import profile
from chatify.lib import text
from chatify.lib.errors import Invalid, TooMany

SignIn = Callable[[User], Client]
FORM = {"display_name": "Alice", "username": "alice", "about": "", "status_text": "", "status_emoji": ""}


def save(client: Client, **changes: Any) -> Any:
    return client.post("/settings/profile/", {**FORM, "status_for": "", "time_zone": "", **changes})


def test_everything_can_be_changed_at_once(alice: User, bob: User, client_for: SignIn) -> None:
    given = {"about": "Plums & pears.\r\nAsk me.", "status_text": "On leave", "status_emoji": "🌴"}
    answer = save(client_for(alice), display_name="Alice Apfel", time_zone="Europe/Berlin", **given)
    assert answer.status_code == 303
    shown = client_for(bob).get(f"/api/v1/people/{alice.id}").json()
    assert (shown["display_name"], shown["about"]) == ("Alice Apfel", "Plums & pears.\nAsk me.")
    assert shown["status"] == {"text": "On leave", "emoji": "🌴", "until": None}
    assert "time_zone" not in shown
    page = client_for(bob).get("/people/alice/").content.decode()
    assert "Plums &amp; pears.<br>" in page
    assert "On leave" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "x" * 81),
        ("username", "../etc"),
        ("username", "admin"),
        ("username", "bob"),
        ("username", "pаypal"),
        ("about", "x" * 501),
        ("about", "a\x00b"),
        ("status_text", "x" * 101),
        ("status_emoji", "<b>"),
        ("status_emoji", "ab"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Foo/Bar"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    alice: User, bob: User, client_for: SignIn, field: str, value: str
) -> None:
    client = client_for(alice)
    answer = save(client, **{"about": "Kept as typed", field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    over_json = client.patch("/api/v1/me", _json(field, value), content_type="application/json")
    assert over_json.status_code in (400, 422)
    alice.refresh_from_db()
    assert (alice.username, alice.about, alice.status_text, alice.time_zone) == ("alice", "", "", "")


def _json(field: str, value: str) -> dict[str, Any]:
    if field.startswith("status_"):
        return {"about": "x", "status": {field.removeprefix("status_"): value}}
    return {"about": "x", field: value}


def test_a_status_ends_by_itself(alice: User, client_for: SignIn) -> None:
    client = client_for(alice)
    save(client, status_text="Lunch", status_for="1h")
    until = client.get("/api/v1/me").json()["status"]["until"]
    assert until > timezone.now().isoformat()
    save(client, status_text="Lunch!", status_for="keep")
    assert client.get("/api/v1/me").json()["status"]["until"] == until
    User.objects.filter(pk=alice.pk).update(status_until=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me").json()["status"] == {"text": "", "emoji": "", "until": None}
    with pytest.raises(Invalid, match="over"):
        profile.update(alice, status_text="Late", status_until=timezone.now())


@pytest.mark.parametrize(
    "until", ["yesterday", "2026-02-30T00:00:00Z", "0000-01-01", "9999-12-31T23:59:59+99:99", 5]
)
def test_a_status_needs_a_time_that_exists(alice: User, client_for: SignIn, until: Any) -> None:
    status = {"text": "x", "until": until}
    answer = client_for(alice).patch("/api/v1/me", {"status": status}, content_type="application/json")
    assert answer.status_code == 422


@override_settings(CHATIFY_LIMITS=1.0)
def test_a_name_can_be_changed_three_times_a_day(alice: User) -> None:
    for name in ("alice1", "alice2", "alice3"):
        profile.update(alice, username=name)
    profile.update(alice, username="alice3", about="The same name is no change.")
    with pytest.raises(TooMany):
        profile.update(alice, username="alice4")


def test_nothing_changes_when_a_part_is_refused(alice: User, bob: User) -> None:
    with pytest.raises(Invalid) as refused:
        profile.update(alice, about="x" * 501, time_zone="Mars/Base", display_name="New")
    assert set(refused.value.errors) == {"about", "time_zone"}
    with pytest.raises(Invalid):
        profile.update(alice, username="bob", display_name="New")
    assert alice.display_name == "Alice"
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_signed_out_there_is_no_profile(client: Client) -> None:
    assert client.get("/settings/profile/")["Location"].startswith("/accounts/login/")
    assert client.patch("/api/v1/me", {}, content_type="application/json").status_code == 401


@pytest.mark.parametrize("emoji", ["🌴", "👩🏽‍🚀", "❤️", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "☕"])
def test_one_emoji_is_one_emoji(emoji: str) -> None:
    assert text.clean_emoji(emoji, field="emoji") == emoji


@pytest.mark.parametrize("other", ["a", "🌴🌴", "<img>", "1", "🌴x", "\u200d", "🇩", "‮🌴"])
def test_anything_else_is_none(other: str) -> None:
    with pytest.raises(Invalid):
        text.clean_emoji(other, field="emoji")
