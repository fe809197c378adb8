"""The page of search: with and without a script, empty, without a result, and what it marks."""

import pytest

from chatify.lib import paging
from messaging.models import SearchEntry
from messaging.operations import search
from messaging.queries.search import walk
from messaging.queries.search.matching import Way
from messaging.queries.search.ways import Plan

PARTIAL = {"HX-Request": "true", "HX-Target": "pane"}
RESULTS = {"HX-Request": "true", "HX-Target": "results"}
pytestmark = pytest.mark.django_db


def html(response):
    return response.content.decode()


def test_what_was_found_is_marked_and_leads_to_its_place(as_alice, bob, chat, say):
    for number in range(70):
        say(bob, chat, f"number {number}")
    sent = say(bob, chat, "Le Café <b>du</b> Nord")
    for _ in range(70):
        say(bob, chat, "later")
    search.catch_up()
    page = html(as_alice.get("/search/?q=cafe"))
    assert "Le <mark>Café</mark> &lt;b&gt;du" in page
    link = f"/c/{chat.id}/?at={sent.number}#m-{sent.id}"
    assert f'href="{link}"' in page
    around = html(as_alice.get(link.partition("#")[0]))
    assert f'id="m-{sent.id}"' in around
    assert "number 69" in around
    assert "Back to the newest messages" in around


def test_what_was_found_is_shown_as_it_is_read(as_alice, bob, chat, say):
    say(bob, chat, "> so said\n\na **heron** & `herons`\n\n[the list](https://birds.example/heron?page=2)")
    search.catch_up()
    page = html(as_alice.get("/search/?q=heron"))
    assert "so said a <mark>heron</mark> &amp; <mark>heron</mark>s the list<" in page
    assert "the list https://<mark>birds.example</mark>/heron?page=2<" in html(
        as_alice.get("/search/?q=birds.example")
    )


def test_without_a_query_the_page_says_what_can_be_typed(as_alice):
    page = html(as_alice.get("/search/"))
    assert "What you can type" in page
    for operator in (
        "from:me",
        "to:me",
        "in:garden",
        "has:link",
        "is:unread",
        "before:2026-11-21",
        "after:yesterday",
    ):
        assert f"<code>{operator}</code>" in page
    assert "Nothing found" not in page


def test_nothing_found_says_what_to_try(as_alice):
    assert "Try fewer or shorter words" in html(as_alice.get("/search/?q=zebra"))
    assert "is:blue means nothing here" in html(as_alice.get("/search/?q=is:blue"))
    assert "Nothing to look for" in html(as_alice.get("/search/?q=-word"))


def test_a_script_gets_the_parts_it_asks_for(as_alice, bob, chat, say):
    for number in range(35):
        say(bob, chat, f"plum {number}")
    search.catch_up()
    results = html(as_alice.get("/search/?q=plum", headers=RESULTS))
    assert results.lstrip().startswith('<div id="results"')
    assert "<title>plum · Search" in html(as_alice.get("/search/?q=plum", headers=PARTIAL))
    address = results.split('class="more" href="')[1].split('"')[0].replace("&amp;", "&")
    more = html(as_alice.get(address, headers={"HX-Request": "true", "HX-Target": "further"}))
    assert "<mark>plum</mark> 0" in more
    assert "<html" not in more
    assert "<mark>plum</mark> 0" in html(as_alice.get(address))


def test_what_takes_too_long_goes_on_by_itself_or_by_its_link(as_alice, bob, chat, say, monkeypatch):
    for number in range(6):
        say(bob, chat, f"plum {number}" if number == 0 else "pear")
    search.catch_up()
    monkeypatch.setattr(walk, "SECONDS", 0.0)
    first, *_, last = SearchEntry.objects.order_by("position").values_list("position", flat=True)
    monkeypatch.setattr(walk, "chosen", lambda *_, low, below: Plan(Way.WHOLE, (last - first) // 3))
    page, clicks = html(as_alice.get("/search/?q=plum")), 0
    while "<mark>plum</mark>" not in page and clicks < 6:
        assert "Looked back to <time" in page
        assert "Look further back</a>" in page
        assert 'hx-trigger="load, click"' in page
        assert "Nothing found" not in page
        address = page.split('class="more" href="')[1].split('"')[0].replace("&amp;", "&")
        page, clicks = html(as_alice.get(address)), clicks + 1
    assert 0 < clicks < 6
    assert "Look further back" not in page


def test_what_is_nowhere_is_told_at_the_end(as_alice, bob, chat, say, monkeypatch):
    for _ in range(3):
        say(bob, chat, "pear")
    search.catch_up()
    entry = SearchEntry.objects.order_by("position").first()
    cursor = paging.encode(entry.position + 1)
    assert "Nothing further back." in html(as_alice.get(f"/search/?q=plum&found={cursor}"))
    more = html(as_alice.get(f"/search/?q=plum&found={cursor}", headers={**RESULTS, "HX-Target": "further"}))
    assert more.strip() == '<li class="reached">Nothing further back.</li>'


def test_a_stranger_sees_none_of_it_and_nobody_without_signing_in(as_alice, as_dave, client, bob, chat, say):
    say(bob, chat, "between us")
    search.catch_up()
    assert "<mark>between</mark> us" in html(as_alice.get("/search/?q=between"))
    assert "<mark>" not in html(as_dave.get("/search/?q=between"))
    assert client.get("/search/?q=between").status_code == 302


def test_too_many_searches_are_told_on_the_page(as_alice, settings):
    settings.CHATIFY_LIMITS = 1.0
    for _ in range(30):
        assert as_alice.get("/search/?q=tea", headers=RESULTS).status_code == 200
    late = as_alice.get("/search/?q=tea")
    assert late.status_code == 429
    assert int(late["Retry-After"]) > 0
    assert 'value="tea"' in html(late)


@pytest.mark.parametrize("query", ["q=a&found=x", "q=a&found=%00"])
def test_an_address_that_is_none_is_refused_in_words(as_alice, query):
    assert as_alice.get(f"/search/?{query}").status_code == 422


def test_a_page_of_results_takes_few_queries(as_alice, bob, chat, group, say, django_assert_max_num_queries):
    for number in range(20):
        say(bob, chat, f"plum {number}")
        say(bob, group, f"plum {number}")
    search.catch_up()
    as_alice.get("/search/?q=plum")
    with django_assert_max_num_queries(16):
        as_alice.get("/search/?q=plum", headers=RESULTS)
