"""Reports: made by who sees it, copied as seen, handled by staff on record, told to the reporter and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts import relations
from accounts.models import User
from accounts.operations import people
from accounts.tests.flows import mails, parallel
from chatify.lib.errors import Conflict, Forbidden, Invalid
from messaging.models import Conversation, Message, Report, ReportAct
from messaging.operations import conversations, members, messages, moderation, reports

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
JSON = "application/json"
QUEUE = "/admin/messaging/report/"


def say(sender: User, conversation: Conversation, body: str) -> Message:
    sent = messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4())
    return Message.objects.get(pk=sent.id)


@pytest.fixture
def chat(alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def insult(alice: User, bob: User, chat: Conversation) -> Message:
    for number in range(7):
        say(alice if number % 2 else bob, chat, f"before {number}")
    return say(bob, chat, "<b>You are a plum</b>")


@pytest.fixture
def staff(sam: User, client_for: SignIn) -> Client:
    sam.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="messaging", content_type__model__in=("report", "reportact")
        )
    )
    return client_for(sam)


def post(client: Client, **wish: Any) -> Any:
    return client.post("/api/v1/reports", {"reason": "spam", **wish}, content_type=JSON)


def test_a_message_is_reported_with_what_the_reporter_saw(
    alice: User, bob: User, insult: Message, client_for: SignIn
) -> None:
    answer = post(client_for(alice), message=str(insult.id), reason="harassment", text="Rude")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["person"]["username"], body["state"], body["outcome"]) == ("bob", "open", "")
    context = Report.objects.get().context
    said = [each["body"] for each in context["messages"]]
    assert said == [*(f"before {number}" for number in range(2, 7)), "<b>You are a plum</b>"]
    Message.objects.filter(pk=insult.pk).update(body="", deleted_at=timezone.now())
    assert Report.objects.get().context == context


def test_the_copy_holds_nothing_from_before_the_reporter_joined(alice: User, bob: User, dave: User) -> None:
    group = conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())
    say(bob, group, "Dave is not to know")
    members.add(alice, conversation=group.id, users=[dave])
    rude = say(bob, group, "Hello, plum")
    row, _ = reports.report(dave, message=rude.id, reason="hate")
    assert [each["body"] for each in row.context["messages"]] == ["Hello, plum"]


def test_what_one_cannot_see_one_cannot_report(
    alice: User, bob: User, dave: User, insult: Message, client_for: SignIn, client: Client
) -> None:
    as_dave = client_for(dave)
    assert post(as_dave, message=str(insult.id)).status_code == 404
    assert post(as_dave, message=str(uuid4())).status_code == 404
    assert as_dave.get(f"/people/bob/report/?message={insult.id}").status_code == 404
    assert client_for(alice).get(f"/people/sam/report/?message={insult.id}").status_code == 404
    assert (
        as_dave.post("/people/bob/report/", {"message": str(insult.id), "reason": "spam"}).status_code == 404
    )
    assert post(client, user=str(bob.id)).status_code == 401
    assert client.get("/settings/reports/").status_code == 302
    people.suspend(bob)
    assert post(as_dave, user=str(bob.id)).status_code == 404
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"user": "x"},
        {"user": 7},
        {"message": "%00"},
        {"reason": "because"},
        {"reason": None},
        {"reason": "other"},
        {"text": "x" * 1001},
        {"text": 5},
        {"text": "a\x00b"},
        {"block": "yes"},
    ],
)
def test_bad_reports_are_refused_in_words(
    alice: User, bob: User, client_for: SignIn, wish: dict[str, Any]
) -> None:
    given = {"user": str(bob.id), **wish} if wish else {}
    answer = post(client_for(alice), **given)
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Report.objects.exists()


def test_nobody_reports_themselves_or_somebody_for_anothers_words(
    alice: User, bob: User, carol: User, insult: Message, client_for: SignIn
) -> None:
    assert post(client_for(alice), user=str(alice.id)).status_code == 422
    assert post(client_for(bob), message=str(insult.id)).status_code == 422
    assert post(client_for(alice), message=str(insult.id), user=str(carol.id)).status_code == 422
    assert not Report.objects.exists()


def test_the_same_is_open_once(alice: User, bob: User, insult: Message, client_for: SignIn) -> None:
    client = client_for(alice)
    first = post(client, user=str(bob.id))
    again = post(client, user=str(bob.id), reason="hate")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert post(client, message=str(insult.id)).status_code == 201
    assert [each["message"] for each in client.get("/api/v1/reports").json()["items"]] == [
        str(insult.id),
        None,
    ]


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_it_is_there_once(alice: User, bob: User) -> None:
    made = parallel(lambda _: reports.report(alice, user=bob.id, reason="spam"), range(8))
    assert len({row.id for row, _ in made}) == 1
    assert sum(new for _, new in made) == Report.objects.count() == 1


@override_settings(CHATIFY_LIMITS=1.0)
def test_twenty_a_day_are_enough(alice: User, make_person: Callable[..., User], client_for: SignIn) -> None:
    client = client_for(alice)
    crowd = [make_person(f"p{number}", password=None) for number in range(21)]
    assert [post(client, user=str(each.id)).status_code for each in crowd[:20]] == [201] * 20
    refused = post(client, user=str(crowd[20].id))
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    page = client.post("/people/p20/report/", {"reason": "spam"})
    assert (page.status_code, "Retry-After" in page) == (429, True)
    assert post(client, user=str(crowd[0].id)).status_code == 200


def test_the_form_works_without_script(alice: User, bob: User, insult: Message, client_for: SignIn) -> None:
    client = client_for(alice)
    url = f"/people/bob/report/?message={insult.id}"
    assert url in client.get(f"/people/bob/?message={insult.id}").content.decode()
    assert '"/people/bob/report/"' in client.get("/people/bob/?message=<b>").content.decode()
    page = client.get(url).content.decode()
    assert "&lt;b&gt;You are a plum&lt;/b&gt;" in page and str(insult.id) in page
    refused = client.post("/people/bob/report/", {"message": str(insult.id), "text": "Kept as typed"})
    assert (refused.status_code, "Kept as typed" in refused.content.decode()) == (422, True)
    fields = {"message": str(insult.id), "reason": "hate", "text": "<i>rude</i>", "block": "on"}
    sent = client.post("/people/bob/report/", fields)
    assert (sent.status_code, sent["Location"]) == (303, "/settings/reports/?sent=1")
    page = client.get("/settings/reports/").content.decode()
    assert "&lt;i&gt;rude&lt;/i&gt;" in page and "Waiting" in page
    assert relations.has_blocked(alice, bob)
    assert client.get("/people/alice/report/", {"message": "x"}).status_code == 404


def test_the_reported_person_cannot_tell(alice: User, bob: User, insult: Message, client_for: SignIn) -> None:
    as_bob = client_for(bob)
    paths = ["/api/v1/me", "/api/v1/reports", "/api/v1/conversations", f"/api/v1/people/{alice.id}"]
    before = [as_bob.get(path).content for path in paths]
    row, _ = reports.report(alice, message=insult.id, reason="spam", text="Plum")
    assert [as_bob.get(path).content for path in paths] == before
    for page in ("/settings/reports/", "/people/alice/", "/inbox/"):
        assert str(row.id) not in (found := as_bob.get(page).content.decode()) and "Plum" not in found
    assert mails() == []


def test_the_queue_is_for_staff_with_the_right(
    alice: User, bob: User, sam: User, client: Client, client_for: SignIn
) -> None:
    row, _ = reports.report(alice, user=bob.id, reason="spam")
    paths = (QUEUE, f"{QUEUE}{row.id}/change/", "/admin/messaging/reportact/")
    for path in paths:
        assert client.get(path).status_code == 404
        assert client_for(bob).get(path).status_code == 404
        assert client_for(sam).get(path).status_code == 403
    for act in (
        lambda: moderation.assign(sam, report=row.id, assignee=sam),
        lambda: moderation.resolve(alice, report=row.id, outcome="x"),
        lambda: moderation.merge(sam, reports=[row.id]),
    ):
        with pytest.raises(Forbidden):
            act()
    assert not ReportAct.objects.exists()


def test_staff_take_and_resolve_and_the_reporter_hears(
    alice: User, bob: User, sam: User, insult: Message, staff: Client, client_for: SignIn
) -> None:
    row, _ = reports.report(alice, message=insult.id, reason="harassment", text="<script>x</script>")
    assert "@bob" not in staff.get(QUEUE).content.decode() and "bob" in staff.get(QUEUE).content.decode()
    url = f"{QUEUE}{row.id}/change/"
    page = staff.get(url).content.decode()
    assert "&lt;b&gt;You are a plum&lt;/b&gt;" in page and "<script>x" not in page
    staff.post(QUEUE, {"action": "take", "_selected_action": [str(row.id)], "reason": "My turn"})
    row.refresh_from_db()
    assert (row.state, row.assignee) == ("assigned", sam)
    inlines = {f"acts-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    fields = {
        "assignee": str(sam.pk),
        "decision": "resolve",
        "outcome": "",
        "note": "Second time",
        **inlines,
    }
    assert staff.post(url, fields).status_code == 200
    done = staff.post(url, {**fields, "outcome": "We warned them."})
    assert done.status_code == 302, done.content.decode()
    row.refresh_from_db()
    assert (row.state, row.outcome, row.open_key) == ("resolved", "We warned them.", None)
    acts = [(act.act, act.actor, act.reason) for act in ReportAct.objects.order_by("at", "id")]
    assert acts == [
        ("read", sam, "Opened it."),
        ("assigned", sam, "My turn"),
        ("resolved", sam, "Second time"),
    ]
    (letter,) = mails()
    assert (letter.to, "We warned them." in letter.body) == (["alice@example.test"], True)
    assert "bob" not in letter.body.lower()
    (told,) = client_for(alice).get("/api/v1/reports").json()["items"]
    assert (told["state"], told["outcome"], told["closed_at"] is not None) == (
        "resolved",
        "We warned them.",
        True,
    )
    assert "We warned them." in client_for(alice).get("/settings/reports/").content.decode()
    assert staff.get(url).status_code == 200
    assert staff.post(url, {**fields, "outcome": "Again"}).status_code == 403
    with pytest.raises(Conflict):
        moderation.dismiss(sam, report=row.id, outcome="No")
    assert post(client_for(alice), message=str(insult.id)).status_code == 201


def test_reports_about_one_person_become_one(
    alice: User, bob: User, carol: User, dave: User, sam: User, staff: Client
) -> None:
    first, second = (reports.report(each, user=bob.id, reason="spam")[0] for each in (alice, carol))
    other, _ = reports.report(alice, user=dave.id, reason="spam")
    with pytest.raises(Invalid, match="same person"):
        moderation.merge(sam, reports=[first.id, other.id])
    chosen = [str(second.id), str(first.id)]
    staff.post(QUEUE, {"action": "merge", "_selected_action": chosen, "reason": "One story"})
    second.refresh_from_db()
    assert second.merged_into == first
    assert str(second.id) not in staff.get(QUEUE).content.decode()
    with pytest.raises(Conflict):
        moderation.dismiss(sam, report=second.id, outcome="No")
    moderation.dismiss(sam, report=first.id, outcome="Nothing wrong.")
    assert {each.state for each in (first, second) if not each.refresh_from_db()} == {"dismissed"}
    assert sorted(letter.to[0] for letter in mails()) == ["alice@example.test", "carol@example.test"]
    assert ReportAct.objects.filter(report=second).count() == 2


def test_the_record_cannot_be_changed(alice: User, bob: User, sam: User, staff: Client) -> None:
    row, _ = reports.report(alice, user=bob.id, reason="spam")
    moderation.assign(sam, report=row.id, assignee=sam)
    act = ReportAct.objects.get()
    url = f"/admin/messaging/reportact/{act.pk}/"
    assert staff.get(f"{url}change/").status_code == 200
    assert staff.post(f"{url}change/", {"reason": "x"}).status_code == 403
    assert staff.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/messaging/reportact/add/").status_code == 403
    assert staff.post(f"{QUEUE}{row.id}/delete/", {"post": "yes"}).status_code == 403
    for change in (act.save, act.delete):
        with pytest.raises(TypeError):
            change()
    assert ReportAct.objects.get().reason == "To sam."


def test_only_staff_with_the_right_are_given_reports(
    alice: User, bob: User, sam: User, staff: Client
) -> None:
    row, _ = reports.report(alice, user=bob.id, reason="spam")
    with pytest.raises(Invalid, match="staff"):
        moderation.assign(sam, report=row.id, assignee=alice)
    assert moderation.assign(sam, report=row.id, assignee=sam).state == "assigned"
    assert moderation.assign(sam, report=row.id, assignee=None).state == "open"


def test_what_was_copied_is_erased_half_a_year_after_the_end(
    alice: User, bob: User, sam: User, staff: Client
) -> None:
    closed, _ = reports.report(alice, user=bob.id, reason="spam", text="Rude")
    moderation.dismiss(sam, report=closed.id, outcome="Nothing wrong.")
    waiting, _ = reports.report(alice, user=bob.id, reason="spam", text="Again")
    reports.forget_contexts()
    assert Report.objects.get(pk=closed.pk).context
    Report.objects.update(created_at=timezone.now() - timedelta(days=400))
    Report.objects.filter(pk=closed.pk).update(closed_at=timezone.now() - timedelta(days=181))
    reports.forget_contexts()
    kept = {row.pk: (row.context != {}, row.text) for row in Report.objects.all()}
    assert kept == {closed.pk: (False, ""), waiting.pk: (True, "Again")}
    assert "Erased" in staff.get(f"{QUEUE}{closed.pk}/change/").content.decode()


def test_lists_cost_the_same_however_long(
    alice: User, make_person: Callable[..., User], staff: Client, client_for: SignIn
) -> None:
    client = client_for(alice)

    def cost() -> list[int]:
        counts = []
        for who, path in ((client, "/settings/reports/"), (client, "/api/v1/reports"), (staff, QUEUE)):
            who.get(path)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert who.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    reports.report(alice, user=make_person("p0", password=None).id, reason="spam")
    few = cost()
    for number in range(1, 9):
        reports.report(alice, user=make_person(f"p{number}", password=None).id, reason="spam")
    assert cost() == few
    first = client.get("/api/v1/reports?limit=5").json()
    rest = client.get(f"/api/v1/reports?limit=5&cursor={first['next']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (5, 4, None)
    assert mail.outbox == []
