"""Cards of links: made by a worker, seen by members live and on pages, gone with their message."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib.tests.web import Web, web
from media.operations import looking
from media.storage import local
from media.tests import samples
from messaging.models import Conversation, LinkedPage, Message, Preview
from messaging.operations import (
    blocks,
    conversations,
    deletions,
    edits,
    hiding,
    linking,
    log,
    members,
    messages,
    preferences,
    previews,
    scheduled,
)
from messaging.queries import sync, timeline, verify
from messaging.realtime import render

from .test_attachments import body

Signed = Callable[[User], Client]
URL = "http://news.example.com/garden"
PAGE = """<!doctype html><head><title>Other</title>
<meta property="og:title" content="Beans &amp; <b>peas</b>"><meta name="description" content="How to\nwater them">
<meta property="og:site_name" content="News"><meta property="og:image" content="/garden.jpg"></head><p>Hello"""


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    with web(monkeypatch) as given:
        given.page(URL, PAGE)
        given.page("http://news.example.com/garden.jpg", samples.photo(900, 600), type="image/jpeg")
        yield given


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def say(sender: User, where: Conversation, body: str) -> log.Sent:
    """Sent, and what follows done."""
    sent = messages.send(sender, conversation=where.id, body=body, client_id=uuid4())
    runner.run_due()
    return sent


def cards(reader: User, sent: log.Sent) -> list[str]:
    return [each.page.title for each in timeline.message(reader, sent.id).previews]


def shown(client: Client, sent: log.Sent) -> list[dict]:
    return client.get(f"/api/v1/messages/{sent.id}").json()["previews"]


def test_a_link_gets_a_card_that_everybody_sees(
    net: Web, group: Conversation, alice: User, bob: User, client_for: Signed
) -> None:
    sent = say(alice, group, f"look: {URL}")
    (card,) = shown(client_for(bob), sent)
    told = [card[name] for name in ("title", "text", "site", "url")]
    assert told == ["Beans & <b>peas</b>", "How to water them", "News", URL]
    assert card["image"]["placeholder"].startswith("data:image/webp")
    (event,) = sync.after(group.id, sent.seq)
    assert (event["event"], event["data"]["id"]) == ("message.updated", str(sent.id))
    assert event["data"]["previews"] == [card]
    html = render.event(event, "en")
    page = client_for(bob).get(f"/c/{group.id}/").content.decode()
    for drawn in (html, page):
        assert "Beans &amp; &lt;b&gt;peas&lt;/b&gt;" in drawn
        assert f"/previews/{card['id']}/" in drawn
        assert "garden.jpg" not in drawn
    answer = client_for(bob).get(f"/previews/{card['id']}/")
    assert answer["Content-Type"] == "image/webp"
    assert body(answer)[:4] == b"RIFF"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert list(verify.check(group.id)) == []
    assert [head.get("cookie") for head in net.heads] == [None, None]


def test_the_text_of_a_page_is_in_no_event(net: Web, group: Conversation, alice: User) -> None:
    say(alice, group, URL)
    assert "Beans" not in json.dumps([event.data for event in group.events.all()])


def test_a_plain_message_pays_nothing(net: Web, group: Conversation, alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        messages.send(alice, conversation=group.id, body="plain", client_id=uuid4())
    assert not [query for query in queries if "preview" in query["sql"] or "jobs_job" in query["sql"]]


def test_a_page_of_cards_takes_one_query_more(
    net: Web, group: Conversation, alice: User, client_for: Signed
) -> None:
    def count() -> int:
        client = client_for(alice)
        client.get(f"/c/{group.id}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/c/{group.id}/")
        return len(queries)

    say(alice, group, "plain")
    plain = count()
    say(alice, group, URL)
    one = count()
    for _ in range(4):
        say(alice, group, URL)
    assert (one, count()) == (plain + 1, plain + 1)


def test_one_look_serves_all_who_link_there(net: Web, group: Conversation, alice: User, bob: User) -> None:
    assert cards(bob, say(alice, group, URL)) == cards(alice, say(bob, group, URL)) == ["Beans & <b>peas</b>"]
    assert net.asked == [URL, "http://news.example.com/garden.jpg"]
    assert LinkedPage.objects.count() == 1
    LinkedPage.objects.update(looked_at=timezone.now() - previews.KEPT)
    net.page(URL, "<title>Another day</title>")
    again = say(bob, group, URL)
    assert cards(bob, again) == ["Another day"]


def test_what_had_nothing_to_show_is_not_asked_again_for_an_hour(
    net: Web, group: Conversation, alice: User
) -> None:
    net.page(URL, "<p>no title")
    assert cards(alice, say(alice, group, URL)) == []
    assert cards(alice, say(alice, group, URL)) == []
    assert net.asked == [URL]
    LinkedPage.objects.update(looked_at=timezone.now() - previews.NOTHING_KEPT)
    net.page(URL, PAGE)
    assert cards(alice, say(alice, group, URL)) == ["Beans & <b>peas</b>"]


def test_at_most_three_links_of_a_message_get_cards_each_once(
    net: Web, group: Conversation, alice: User
) -> None:
    urls = [net.page(f"http://a{place}.example.com/", f"<title>Number {place}</title>") for place in range(5)]
    sent = say(alice, group, " ".join(["http://127.0.0.1/", urls[0], *urls]))
    assert cards(alice, sent) == ["Number 0", "Number 1", "Number 2"]
    previews.look({"message": str(sent.id)})
    assert cards(alice, sent) == ["Number 0", "Number 1", "Number 2"]


@pytest.mark.parametrize(
    "body",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://testserver/x"),
        *("http://example.com/?token=abc", "https://example.com/reset?a=1&CODE=2", "`http://news.example.com/garden`"),
        "http://user:pw@example.com/",
    ],
)  # fmt: skip
def test_what_leads_inwards_or_looks_like_a_key_is_never_asked_for(
    net: Web, group: Conversation, alice: User, body: str
) -> None:
    assert cards(alice, say(alice, group, body)) == []
    assert not net.asked
    assert not net.looked_up


@pytest.mark.parametrize(
    "image",
    [
        "http://127.0.0.1/a.png",
        "data:image/png;base64,AAAA",
        "http://in.example.com/a.png",
        "http://news.example.com/a.svg",
        "http://news.example.com/lies.png",
        "http://news.example.com/dot.png",
    ],
)
def test_a_picture_that_is_none_for_us_leaves_a_card_without_one(
    net: Web, group: Conversation, alice: User, client_for: Signed, image: str
) -> None:
    net.names["in.example.com"] = ["169.254.169.254"]
    net.page(
        "http://news.example.com/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", type="image/svg+xml"
    )
    net.page("http://news.example.com/lies.png", "<html>", type="image/png")
    net.page("http://news.example.com/dot.png", samples.photo(1, 1), type="image/png")
    net.page(URL, f'<title>Hello</title><meta property="og:image" content="{image}">')
    (card,) = shown(client_for(alice), say(alice, group, URL))
    assert card["image"] is None
    assert client_for(alice).get(f"/previews/{card['id']}/").status_code == 404


def test_chats_and_letters_have_no_cards_unless_somebody_there_wants_them(
    net: Web, alice: User, bob: User, client_for: Signed
) -> None:
    chat = conversations.start_direct(alice, other=bob)
    assert cards(alice, say(alice, chat, URL)) == []
    assert not net.asked
    assert client_for(bob).post(f"/c/{chat.id}/previews/", {"on": "1"}).status_code == 303
    assert cards(alice, say(alice, chat, URL)) != []
    (note,) = [event for event in sync.after(chat.id, 0) if event["event"] == "conversation.changed"]
    assert "Bob</bdi></b> switched previews of links on" in render.event(note, "en")


def test_those_who_run_a_group_switch_its_cards_off(
    net: Web, group: Conversation, alice: User, bob: User, dave: User, client_for: Signed
) -> None:
    where = f"/api/v1/conversations/{group.id}"
    assert client_for(bob).patch(where, {"previews": False}, "application/json").status_code == 403
    assert client_for(dave).patch(where, {"previews": False}, "application/json").status_code == 404
    assert client_for(alice).patch(where, {"previews": False}, "application/json").json()["previews"] is False
    assert cards(alice, say(alice, group, URL)) == []
    assert not net.asked
    page = client_for(alice).get(f"/c/{group.id}/details/").content.decode()
    assert "Switch previews on" in page
    assert "Switch previews" not in client_for(bob).get(f"/c/{group.id}/details/").content.decode()


def test_a_person_may_want_nobody_asked_for_what_they_link_to(
    net: Web, group: Conversation, alice: User, client_for: Signed
) -> None:
    client = client_for(alice)
    client.patch("/api/v1/me", {"settings": {"sending": {"previews": False}}}, "application/json")
    assert client.get("/api/v1/me").json()["settings"]["sending"]["previews"] is False
    alice.refresh_from_db()
    assert cards(alice, say(alice, group, URL)) == []
    client.post("/settings/sending/", {"undo": "0", "late": "send", "previews": "True"})
    alice.refresh_from_db()
    assert cards(alice, say(alice, group, URL)) != []


def test_what_nobody_else_sees_is_never_looked_at(net: Web, alice: User, bob: User) -> None:
    chat = conversations.start_direct(alice, other=bob)
    previews.switch(alice, conversation=chat.id, on=True)
    blocks.block(bob, other=alice)
    alice.refresh_from_db()
    say(alice, chat, URL)
    blocks.unblock(bob, other=alice)
    preferences.set_sending(alice, undo=30)
    waiting = scheduled.post(alice, conversation=chat.id, body=URL, client_id=uuid4())
    runner.run_due()
    assert not net.asked
    scheduled.send_now(alice, scheduled=waiting.id)
    runner.run_due()
    assert net.asked


def test_an_edit_takes_the_cards_of_lost_links_and_brings_others(
    net: Web, group: Conversation, alice: User, bob: User
) -> None:
    other = net.page("http://b.example.com/", "<title>Roses</title>")
    sent = say(alice, group, URL)
    edits.edit(alice, message=sent.id, body=f"{other} rather")
    assert cards(bob, sent) == []
    runner.run_due()
    assert cards(bob, sent) == ["Roses"]
    edits.edit(alice, message=sent.id, body="nothing")
    runner.run_due()
    assert cards(bob, sent) == []
    assert Message.objects.get(pk=sent.id).previewed_at is None


def test_the_sender_takes_a_card_away_for_good(
    net: Web, group: Conversation, alice: User, bob: User, dave: User, client_for: Signed
) -> None:
    sent = say(alice, group, URL)
    (card,) = shown(client_for(alice), sent)
    where = f"/api/v1/previews/{card['id']}"
    assert client_for(dave).delete(where).status_code == 404
    assert client_for(bob).delete(where).status_code == 403
    assert client_for(bob).post(f"/previews/{card['id']}/remove/").status_code == 403
    assert "Remove the preview of" in client_for(alice).get(f"/m/{sent.id}/").content.decode()
    assert client_for(alice).post(f"/previews/{card['id']}/remove/").status_code == 303
    assert shown(client_for(bob), sent) == []
    (event,) = sync.after(group.id, sent.seq + 1)
    assert event["data"]["previews"] == []
    assert client_for(alice).delete(where).status_code == 404
    edits.edit(alice, message=sent.id, body=f"again {URL}")
    runner.run_due()
    assert shown(client_for(bob), sent) == []


def test_nobody_but_readers_of_the_message_gets_its_picture(
    net: Web, group: Conversation, alice: User, bob: User, carol: User, dave: User, client_for: Signed
) -> None:
    sent = say(alice, group, URL)
    (card,) = shown(client_for(alice), sent)
    doors = [f"/previews/{card['id']}/", f"/api/v1/previews/{card['id']}"]
    for door in doors:
        assert client_for(bob).get(door).status_code == 200
        assert client_for(dave).get(door).status_code == 404
        assert Client().get(door).status_code in (302, 401)
    hiding.hide(carol, messages=[sent.id])
    members.remove(alice, conversation=group.id, user=bob)
    key = LinkedPage.objects.get().picture
    for door in doors:
        for reader in (carol, bob, dave):
            answer = client_for(reader).get(door)
            assert answer.status_code == 404
            assert key not in answer.content.decode() + str(answer.headers)
    deletions.delete(alice, message=sent.id)
    for door in doors:
        assert client_for(alice).get(door).status_code == 404
    assert not Preview.objects.exists()


def test_pages_that_nobody_shows_go_after_two_days_with_their_pictures(
    net: Web, group: Conversation, alice: User
) -> None:
    sent = say(alice, group, URL)
    (page,) = LinkedPage.objects.all()
    path = local.kept(page.picture)
    LinkedPage.objects.update(looked_at=timezone.now() - 2 * previews.UNUSED_KEPT)
    previews.sweep()
    runner.run_due()
    assert path.exists()
    deletions.delete(alice, message=sent.id)
    previews.sweep()
    runner.run_due()
    assert not path.exists()
    assert not LinkedPage.objects.exists()


def test_who_links_too_much_gets_no_more_cards_for_a_minute(
    net: Web, group: Conversation, alice: User, settings: Any
) -> None:
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "preview": (1, 60)}
    other = net.page("http://b.example.com/", "<title>Roses</title>")
    assert cards(alice, say(alice, group, f"{URL} {other}")) == ["Beans & <b>peas</b>"]


def test_a_host_is_visited_twice_at_once_and_others_wait(net: Web, group: Conversation, alice: User) -> None:
    with previews._turn("news.example.com"), previews._turn("news.example.com"):
        sent = say(alice, group, URL)
        assert not net.asked
    job = Job.objects.get(kind=linking.LOOK)
    assert job.done_at is None
    Job.objects.update(due=timezone.now())
    runner.run_due()
    assert cards(alice, sent) != []


def test_a_message_that_is_deleted_meanwhile_gets_no_card(
    net: Web, group: Conversation, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, look = messages.send(alice, conversation=group.id, body=URL, client_id=uuid4()), looking.look

    def slowly(url: str) -> looking.Look | None:
        deletions.delete(alice, message=sent.id)
        return look(url)

    monkeypatch.setattr(looking, "look", slowly)
    runner.run_due()
    assert net.asked
    assert not Preview.objects.exists()
