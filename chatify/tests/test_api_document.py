"""The OpenAPI document is valid, complete, and true: generated requests get only the answers that it names."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

from accounts.models import User, UserSession
from accounts.operations import contacts
from chatify.api import api
from conftest import person
from media.operations import uploads
from messaging.operations import conversations, invitations, labels, messages, scheduled
from tests.services.people import PASSWORD

CLIENT_ID = "01900000-0000-7000-8000-000000000001"
DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))

# Every operation that stands in the contract of this version.
OPERATIONS = {
    "GET /me", "PATCH /me", "POST /me/avatar", "DELETE /me/avatar",
    "GET /contacts", "POST /contacts", "DELETE /contacts/{user}", "GET /contacts/requests", "POST /contacts/requests",
    "POST /contacts/requests/{contact_request}/accept", "POST /contacts/requests/{contact_request}/decline",
    "DELETE /contacts/requests/{contact_request}", "GET /blocks", "PUT /blocks/{user}", "DELETE /blocks/{user}",
    "GET /push/subscriptions", "POST /push/subscriptions", "DELETE /push/subscriptions/{subscription}",
    "GET /sessions", "DELETE /sessions", "DELETE /sessions/{session}",
    "GET /reports", "POST /reports",
    "GET /people", "GET /people/{person}", "GET /conversations", "POST /conversations",
    "GET /conversations/{conversation}", "PATCH /conversations/{conversation}", "DELETE /conversations/{conversation}",
    "GET /conversations/{conversation}/messages", "POST /conversations/{conversation}/messages",
    "PUT /conversations/{conversation}/draft", "DELETE /conversations/{conversation}/draft",
    "GET /conversations/{conversation}/avatar", "POST /conversations/{conversation}/avatar",
    "DELETE /conversations/{conversation}/avatar",
    "GET /labels", "POST /labels", "PATCH /labels/{label}", "DELETE /labels/{label}",
    "PUT /conversations/{conversation}/labels/{label}", "DELETE /conversations/{conversation}/labels/{label}",
    "GET /scheduled", "PATCH /scheduled/{scheduled_message}", "DELETE /scheduled/{scheduled_message}",
    "GET /conversations/{conversation}/events", "GET /messages/{message}", "PUT /conversations/{conversation}/read",
    "PUT /conversations/{conversation}/unread",
    "PATCH /messages/{message}", "DELETE /messages/{message}", "POST /messages/{message}/restore",
    "GET /messages/{message}/history", "POST /messages/{message}/forward", "GET /starred",
    "PUT /messages/{message}/reactions/{emoji}", "DELETE /messages/{message}/reactions/{emoji}",
    "PUT /messages/{message}/star", "DELETE /messages/{message}/star", "PUT /messages/{message}/pin",
    "DELETE /messages/{message}/pin", "GET /conversations/{conversation}/pinned",
    "POST /conversations/{conversation}/accept", "POST /conversations/{conversation}/decline",
    "PUT /conversations/{conversation}/done", "DELETE /conversations/{conversation}/done",
    "PUT /conversations/{conversation}/pin", "DELETE /conversations/{conversation}/pin",
    "PUT /conversations/{conversation}/mute", "DELETE /conversations/{conversation}/mute",
    "PUT /conversations/{conversation}/snooze", "DELETE /conversations/{conversation}/snooze",
    "POST /uploads", "GET /uploads/{upload}", "DELETE /uploads/{upload}", "POST /uploads/{upload}/finish",
    "POST /uploads/{upload}/parts/{number}", "GET /attachments/{attachment}",
    "GET /previews/{preview}", "DELETE /previews/{preview}", "GET /search",
    "GET /conversations/{conversation}/members", "POST /conversations/{conversation}/members",
    "POST /imports", "GET /imports/{import_id}", "DELETE /imports/{import_id}",
    "GET /conversations/{conversation}/export", "POST /conversations/{conversation}/export",
    "GET /conversations/{conversation}/export/file", "PUT /conversations/{conversation}/level",
    "GET /notifications", "PUT /notifications/read", "PUT /notifications/{notification}/read",
    "GET /invitations", "GET /conversations/{conversation}/invitations",
    "POST /conversations/{conversation}/invitations",
    "DELETE /invitations/{invitation}", "POST /invitations/{token}/accept", "POST /invitations/{token}/decline",
    "GET /conversations/{conversation}/joining", "POST /conversations/{conversation}/joining/{user}/accept",
    "POST /conversations/{conversation}/joining/{user}/decline",
    "PATCH /conversations/{conversation}/members/{user}", "DELETE /conversations/{conversation}/members/{user}",
}  # fmt: skip


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_is_served_and_valid(db: None) -> None:
    served = Client().get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert served.json()["info"]["title"] == "Chatify"
    schemathesis.openapi.from_dict(served.json()).validate()


def test_every_operation_is_in_it() -> None:
    found = {f"{method.upper()} {path.removeprefix('/api/v1')}" for method, path, _ in operations()}
    assert found == OPERATIONS


def test_every_operation_names_its_problems_and_its_credentials() -> None:
    for method, path, operation in operations():
        where = f"{method} {path}"
        assert {"400", "401", "429"} <= set(operation["responses"]), where
        assert {tuple(each) for each in operation["security"]} == {("Bearer",), ("Session",)}, where
        assert operation["description"] and operation["summary"], where
        for status, answer in operation["responses"].items():
            kinds = set(answer.get("content", {}))
            assert kinds <= ({"application/problem+json"} if status >= "400" else {"application/json"}), where
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert schemes["Bearer"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert schemes["Session"]["type"] == "apiKey"


class World(NamedTuple):
    """Ids of things that exist, by the names that paths give them, and what Alice shows to be let in."""

    ids: dict[str, str]
    token: str


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once, in a transaction that is undone when all have asked."""
    with django_db_blocker.unblock(), transaction.atomic():
        alice, bob, carol = (person(name) for name in ("alice", "bob", "carol"))
        yield World(_things(alice, bob, carol), _token(alice))
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """As it was made, whatever was asked before. Requests share its transaction: they must not close its connection
    when they begin and end.
    """
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        yield made
        transaction.set_rollback(True)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def _things(alice: User, bob: User, carol: User) -> dict[str, str]:
    group = conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=CLIENT_ID)
    sent = messages.send(bob, conversation=group.id, body="hello", client_id=CLIENT_ID)
    later = timezone.now() + timedelta(days=1)
    wish = {"conversation": group.id, "body": "Good morning", "client_id": uuid4(), "send_at": later}
    link = invitations.link(alice, conversation=group.id)
    return {
        "invitation": str(link.id),
        "import_id": CLIENT_ID,
        "notification": CLIENT_ID,
        "token": link.token,
        "label": str(labels.create(alice, name="Home").id),
        "scheduled_message": str(scheduled.hold(alice, **wish).id),
        "conversation": str(group.id),
        "message": str(sent.id),
        "emoji": "🌱",
        "upload": str(uploads.begin(alice, name="beans.txt", size=16).upload.id),
        "number": "1",
        "attachment": str(CLIENT_ID),
        "preview": str(CLIENT_ID),
        "person": str(bob.id),
        "user": str(carol.id),
        "session": str(UserSession.objects.create(user=alice, session_key="x", client="x", network="x").id),
        "subscription": str(CLIENT_ID),
        "contact_request": str(contacts.ask(bob, other=alice).id),
    }


