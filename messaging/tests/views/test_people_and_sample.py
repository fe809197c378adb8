"""Finding people, and the sample inbox that anybody may open."""

import re

import pytest

pytestmark = pytest.mark.django_db


def html(response):
    return response.content.decode()


def test_people_are_found_by_name_and_never_by_address(as_alice, bob, carol):
    page = html(as_alice.get("/people/?q=bo"))
    results = page[page.index('id="results"') :]
    assert "@bob" in results
    assert "@carol" not in results
    assert "example.test" not in page
    assert "Nobody found" in html(as_alice.get("/people/?q=bob@example.test"))


def test_searching_live_gives_the_results_alone(as_alice, bob):
    part = html(as_alice.get("/people/?q=bob", headers={"HX-Request": "true", "HX-Target": "results"}))
    assert part.strip().startswith('<div id="results"')
    choices = html(as_alice.get("/c/people/?field=to&q_to=bob", headers={"HX-Request": "true"}))
    assert 'value="bob"' in choices


def test_a_profile_offers_to_write(as_alice, bob):
    page = html(as_alice.get("/people/bob/"))
    assert 'name="to" value="bob"' in page
    assert "this is you" in html(as_alice.get("/people/alice/"))
    assert as_alice.get("/people/nobody/").status_code == 404


def test_people_are_for_members_only(client, bob):
    for path in ("/people/", "/people/bob/", "/c/people/?field=to"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_anybody_may_look_around_the_sample(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = html(client.get("/demo/"))
    for path in re.findall(r'class="row[^"]*" id="[^"]+" href="([^"]+)"', page):
        inside = html(client.get(path))
        assert "Sign in to write" in inside
        assert "<textarea" not in inside
        assert 'action="/c/' not in inside
    assert client.get("/demo/c/no-such-thing/").status_code == 404
    assert client.post("/demo/").status_code == 405


def test_the_filters_of_the_sample_work(client):
    page = html(client.get("/demo/?filter=mail"))
    assert "Lease renewal" in page
    assert "Tomas Keller" not in page
    assert client.get("/demo/?filter=nonsense").status_code == 200
