"""The demo world: alive at first sight, the same on every start, and left alone once somebody lives in it."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from chatify.demo import script, world
from chatify.demo.people import PEOPLE, SIGN_INS
from messaging import kinds
from messaging.models import Conversation, Event, Membership, Message
from messaging.operations import members
from messaging.queries import inbox

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)  # soon after midnight: "today" has hardly begun


def everything() -> list[Any]:
    """All that a second run must not touch."""
    return [
        list(User.objects.order_by("id").values_list("id", "username", "password", "display_name")),
        list(
            Conversation.objects.order_by("id").values_list("id", "head", "head_digest", "membership_version")
        ),
        list(Membership.objects.order_by("id").values_list("id", "read_number", "skip", "left_seq")),
        list(Message.objects.order_by("id").values_list("id", "body")),
        list(Event.objects.order_by("id").values_list("id", "digest")),
    ]


def test_a_second_run_changes_nothing(db: None) -> None:
    assert world.build(NOW) > 150
    before = everything()
    assert world.build(NOW + timedelta(hours=30)) == 0
    assert everything() == before


def test_the_sign_ins_work_and_are_printed(db: None) -> None:
    printed = StringIO()
    call_command("seed_demo", stdout=printed)
    assert len(SIGN_INS) >= 12
    for person in SIGN_INS:
        assert f"{person.username}  {person.email}  {person.password}" in printed.getvalue().splitlines()
        assert person.email.endswith("@chatify.example")
        assert User.objects.get(email=person.email).check_password(person.password)


def test_the_first_sign_ins_find_a_full_inbox(db: None) -> None:
    world.build(NOW)
    for person in SIGN_INS[:3]:
        user = User.objects.get(username=person.username)
        rows = inbox.page(user, limit=100).items
        assert len(rows) >= 8, person
        assert {row.conversation.traits for row in rows} == {kinds.DIRECT, kinds.GROUP, kinds.MAIL}
        assert any(row.unread for row in rows) and not all(row.unread for row in rows)
        assert inbox.page(user, filter="sent").items


def test_nothing_is_said_in_the_future_and_all_in_order(db: None) -> None:
    world.build(NOW)
    for row in Conversation.objects.all():
        times = list(row.messages.order_by("number").values_list("sent_at", flat=True))
        assert times == sorted(times)
        assert times[-1] <= NOW
        assert row.last_activity_at == times[-1]
    assert Message.objects.filter(sent_at__lt=NOW - timedelta(days=14)).exists()


def test_the_scripts_speak_only_of_who_is_there() -> None:
    names = {person.username for person in PEOPLE}
    for each in script.load(NOW):
        assert set(each.everyone) <= names, each.name
        assert {line.who for line in each.lines} <= set(each.everyone), each.name
        for reader, unread in each.unread.items():
            assert reader not in [line.who for line in each.lines[len(each.lines) - unread :]], each.name


def test_what_visitors_changed_stays(db: None) -> None:
    world.build(NOW)
    tomas = User.objects.get(username="tomas")
    group = Conversation.objects.get(title="Bike repair evenings")
    members.remove(
        User.objects.get(username="tomas"), conversation=group.id, user=User.objects.get(username="minseo")
    )
    world.build(NOW)
    assert Membership.objects.get(conversation=group, user__username="minseo").left_seq
    (lines,) = (each.lines for each in script.load(NOW) if each.title == group.title)
    assert inbox.row(tomas, group.id).conversation.message_count == len(lines)


def test_published_passwords_stay_out_of_production(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not in production"):
        call_command("seed_demo")
    assert not User.objects.exists()


@pytest.mark.parametrize("when", ["", "3", "3 9:15", "25s", "-1h", "1 25:00"])
def test_another_spelling_of_a_time_is_refused(when: str) -> None:
    with pytest.raises(ValueError):
        script.moment(when, NOW)
