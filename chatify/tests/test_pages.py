"""What every page carries, and what is said when something is wrong."""

import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from chatify import views
from chatify.jobs.models import Job
from chatify.lib.errors import Conflict, TooMany
from messaging.operations import conversations

pytestmark = pytest.mark.django_db


def html(response):
    return response.content.decode()


def test_visitors_see_what_it_is_and_members_their_inbox(client, client_for, alice):
    page = html(client.get("/"))
    for path in ("/accounts/signup/", "/accounts/login/", "/demo/"):
        assert f'href="{path}"' in page
    assert client_for(alice).get("/")["Location"] == "/inbox/"


def pages(alice, bob):
    chat = conversations.start_direct(alice, other=bob)
    return [
        "/inbox/",
        f"/c/{chat.id}/",
        f"/c/{chat.id}/details/",
        "/c/new/",
        "/c/new/?kind=mail",
        "/people/",
        "/people/bob/",
    ]


def test_no_page_holds_a_script_or_a_style_of_its_own(client, client_for, alice, bob):
    member = client_for(alice)
    answers = [
        client.get(path)
        for path in ("/", "/demo/", "/demo/c/garden-allotment/", "/nope/", "/accounts/login/", "/api/v1/docs")
    ]
    answers += [member.get(path) for path in pages(alice, bob)]
    for answer in answers:
        page = html(answer)
        where = answer.request["PATH_INFO"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), where
        assert "<style" not in page, where
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", page), where
        assert "#}" not in page, where
        assert "{%" not in page, where


@pytest.mark.parametrize("body", [b"q=\xff\xfe", b"q=%FF", b"q=%ED%A0%80", b"q=\xc0\xaf"])
def test_a_form_that_is_not_utf_8_is_refused(client, body):
    answer = client.post("/accounts/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "could not be read" in html(answer)


def test_every_page_has_its_headers(client_for, alice, bob):
    member = client_for(alice)
    for path in pages(alice, bob):
        headers = member.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Cookie" in headers["Vary"]
        assert "HX-Request" in headers["Vary"]
        assert ("microphone=(self)" in headers["Permissions-Policy"]) == path.startswith(("/c/", "/inbox/"))


def test_my_own_style_is_mine(client, client_for, alice):
    mine = client_for(alice).get("/me.css")
    assert f'[data-sender="{alice.id}"]' in html(mine)
    assert mine["Content-Type"].startswith("text/css")
    assert "private" in mine["Cache-Control"]
    assert "Cookie" in mine["Vary"]
    again = client_for(alice).get("/me.css", headers={"If-None-Match": mine["ETag"]})
    assert again.status_code == 304
    assert "data-sender" not in html(client.get("/me.css"))


def test_what_does_not_exist_is_said_in_words_or_as_json(client):
    page = client.get("/nope/")
    assert page.status_code == 404
    assert "Nothing here" in html(page)
    told = client.get("/nope/", headers={"Accept": "application/json"})
    assert told["Content-Type"] == "application/problem+json"
    assert told.json()["status"] == 404


def test_a_bad_request_and_a_broken_page_are_said_in_words():
    request = RequestFactory().get("/")
    for view, status in ((views.bad_request, 400), (views.forbidden, 403), (views.server_error, 500)):
        answer = view(request)
        assert answer.status_code == status
        assert "<h1>" in html(answer)


def test_refusals_keep_their_status_and_how_long_to_wait():
    request = RequestFactory().get("/", headers={"Accept": "application/json"})
    assert views.refusal(request, Conflict("Taken.")).status_code == 409
    slow = views.refusal(request, TooMany(retry_after=1.2))
    assert (slow.status_code, slow["Retry-After"]) == (429, "2")


def test_health_and_readiness(client, monkeypatch):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json() == {"database": True, "jobs": True}
    Job.objects.create(kind="nothing", key="1", due=timezone.now() - timedelta(hours=1))
    assert client.get("/readyz").json() == {"database": True, "jobs": False}
    monkeypatch.setattr(views, "_database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503


def test_times_are_told_in_the_zone_of_the_reader(client_for, alice, bob):
    chat = conversations.start_direct(alice, other=bob)
    member = client_for(alice)
    for zone in ("Asia/Tokyo", "nonsense", "../../etc/passwd", "x" * 5000):
        member.cookies["tz"] = zone
        assert member.get(f"/c/{chat.id}/").status_code == 200


def test_a_foreign_form_is_refused(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/c/new/", {"kind": "direct"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_unknown_addresses_of_the_api_are_problems_whoever_asks(client):
    answer = client.get("/api/v1/nope")
    assert answer.headers["Content-Type"].startswith("application/problem+json")
