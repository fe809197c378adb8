"""The list of notices and the settings of them, as pages."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.models import Conversation, Membership, Notice
from messaging.notifications import following
from messaging.operations import conversations, members, messages
from messaging.queries import counts, notices, wishes

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice: User, bob: User, carol: User, acquainted: None) -> Conversation:
    row = conversations.start_group(alice, title="<b>Garden</b>", members=[bob, carol], client_id=uuid4())
    for body in ("@bob <script>alert(1)</script>", "@bob, are you there?"):
        messages.send(alice, conversation=row.id, body=body, client_id=uuid4())
    following.follow({"ranges": [(str(row.id), 1, 9)]})
    return row


def test_the_list_says_who_what_where_and_why(group, bob, client_for):
    page = client_for(bob).get("/notifications/").content.decode()
    assert page.count('data-notice="') == 3
    assert "Alice mentioned you in &lt;b&gt;Garden&lt;/b&gt;" in page and "<script>alert" not in page
    assert "You were mentioned." in page and f"/c/{group.id}/details/#hear" in page
    assert 'data-waiting="notices">3<' in page


def test_one_is_marked_read_then_all(group, bob, client_for):
    client = client_for(bob)
    first = Notice.objects.filter(user=bob).latest("pk")
    assert client.post(f"/notifications/{first.pk}/read/").status_code == 303
    assert counts.by_filter(bob.pk)["notices"] == 2
    assert client.post("/notifications/read/", headers={"Accept": "application/json"}).status_code == 204
    assert counts.by_filter(bob.pk)["notices"] == notices.waiting(bob.pk) == 0


def test_other_peoples_notices_do_not_exist(group, bob, carol, dave, client_for):
    mine = Notice.objects.filter(user=bob).latest("pk")
    for person in (carol, dave):
        assert client_for(person).post(f"/notifications/{mine.pk}/read/").status_code == 404
    assert Client().get("/notifications/").status_code == 302
    mine.refresh_from_db()
    assert mine.read_at is None


def test_who_was_removed_finds_nothing_of_the_group_in_it(group, alice, bob, client_for):
    assert notices.waiting(bob.pk) == 3
    members.remove(alice, conversation=group.id, user=bob)
    page = client_for(bob).get("/notifications/").content.decode()
    assert "Garden" not in page and 'data-notice="' not in page
    assert notices.waiting(bob.pk) == counts.by_filter(bob.pk)["notices"] == 0


def test_the_queries_of_the_list_do_not_grow_with_it(group, alice, bob, client_for):
    client = client_for(bob)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/notifications/", headers={"HX-Request": "true", "HX-Target": "pane"})
        return len(found)

    queries()
    before = queries()
    for _ in range(5):
        messages.send(alice, conversation=group.id, body="@bob again", client_id=uuid4())
    following.follow({"ranges": [(str(group.id), 1, 20)]})
    assert queries() == before


def test_older_ones_are_on_the_next_page(group, alice, bob):
    first = notices.page(bob, limit=2)
    rest = notices.page(bob, cursor=first.next, limit=2)
    assert [row.kind for row in (*first.items, *rest.items)] == ["mention", "mention", "invite"]
    assert rest.next is None


FORM = {
    "direct": "all", "group": "mentions", "mail": "nothing", "keywords": "beans,  Compost ,beans", "toasts": "on",
    "mailed": "off", "mail_when": "daily", "mail_at": "07:30",
    "quiet_on": "on", "quiet_from": "21:30", "quiet_until": "06:00", "quiet_days": ["0", "1"],
}  # fmt: skip


def test_wishes_are_kept_as_the_form_says(bob: User, carol, acquainted, client_for: Callable[[User], Client]):
    client = client_for(bob)
    assert (
        client.post("/settings/notifications/", {**FORM, "quiet_people": [str(carol.pk)]}).status_code == 303
    )
    bob.refresh_from_db()
    shown = wishes.shown(bob)
    assert shown["levels"] == {"direct": "all", "group": "mentions", "mail": "nothing", "assistant": "all"}
    assert shown["keywords"] == ["beans", "Compost"] and shown["mail"] == "off"
    assert (shown["push"], shown["sound"], shown["toasts"]) == (False, False, True)
    quiet = shown["quiet"]
    assert (quiet["on"], quiet["from"], quiet["until"], quiet["days"]) == (True, "21:30", "06:00", [0, 1])
    assert quiet["people"] == [str(carol.pk)] and not quiet["calls"]
    page = client.get("/settings/notifications/").content.decode()
    assert 'value="beans, Compost"' in page and 'value="21:30"' in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("group", "loud"), ("mailed", "twice"), ("quiet_from", "25:00"), ("quiet_from", ""), ("quiet_days", "9"),
        ("quiet_people", "00000000-0000-0000-0000-000000000000"), ("keywords", "a\x00b"),
        ("keywords", ",".join(f"word {n}" for n in range(21))), ("keywords", "x" * 41),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words_and_changes_nothing(bob, client_for, name, value):
    answer = client_for(bob).post("/settings/notifications/", {**FORM, name: value})
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()
    bob.refresh_from_db()
    assert wishes.of(bob) == wishes.NOTHING_CHOSEN


def test_how_much_is_heard_of_one_conversation(group, bob, dave, client_for):
    url = f"/c/{group.id}/level/"
    answer = client_for(bob).post(url, {"level": "mentions"}, headers={"Accept": "application/json"})
    assert answer.json()["words"] == "Told of when you are mentioned."
    my = Membership.objects.get(user=bob, conversation=group)
    assert my.level == "mentions"
    client_for(bob).post(answer.json()["undo"])
    my.refresh_from_db()
    assert my.level == ""
    assert client_for(bob).post(url, {"level": "loud"}).status_code == 422
    assert client_for(dave).post(url, {"level": "all"}).status_code == 404
    page = client_for(bob).get(f"/c/{group.id}/details/").content.decode()
    assert 'id="hear"' in page and "Mentions and replies" in page
