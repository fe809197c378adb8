"""The door of the API: problems, sizes and types, limits, and its page. Credentials: test_api_credentials.py."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError
from django.test import Client
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from ninja.renderers import JSONRenderer

from accounts.models import User
from chatify.lib.api import problems, reading
from chatify.lib.api.rendering import Renderer
from chatify.lib.network import network
from messaging.queries import counts

API = "/api/v1"
JSON = "application/json"


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"] and body["detail"] and body["type"]
    return body


# Answers


def test_answers_say_what_ninjas_own_renderer_says() -> None:
    value = {
        "at": datetime(2030, 1, 31, 18, 0, 0, 123456, tzinfo=UTC),
        "id": UUID("01a2220c-9c13-76ad-babb-228392bc11d0"),
        "text": ["é 上 \u2028 </script>", mark_safe("<b>"), gettext_lazy("Inbox")],
        "numbers": [0, -(2**53), 2**63 - 1, 1.5, Decimal("1.50")],
        "nothing": [None, True, {}, []],
    }
    ours, ninjas = (each.render(None, value, response_status=200) for each in (Renderer(), JSONRenderer()))
    assert json.loads(ours) == json.loads(ninjas)
    assert len(ours) < len(ninjas)


# Problems


@pytest.mark.parametrize(
    "path", ["/", "/x", "/me/", "/conversations/1", "/openapi.yaml", "/..%2f", "/%00", "/é", "/me/x/y"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE"])
def test_unknown_paths_are_problems(db: None, method: str, path: str) -> None:
    problem(Client(enforce_csrf_checks=True).generic(method, API + path), 404)


def test_wrong_methods_are_problems_that_name_the_right_ones(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    for method, path, allowed in (
        ("PUT", "/me", {"GET", "PATCH"}),
        ("TRACE", "/people", {"GET"}),
        ("POST", "/openapi.json", {"GET", "HEAD"}),
        ("DELETE", "/docs", {"GET", "HEAD"}),
    ):
        answer = client.generic(method, API + path)
        problem(answer, 405)
        assert set(answer["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_415(alice: User, type: str) -> None:
    client = Client()
    client.force_login(alice)
    problem(client.generic("PATCH", f"{API}/me", '{"display_name": "x"}', content_type=type), 415)


def test_the_content_type_may_name_its_charset(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.patch(
        f"{API}/me", '{"display_name": "x"}', content_type="application/json; charset=utf-8"
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("size", [reading.BODY_BYTES + 1, 10 * 2**20])
def test_a_body_over_64_kib_is_413(alice: User, size: int) -> None:
    client = Client()
    client.force_login(alice)
    body = '{"display_name": "' + "x" * (size - 20) + '"}'
    problem(client.patch(f"{API}/me", body, content_type=JSON), 413)


def test_a_body_of_64_kib_is_read(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    body = '{"display_name": "' + "x" * (reading.BODY_BYTES - 20) + '"}'
    assert len(body) == reading.BODY_BYTES
    assert "display_name" in problem(client.patch(f"{API}/me", body, content_type=JSON), 422)["errors"]


def chunked(body: bytes) -> ASGIRequest:
    """A request whose length is not told beforehand, as a server hands it over."""
    headers = [(b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")]
    return ASGIRequest({"type": "http", "method": "POST", "path": "/", "headers": headers}, BytesIO(body))


def test_a_body_that_tells_no_length_is_measured_all_the_same() -> None:
    with pytest.raises(problems.Refused) as refusal:
        reading.refuse_large(chunked(b"x" * (reading.BODY_BYTES + 1)))
    assert refusal.value.status == 413
    small = chunked(b'{"a": 1}')
    reading.refuse_large(small)
    assert small.body == b'{"a": 1}'


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "../../"},
        {"Accept-Language": "x" * 10_000},
        {"If-None-Match": '"' + "x" * 100_000 + '"'},
        {"Accept": "text/html"},
        {"X-CSRFToken": "x" * 10_000},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_odd_headers_are_ignored(alice: User, headers: dict[str, str]) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get(f"{API}/me", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(JSON)


def test_an_error_of_ours_is_a_problem_and_says_nothing_of_its_cause(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("secret path /etc/x")

    client = Client(raise_request_exception=False)
    client.force_login(alice)
    monkeypatch.setattr(counts, "by_filter", fail)
    assert "secret" not in str(problem(client.get(f"{API}/me"), 500))


def test_a_busy_database_is_503_with_a_time(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("database is locked")

    client = Client()
    client.force_login(alice)
    monkeypatch.setattr(counts, "by_filter", fail)
    answer = client.get(f"{API}/me")
    problem(answer, 503)
    assert answer["Retry-After"] == "1"


def test_answers_are_not_kept_by_any_cache(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get(f"{API}/me")["Cache-Control"] == "no-store"
    assert Client().get(f"{API}/me")["Cache-Control"] == "no-store"


# Limits


def test_a_person_may_ask_200_times_a_minute(alice: User, bob: User, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 0.05  # a twentieth, so that the test is short
    client = Client()
    client.force_login(alice)
    assert {client.get(f"{API}/people").status_code for _ in range(10)} == {200}
    answer = client.get(f"{API}/people")
    problem(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    other = Client()
    other.force_login(bob)
    assert other.get(f"{API}/people").status_code == 200, "another person is not held back"


def test_a_network_without_credentials_may_ask_100_times_a_minute(db: None, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 0.05
    answers = [Client(REMOTE_ADDR="192.0.2.1").get(f"{API}/me").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    forged = {"X-Forwarded-For": "198.51.100.7"}
    assert Client(REMOTE_ADDR="192.0.2.1").get(f"{API}/me", headers=forged).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.2").get(f"{API}/me").status_code == 401


def test_a_network_that_only_guesses_is_stopped(alice: User, settings: Any) -> None:
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "api.refused": (3, 600)}
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.force_login(alice)
    paths = [f"{API}/messages/01900000-0000-7000-8000-00000000000{number}" for number in range(4)]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404, 429]
    assert client.get(f"{API}/me").status_code == 200, "what is allowed goes on"


def test_a_repeated_send_is_answered_before_any_limit(
    alice: User, bob: User, settings: Any, client_for: Callable[[User], Client]
) -> None:
    client = client_for(alice)
    wish = json.dumps({"kind": "direct", "members": [str(bob.id)]})
    path = f"{API}/conversations/{client.post(f'{API}/conversations', wish, content_type=JSON).json()['id']}/messages"
    texts = [
        json.dumps({"body": "x", "client_id": f"01900000-0000-7000-8000-00000000000{number}"})
        for number in range(3)
    ]
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {**settings.CHATIFY_RATES, "send": (2, 60)}
    assert [client.post(path, text, content_type=JSON).status_code for text in texts] == [201, 201, 429]
    assert [client.post(path, text, content_type=JSON).status_code for text in texts] == [200, 200, 429]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_an_ipv6_visitor_is_counted_by_its_network(address: str, counted: str) -> None:
    assert network(address) == counted


# Pages


def test_the_docs_page_needs_nothing_from_elsewhere(db: None) -> None:
    page = Client().get(f"{API}/docs")
    html = page.content.decode()
    assert page.status_code == 200
    assert "https://" not in html and "http://" not in html
    assert "/static/ninja/swagger-ui-bundle.js" in html
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]


def test_every_sentence_of_a_status_is_there() -> None:
    for status in (400, 401, 403, 404, 405, 413, 415, 429, 500, 503):
        assert json.loads(problems.problem(status).content)["detail"].endswith(".")