def _token(alice: User) -> str:
    wish = {"email": alice.email, "password": PASSWORD}
    answer = Client().post("/api/auth/app/v1/auth/login", wish, content_type="application/json")
    return str(answer.json()["meta"]["access_token"])


# Most of what is generated never reaches a table: on the second database half of it is enough.
EXAMPLES = {"sqlite": 8, "postgresql": 4}
# How what does not fit may be refused. 413 is for a text that is too long, which most texts in the document can be.
REFUSALS = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
WISHES = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
SCHEMA = schemathesis.openapi.from_dict(copy.deepcopy(DOCUMENT), config=SchemathesisConfig.from_dict(WISHES))
SCHEMA.app = get_wsgi_application()
FOUND = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", FOUND, ids=lambda operation: operation.label)
def test_generated_requests_get_what_the_document_says(
    operation: Any, mode: GenerationMode, world: World
) -> None:
    excluded: list[Any] = [unsupported_method]  # it sends TRACE to every path: tried once, in test_api.py
    if mode is GenerationMode.POSITIVE:
        excluded.append(positive_data_acceptance)  # a text of one space fits the schema and is no message

    @settings(
        max_examples=EXAMPLES[connection.vendor],
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def run(case: Any, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: world.ids[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers={"Authorization": f"Bearer {world.token}"}, excluded_checks=excluded)

    run()
