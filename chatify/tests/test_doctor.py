"""The doctor: each thing that is broken is named, with its next step, and nothing else is."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts import push
from accounts.models import Bounce, User
from chatify.doctor import outside, services
from chatify.jobs import operations as jobs
from chatify.jobs import wake
from chatify.jobs.models import Job
from tests.services.ports import free_port
from tests.services.smtp import mail_server

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_what_works_is_said_to_work(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Chatify <chat@example.org>"
    found = {finding.name: finding.state for finding in services.all()}
    assert found.pop("redis") == "unused"
    assert found == dict.fromkeys(("database", "worker", "mail", "push", "files", "clock"), "good")


def test_a_mail_server_that_is_away_is_named(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    found = services.mail()
    assert found.state == "bad" and "EMAIL_URL" in found.step
    with mail_server(settings):
        assert services.mail().state == "odd"  # it takes us, and the address mail comes from is nobody's
        settings.DEFAULT_FROM_EMAIL = "Chatify <chat@example.org>"
        assert services.mail().state == "good"


def test_mail_into_a_folder_is_told(settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.mail.OutboxBackend"
    found = services.mail()
    assert found.state == "odd" and "EMAIL_URL" in found.step


def test_a_redis_that_is_away_or_forgets_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(LocMemCache, "get", lambda *args, **named: None)
    assert "noeviction" in services.redis().step

    def away(*args: object, **named: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(LocMemCache, "set", away)
    found = services.redis()
    assert found.state == "bad" and "REDIS_URL" in found.step


def test_a_worker_that_does_nothing_and_work_that_failed_are_named() -> None:
    job = jobs.add(kind="x", key="x")
    Job.objects.update(due=timezone.now() - timezone.timedelta(minutes=5))
    found = services.worker()
    assert found.state == "bad" and "Restart" in found.step
    Job.objects.filter(pk=job.pk).update(failed_at=timezone.now())
    found = services.worker()
    assert found.state == "odd" and "1 piece failed" in found.said


def test_a_queue_that_nobody_serves_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/1"

    def served_are(*queues: str) -> None:
        carrier = wake.Carrier(send=lambda queue: None, served=lambda: queues)
        monkeypatch.setattr(wake, "_carriers", [carrier])

    served_are("default", "media", "notify")
    assert services.worker().state == "good", "the assistant puts nothing down"
    served_are("default", "media")
    found = services.worker()
    assert found.state == "bad" and "the queue notify" in found.said and "worker -Q notify" in found.step
    served_are()
    assert "the queues default, media, notify" in services.worker().said
    jobs.add(kind="media.process", key="x")
    Job.objects.update(due=timezone.now() - timezone.timedelta(minutes=5))
    served_are("default", "media", "notify")
    found = services.worker()
    assert found.state == "bad" and "the queue media has waited" in found.said


def test_a_broker_that_is_away_is_named(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/1"

    def away() -> list[str]:
        raise ConnectionError

    monkeypatch.setattr(wake, "_carriers", [wake.Carrier(send=lambda queue: None, served=away)])
    found = services.worker()
    assert found.state == "bad" and "CELERY_BROKER_URL" in found.step


def test_a_key_of_push_that_cannot_be_read_is_named_and_no_page_ends_on_it(
    settings: Any, alice: User, client_for: ClientFor
) -> None:
    push._key.cache_clear()
    settings.CHATIFY_VAPID_KEY = "no key"
    assert services.calls().state == "bad"
    for path in ("/settings/doctor/", "/settings/device/"):
        assert client_for(alice).get(path).status_code == 200
    push._key.cache_clear()


def test_a_database_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", away)
    found = {finding.name: finding for finding in services.all()}
    assert found["database"].state == "bad" and "DATABASE_URL" in found["database"].step
    assert found["clock"].state == "bad"


def test_the_page_is_for_members_and_next_steps_are_for_staff(
    alice: User, sam: User, settings: Any, client_for: ClientFor
) -> None:
    settings.EMAIL_BACKEND = "accounts.mail.OutboxBackend"
    assert Client().get("/settings/doctor/").status_code == 302
    page = client_for(alice).get("/settings/doctor/").content.decode()
    assert 'id="finding-mail" data-state="odd"' in page and "EMAIL_URL" not in page
    assert "Tell who runs this server" in page and "None came back" in page
    assert "EMAIL_URL" in client_for(sam).get("/settings/doctor/").content.decode()
    Bounce.objects.create(user=alice, email=alice.email, code=550, words="<i>unknown</i>")
    assert "550 &lt;i&gt;unknown&lt;/i&gt;" in client_for(alice).get("/settings/doctor/").content.decode()


@pytest.mark.parametrize(
    ("headers", "values", "finding", "state"),
    [
        ({}, {}, "proxy", "good"),
        ({"X-Forwarded-For": "203.0.113.7"}, {}, "proxy", "bad"),
        ({"X-Forwarded-For": "203.0.113.7"}, {"CHATIFY_PROXIES": ["127.0.0.1"]}, "proxy", "bad"),
        (
            {"X-Forwarded-For": "203.0.113.7"},
            {"CHATIFY_PROXIES": ["127.0.0.1"], "ALLAUTH_TRUSTED_PROXY_COUNT": 1},
            "proxy",
            "good",
        ),
        ({}, {"CHATIFY_PROXIES": ["127.0.0.1"]}, "proxy", "odd"),
        ({"X-Forwarded-Proto": "https"}, {}, "origin", "bad"),
        ({}, {"CHATIFY_ORIGINS": ["http://testserver"]}, "origin", "good"),
        ({}, {"CHATIFY_ORIGINS": ["https://testserver"]}, "origin", "bad"),
    ],
)
def test_a_proxy_that_says_too_little_is_named(
    sam: User, settings: Any, client_for: ClientFor, headers: Any, values: Any, finding: str, state: str
) -> None:
    client = client_for(sam)
    for name, value in values.items():
        setattr(settings, name, value)
    page = client.get("/settings/doctor/", headers=headers).content.decode()
    assert f'id="finding-{finding}" data-state="{state}"' in page


def test_the_command_says_it_and_fails_where_something_is_broken(settings: Any) -> None:
    out = StringIO()
    call_command("doctor", stdout=out)
    assert "ok  Database: It answers" in out.getvalue()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(CommandError, match="1 thing does not work"):
        call_command("doctor", stdout=out)
    assert "BAD Mail" in out.getvalue() and "-> Look at host" in out.getvalue()


def test_a_server_that_is_not_there_is_named() -> None:
    (found,) = outside.all(f"http://127.0.0.1:{free_port()}")
    assert found.state == "bad" and "Nobody answers" in found.said


class Proxy:
    """Answers the three questions as a proxy in front of us might."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
        def ask(url: str, method: str, path: str, headers: Any = None) -> Any:
            answer = answers[path.strip("/").split("/")[0]]
            if isinstance(answer, Exception):
                raise answer
            return type("Answer", (), {"status": answer, "headers": {}})()

        monkeypatch.setattr(outside, "_ask", ask)

    @property
    def found(self) -> dict[str, str]:
        return {finding.name: finding.state for finding in outside.all("http://chat.example.org")}


@pytest.mark.parametrize(
    ("answers", "broken"),
    [
        ({}, set()),
        ({"ws": 400}, {"socket"}),
        ({"ws": 403}, {"socket"}),
        ({"ws": ConnectionResetError()}, {"socket"}),
        ({"uploads": 413}, {"upload"}),
        ({"uploads": TimeoutError()}, {"upload"}),
        ({"healthz": 502}, {"server"}),
    ],
)
def test_what_a_proxy_keeps_back_is_named(
    monkeypatch: pytest.MonkeyPatch, answers: Any, broken: set[str]
) -> None:
    found = Proxy(monkeypatch, **{"healthz": 200, "ws": 101, "uploads": 403, **answers}).found
    assert {name for name, state in found.items() if state != "good"} == broken
