"""docs/api.md is true: its examples run in their order, and every operation of the API has one."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import User
from accounts.tests.pictures import picture
from chatify.api import api
from media.tests import sending
from messaging.notifications import following
from messaging.operations import conversations, invitations, messages

TEXT = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text("utf-8")
EXAMPLE = re.compile(r"```http\n(.*?)```\s*```json (\d+)\n(.*?)```", re.DOTALL)
ANYTHING = "…"


def differs(documented: Any, real: Any, known: dict[str, str], where: str = "answer") -> str | None:
    """What is not as documented. `…` as a value is anything, as a key it is more fields, `$NAME` learns an id."""
    if documented == ANYTHING:
        return None
    if isinstance(documented, str) and documented.startswith("$"):
        expected = known.setdefault(documented, str(real))
        return None if expected == real else f"{where}: {real!r} is not {documented}"
    if isinstance(documented, dict) and isinstance(real, dict):
        names = set(documented) - {ANYTHING}
        if not (names <= set(real) if ANYTHING in documented else names == set(real)):
            return f"{where}: fields {sorted(names ^ set(real))}"
        found = (differs(documented[name], real[name], known, f"{where}.{name}") for name in names)
        return next(filter(None, found), None)
    if isinstance(documented, list) and isinstance(real, list) and len(documented) == len(real):
        pairs = enumerate(zip(documented, real, strict=True))
        found = (differs(one, other, known, f"{where}.{place}") for place, (one, other) in pairs)
        return next(filter(None, found), None)
    return None if documented == real else f"{where}: {real!r}, documented {documented!r}"


def run(request: str, known: dict[str, str]) -> Any:
    for name, value in known.items():
        request = request.replace(name, value)
    head, _, body = request.partition("\n\n")
    first, *lines = head.strip().splitlines()
    method, path = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    if path.startswith("http"):  # a link to the store, which no view of Django's answers
        length = {"Content-Length": str(len(body.strip()))}
        status, _ = asyncio.run(
            sending.put(path, [body.strip().encode()], {**headers, **length}, method=method)
        )
        return HttpResponse(status=status)
    kind = headers.pop("Content-Type", "application/octet-stream")
    if kind == "multipart/form-data":  # a line `name=@file` stands for the file's part
        body, kind = (
            encode_multipart(BOUNDARY, {body.partition("=@")[0].strip(): picture()}),
            MULTIPART_CONTENT,
        )
        return Client().generic(method, path, body, kind, headers=headers)
    return Client(enforce_csrf_checks=True).generic(method, path, body.strip(), kind, headers=headers)


def meanwhile(known: dict[str, str], people: list[User]) -> None:
    """What others do between the examples: as soon as there is a link, they ask to be let in by it."""
    if "$LINK" in known and people:
        for person in people:
            invitations.accept(person, token=known["$LINK"])
        people.clear()


def test_the_examples_run_as_printed(alice: User, bob: User, carol: User, dave: User) -> None:
    asked = conversations.start_direct(dave, other=alice)
    messages.send(dave, conversation=asked.id, body="You do not know me", client_id=uuid4())
    following.follow({"ranges": [(str(asked.id), 1, 9)]})
    choir = conversations.start_group(dave, title="Choir", members=[], client_id=uuid4())
    invitations.invite(dave, conversation=choir.id, users=[alice])
    visitors = [dave, carol]
    known = {
        "$BOB": str(bob.id),
        "$CAROL": str(carol.id),
        "$DAVE": str(dave.id),
        "$EMOJI": "%F0%9F%8C%B1",
        "$STRANGER": str(asked.id),
    }
    examples = EXAMPLE.findall(TEXT)
    assert len(examples) == TEXT.count("```http") > 15
    for request, status, documented in examples:
        answer = run(request, known)
        assert answer.status_code == int(status), f"{request}\n{answer.content.decode()}"
        real = answer.json() if answer.content else None
        if "access_token" in documented:
            known["$TOKEN"] = real["meta"]["access_token"]
        difference = differs(json.loads(documented) if documented.strip() else None, real, known)
        assert difference is None, f"{request}\n{difference}"
        meanwhile(known, visitors)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method in methods
    ],
)
def test_every_operation_is_shown(method: str, path: str) -> None:
    pattern = re.sub(r"{\w+}", r"(?:\\$[A-Z]+|\\d+)", path)
    assert re.search(rf"^{method.upper()} {pattern}(\?.*)?$", TEXT, re.MULTILINE), (
        f"{method} {path} has no example"
    )


def test_the_limits_are_the_real_ones() -> None:
    rates = settings.CHATIFY_RATES
    assert (rates["api"], rates["send"]) == ((200, 60), (100, 60))
    assert (rates["conversation.chat"], rates["conversation.mail"]) == ((30, 3600), (100, 3600))
    assert (
        "ask 200 times a minute, send 100 messages a minute, and start 30 chats or groups and 100 mail"
        in TEXT
    )
