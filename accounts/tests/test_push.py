"""Calling browsers by push: who may be called, what leaves the server, and what becomes of it."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client

from accounts import push
from accounts.models import PushSubscription, User, UserSession
from accounts.operations import sessions
from accounts.push import Call
from chatify.jobs import runner
from chatify.lib import fetch
from tests.services.push import Browser, PushService, push_service, text

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
URL = "/api/v1/push/subscriptions"


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with push_service(settings) as told:
        yield told


def subscribed(client: Client, browser: Browser) -> Any:
    answer = client.post(URL, browser.given, content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def test_a_browser_is_subscribed_once(alice: User, client_for: ClientFor) -> None:
    client, browser = client_for(alice), Browser()
    first = client.post(URL, browser.given, content_type="application/json")
    again = client.post(URL, browser.given, content_type="application/json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] and first.json()["current"]
    told = client.get(URL).json()
    assert [each["id"] for each in told["items"]] == [first.json()["id"]]
    assert len(base64.urlsafe_b64decode(told["key"] + "=")) == 65


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "http://169.254.169.254/"}, 422),
        ({"endpoint": "https://127.0.0.1/x"}, 422),
        ({"endpoint": "https://[::ffff:7f00:1]/x"}, 422),
        ({"endpoint": "https://2130706433/x"}, 422),
        ({"endpoint": "http://push.example.com/1"}, 422),
        ({"endpoint": "https://user@push.example.com/1"}, 422),
        ({"endpoint": "https://testserver/admin/"}, 422),
        ({"endpoint": "javascript:alert(1)"}, 422),
        ({"endpoint": 7}, 422),
        ({"keys": {"p256dh": "x", "auth": "y"}}, 422),
        ({"keys": {"p256dh": text(b"\x04" + b"\x01" * 64), "auth": text(b"1" * 16)}}, 422),
        ({"keys": None}, 422),
    ],
)
def test_what_no_browser_gives_is_refused(
    alice: User, client_for: ClientFor, change: dict[str, Any], status: int
) -> None:
    answer = client_for(alice).post(URL, Browser().given | change, content_type="application/json")
    assert answer.status_code == status and answer.headers["Content-Type"].startswith(
        "application/problem+json"
    )
    assert not PushSubscription.objects.exists()


def test_another_persons_device_is_nobody_elses(alice: User, bob: User, client_for: ClientFor) -> None:
    mine, theirs = client_for(alice), client_for(bob)
    id = subscribed(mine, Browser())["id"]
    assert theirs.get(URL).json()["items"] == []
    assert theirs.delete(f"{URL}/{id}").status_code == 404
    assert theirs.post(f"/settings/device/{id}/drop/").status_code == 404
    assert theirs.post(f"/settings/device/{id}/try/").status_code == 404
    assert Client().get(URL).status_code == 401
    assert mine.delete(f"{URL}/{id}").status_code == 204
    assert not PushSubscription.objects.exists()


def test_somebodys_address_cannot_be_taken_over(alice: User, bob: User, client_for: ClientFor) -> None:
    browser = Browser()
    subscribed(client_for(alice), browser)
    subscribed(client_for(bob), Browser(browser.endpoint))  # knows the address, not the keys
    assert PushSubscription.objects.filter(user=alice).exists()
    subscribed(client_for(bob), browser)  # is at the same browser
    assert not PushSubscription.objects.filter(user=alice).exists()


def test_a_device_that_is_signed_out_is_called_no_more(alice: User, client_for: ClientFor) -> None:
    client = client_for(alice)
    subscribed(client, Browser())
    sessions.end(alice, UserSession.objects.get(user=alice).pk)
    assert not PushSubscription.objects.exists()


def test_at_most_twenty_devices_are_called(alice: User, client_for: ClientFor) -> None:
    client = client_for(alice)
    for place in range(20):
        subscribed(client, Browser(f"https://push.example.com/{place}"))
    answer = client.post(
        URL, Browser().given | {"endpoint": "https://push.example.com/21"}, content_type="application/json"
    )
    assert answer.status_code == 409


def test_a_call_is_sealed_for_the_browser_and_signed_by_the_server(
    alice: User, client_for: ClientFor, service: PushService
) -> None:
    browser = Browser(service.url)
    subscribed(client_for(alice), browser)
    row = PushSubscription.objects.get()
    assert push.send(row, Call(json.dumps({"title": "Näher"}).encode(), topic="abc", urgent=True))
    ((headers, body),) = service.calls
    assert browser.opened(body) == {"title": "Näher"} and b"title" not in body
    assert (headers["Topic"], headers["Urgency"], headers["TTL"]) == ("abc", "high", "86400")
    token, key = (
        part.split("=", 1)[1] for part in headers["Authorization"].removeprefix("vapid ").split(", ")
    )
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(key + "="))
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=service.url.removesuffix("/send/1"))
    assert claims["sub"].startswith("mailto:")
    assert "Cookie" not in headers and "Referer" not in headers
    row.refresh_from_db()
    assert row.reached_at is not None


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    alice: User, client_for: ClientFor, service: PushService, status: int
) -> None:
    subscribed(client_for(alice), Browser(service.url))
    service.status = status
    assert not push.send(PushSubscription.objects.get(), Call(b"{}"))
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_asked_again(
    alice: User, client_for: ClientFor, service: PushService, status: int
) -> None:
    subscribed(client_for(alice), Browser(service.url))
    service.status = status
    with pytest.raises(push.Later):
        push.send(PushSubscription.objects.get(), Call(b"{}"))


def test_a_push_service_that_does_not_answer_is_left_alone_for_a_while(
    alice: User, client_for: ClientFor, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(client_for(alice), Browser(service.url))
    row, asked = PushSubscription.objects.get(), []

    def silent(url: str, wish: Any) -> None:
        asked.append(wish.seconds)
        raise fetch.Failed("it does not answer")

    monkeypatch.setattr(fetch, "fetch", silent)
    for _ in range(3):
        with pytest.raises(push.Later):
            push.send(row, Call(b"{}"))
    assert asked == [4.0] and "does not answer" in PushSubscription.objects.get().trouble


def test_a_refusal_is_told_to_its_person(alice: User, client_for: ClientFor, service: PushService) -> None:
    client = client_for(alice)
    subscribed(client, Browser(service.url))
    service.status = 403
    assert not push.send(PushSubscription.objects.get(), Call(b"{}"))
    assert "does not know this server" in client.get("/settings/device/").content.decode()


def test_a_name_that_leads_inwards_is_not_called(
    alice: User, client_for: ClientFor, service: PushService
) -> None:
    subscribed(client_for(alice), Browser(service.url))
    settings.CHATIFY_FETCH_NETWORKS = []
    assert not push.send(PushSubscription.objects.get(), Call(b"{}"))
    assert service.calls == [] and "not one that this server visits" in PushSubscription.objects.get().trouble


def test_one_tries_it_from_the_settings(alice: User, client_for: ClientFor, service: PushService) -> None:
    client, browser = client_for(alice), Browser(service.url)
    id = subscribed(client, browser)["id"]
    assert client.post(f"/settings/device/{id}/try/").status_code == 302
    runner.run_due()
    assert browser.opened(service.calls[0][1])["title"] == "It works"
