"""Sessions as their owner sees them: listed, ended one by one and all, told when new, over in time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import clients, devices, queries
from accounts.events import SessionEnded
from accounts.models import User, UserSession
from accounts.operations import sessions
from accounts.tests.flows import mails, post, prove, sign_in, signed_in, tokens
from chatify.lib import events
from tests.services.people import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/settings/sessions/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Version/18.1 Mobile/15E Safari/604"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _nobody_seen() -> Iterator[None]:
    devices._lately.clear()
    yield


@pytest.fixture
def ended() -> Iterator[list[SessionEnded]]:
    heard: list[SessionEnded] = []
    events.subscribe(SessionEnded, heard.append)
    yield heard
    events._handlers[SessionEnded].remove(heard.append)


def browser(email: str, agent: str = LAPTOP, address: str = "203.0.113.7") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert sign_in(client, email).status_code == 302
    return client


def row(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Safari on iPhone"),
        (LAPTOP, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605", "Safari on Mac"),
        ("curl/8.9.1", "a program (curl)"),
        ("", "an unknown browser"),
        ("Mozilla/5.0", "an unknown browser"),
        ("<script>alert(1)</script>", "an unknown browser"),
        ("\x00" * 50, "an unknown browser"),
        ("a" * 100_000, "an unknown browser"),
    ],
)
def test_a_browser_is_said_in_words(agent: str, words: str) -> None:
    assert clients.described(agent) == words


def test_a_place_is_said_as_far_as_it_is_known() -> None:
    assert clients.place("203.0.113.7", here="203.0.113.7") == "this network"
    assert clients.place("192.168.1.4", here="203.0.113.7") == "a private network"
    assert clients.place("8.8.8.8", here="") == "an unknown place (8.8.8.8)"
    assert clients.place("unknown", here="") == "an unknown place"


def test_the_page_lists_mine_and_marks_this_one(alice: User, bob: User) -> None:
    laptop, _phone, _bobs = browser(alice.email), browser(alice.email, PHONE, "8.8.8.8"), browser(bob.email)
    html = laptop.get(PAGE).content.decode()
    assert html.count('class="fact marked"') == 2 and html.count("This one") == 1
    assert (
        "Firefox on Linux" in html
        and "Safari on iPhone" in html
        and "unknown place (8.8.8.8)" in html.lower()
    )
    part = laptop.get(PAGE, headers={"HX-Request": "true", "HX-Target": "sessions"}).content.decode()
    assert part.strip().startswith("<ul") and part.count('class="fact marked"') == 2
    assert Client().get(PAGE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_one_is_signed_out_after_a_step_up(alice: User, ended: list[SessionEnded]) -> None:
    laptop, phone = browser(alice.email), browser(alice.email, PHONE)
    key = phone.session.session_key
    way = f"{PAGE}{row(phone).id}/end/"
    assert "/reauthenticate/" in laptop.post(way).url and queries.session_alive(alice.pk, key)
    prove(laptop)
    assert laptop.post(way).url == PAGE
    assert phone.get("/inbox/").status_code == 302 and [fact.session_key for fact in ended] == [key]
    assert laptop.get("/inbox/").status_code == 200
    assert b"over already" in laptop.post(way, follow=True).content


def test_a_stranger_ends_nothing(alice: User, dave: User) -> None:
    laptop, stranger = browser(alice.email), browser(dave.email)
    prove(stranger)
    for wanted in (row(laptop).id, uuid4()):
        assert b"over already" in stranger.post(f"{PAGE}{wanted}/end/", follow=True).content
    assert stranger.post(f"{PAGE}nonsense/end/").status_code == 404
    assert laptop.get("/inbox/").status_code == 200


def test_everywhere_else_and_everywhere(alice: User) -> None:
    laptop, phone, tablet = browser(alice.email), browser(alice.email, PHONE), browser(alice.email)
    prove(laptop)
    assert laptop.post(PAGE + "others/end/").url == PAGE
    assert [client.get("/inbox/").status_code for client in (laptop, phone, tablet)] == [200, 302, 302]
    phone = browser(alice.email, PHONE)
    assert laptop.post(PAGE + "all/end/").url == "/accounts/login/"
    assert [client.get("/inbox/").status_code for client in (laptop, phone)] == [302, 302]
    assert not UserSession.objects.exists()


def test_signing_out_takes_the_row_along(alice: User) -> None:
    laptop = browser(alice.email)
    laptop.post("/accounts/logout/")
    assert not UserSession.objects.exists()


def test_a_new_password_leaves_one_row_with_its_age(alice: User) -> None:
    laptop, _phone = browser(alice.email), browser(alice.email, PHONE)
    before = row(laptop)
    fields = {
        "oldpassword": PASSWORD,
        "password1": "a better horse battery",
        "password2": "a better horse battery",
    }
    assert laptop.post("/accounts/password/change/", fields).status_code == 302
    laptop.get(PAGE)
    (left,) = queries.sessions_of(alice)
    assert (left.pk, left.created_at) == (before.pk, before.created_at)
    assert left.session_key == laptop.session.session_key != before.session_key


def test_a_session_ends_when_idle_and_in_ninety_days_however_busy(alice: User) -> None:
    laptop = browser(alice.email)
    kept = Session.objects.get(session_key=laptop.session.session_key)
    assert timedelta(days=13) < kept.expire_date - timezone.now() <= timedelta(days=14)
    assert laptop.cookies["chatify_sid"]["max-age"] == 90 * 86_400
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=89))
    assert sessions.seen(kept.session_key, client="x", network="x")
    kept.refresh_from_db()
    assert kept.expire_date - timezone.now() <= timedelta(days=1)
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=91))
    sessions.seen(kept.session_key, client="x", network="x")
    assert laptop.get("/inbox/").status_code == 302


def test_a_session_that_writes_itself_grows_no_older_than_that(alice: User) -> None:
    laptop = browser(alice.email)
    session = laptop.session
    session["accounts.sitting"] = {
        **session["accounts.sitting"],
        "at": timezone.now().timestamp() - 91 * 86_400,
    }
    session.save()
    assert laptop.get("/inbox/").status_code == 302


def test_being_seen_is_written_at_most_every_five_minutes(alice: User, client: Client) -> None:
    client.force_login(alice)
    devices._lately.clear()
    with mock.patch("accounts.operations.sessions.seen", wraps=sessions.seen) as seen:
        for _ in range(5):
            client.get("/inbox/")
    assert seen.call_count == 1 and row(client).user == alice
    dead = UserSession.objects.create(user=alice, session_key="gone", client="x", network="x")
    sessions.forget_expired()
    assert not UserSession.objects.filter(pk=dead.pk).exists() and row(client)


def test_a_new_device_is_told_by_mail_and_a_known_one_is_not(alice: User) -> None:
    laptop = browser(alice.email)
    assert mails() == []
    laptop.post("/accounts/logout/")
    sign_in(laptop, alice.email)
    assert mails() == []
    browser(alice.email, PHONE, "8.8.8.8")
    (told,) = mails()
    assert told.to == [alice.email] and "Safari on iPhone" in told.body and "8.8.8.8" in told.body
    assert "http://testserver/settings/sessions/" in told.body
    cookie = laptop.cookies["chatify_device"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_forged_device_cookie_is_nobody(alice: User) -> None:
    browser(alice.email)
    forged = Client()
    forged.cookies["chatify_device"] = "known:1:forged"
    sign_in(forged, alice.email)
    assert len(mails()) == 1


def test_a_program_is_known_by_name_and_network(client: Client, alice: User) -> None:
    for _ in range(2):
        tokens(client, alice.email)
    assert mails() == []
    tokens(Client(HTTP_USER_AGENT="other/1.0"), alice.email)
    assert "a program (other)" in mails()[-1].body


def test_the_api_lists_and_ends_sessions_with_the_same_rights(alice: User, dave: User) -> None:
    phone = browser(alice.email, PHONE)
    program = Client()
    meta = tokens(program, alice.email)
    bearer = {"authorization": f"Bearer {meta['access_token']}"}
    items: list[dict[str, Any]] = program.get("/api/v1/sessions", headers=bearer).json()["items"]
    assert [item["current"] for item in items] == [True, False] and items[1]["client"] == "Safari on iPhone"
    url = f"/api/v1/sessions/{items[1]['id']}"
    assert program.delete(url, headers=bearer).status_code == 403
    session = {"x_session_token": meta["session_token"]}
    assert post(program, "auth/reauthenticate", {"password": PASSWORD}, **session).status_code == 200
    assert program.delete(url, headers=bearer).status_code == 204
    assert program.delete(url, headers=bearer).status_code == 404
    assert phone.get("/inbox/").status_code == 302
    laptop = browser(alice.email)
    assert program.delete("/api/v1/sessions", headers=bearer).status_code == 204
    assert laptop.get("/inbox/").status_code == 302
    assert program.get("/api/v1/sessions", headers=bearer).status_code == 200
    assert Client().get("/api/v1/sessions").status_code == 401


def test_a_stranger_sees_no_session_of_mine(
    alice: User, dave: User, client_for: Callable[[User], Client]
) -> None:
    mine = row(browser(alice.email))
    stranger = client_for(dave)
    prove(stranger)
    assert str(mine.id) not in stranger.get("/api/v1/sessions").content.decode()
    assert stranger.delete(f"/api/v1/sessions/{mine.id}").status_code == 404
    assert signed_in(stranger)
