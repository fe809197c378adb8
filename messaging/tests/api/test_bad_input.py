"""Odd, hostile and broken input: a clear 4xx, and nothing half done."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Conversation

from .conftest import Call, Caller, refused, rows

ID = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def caller(call: Call, alice: User) -> Caller:
    return call(alice)


BROKEN = [
    b"", b"null", b"[]", b'"x"', b"1", b"true", b"{", b'{"body": }', b"{'body': 'x'}", b"[" * 5000,
    b'{"a":' * 400 + b"1" + b"}" * 400, b"\xff\xfe", b'{"body": "\xc0\xaf"}', b"\xef\xbb\xbf{}",
    '{"body": "x"}'.encode("utf-16"),
    b'{"body": "a", "body": "b", "client_id": "%s"}' % ID.encode(),
    b'{"body": NaN}', b'{"body": Infinity}', b'{"body": -Infinity}', b'{"body": 1e400}', b'{"n": ' + b"9" * 5000 + b"}",
    b'{"body": "\\u0000", "client_id": "%s"}' % ID.encode(),
    b'{"body": "\\ud800", "client_id": "%s"}' % ID.encode(),
    b'{"\\ud800": 1}', b'{"x": ["\\udfff"]}',
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: repr(body[:24]))
def test_a_body_that_is_not_one_object_is_refused(caller: Caller, direct: Conversation, body: bytes) -> None:
    before = rows()
    refused(caller.post(f"/conversations/{direct.id}/messages", body), 400, 422)
    refused(caller.post("/conversations", body), 400, 422)
    refused(caller.send("PATCH", "/me", body), 400, 422) if body not in (b"",) else None
    assert rows() == before


def test_an_empty_object_names_the_missing_fields(caller: Caller, direct: Conversation) -> None:
    answer = caller.post(f"/conversations/{direct.id}/messages", {})
    assert set(refused(answer, 422)["errors"]) == {"client_id", "body"}


WRONG_TYPES: list[Any] = [None, 1, 1.5, True, [], {}, {"$ne": ""}, ["x"]]


@pytest.mark.parametrize("value", WRONG_TYPES, ids=repr)
@pytest.mark.parametrize("field", ["body", "client_id"])
def test_a_field_of_another_type_is_refused(
    caller: Caller, direct: Conversation, field: str, value: Any
) -> None:
    before = rows()
    wish = {"body": "hello", "client_id": str(uuid4())} | {field: value}
    assert field in refused(caller.post(f"/conversations/{direct.id}/messages", wish), 422)["errors"]
    assert rows() == before


@pytest.mark.parametrize(
    "value", ["", "x", "1", "0" * 32, "{" + ID + "}", "urn:uuid:" + ID, ID + "\n", "é" * 36]
)
def test_an_id_is_a_uuid_in_its_usual_form(caller: Caller, direct: Conversation, value: str) -> None:
    wish = {"body": "hello", "client_id": value}
    refused(caller.post(f"/conversations/{direct.id}/messages", wish), 422)


NUMBERS: list[Any] = [
    "1",
    1.5,
    1.0,
    True,
    None,
    -1,
    2**53,
    2**63,
    2**64,
    -(2**63) - 1,
    [1],
    {"gt": 1},
    "1' OR 1=1",
]


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_a_number_is_a_whole_number_in_range(caller: Caller, direct: Conversation, number: Any) -> None:
    refused(caller.put(f"/conversations/{direct.id}/read", {"number": number}), 422)


QUERIES = [
    "-1",
    "1.5",
    "1e3",
    "NaN",
    "x",
    "",
    "१",
    "1_000",
    " 1",
    "1\n",
    "+1",
    "0x10",
    str(2**53),
    str(2**64),
    "9" * 39,
]


@pytest.mark.parametrize("value", QUERIES, ids=repr)
@pytest.mark.parametrize("name", ["before", "after", "around"])
def test_a_position_in_the_timeline_is_a_number(
    caller: Caller, direct: Conversation, name: str, value: str
) -> None:
    refused(caller.get(f"/conversations/{direct.id}/messages", **{name: value}), 422)


@pytest.mark.parametrize("value", QUERIES, ids=repr)
def test_a_position_in_the_log_is_a_number(caller: Caller, direct: Conversation, value: str) -> None:
    refused(caller.get(f"/conversations/{direct.id}/events", since=value), 422)


@pytest.mark.parametrize("value", ["1\x00", "\x00", "a\x00b"])
def test_nul_in_an_address_is_refused(caller: Caller, direct: Conversation, value: str) -> None:
    refused(caller.get(f"/conversations/{direct.id}/messages", before=value), 400)
    refused(caller.get("/people", q=value), 400)
    refused(caller.get("/conversations", cursor=value), 400)


@pytest.mark.parametrize("limit", ["1000000", "-5", "0", "9" * 39, "-" + "9" * 39])
def test_a_page_size_is_clamped(caller: Caller, direct: Conversation, limit: str) -> None:
    for path in ("/conversations", "/people", f"/conversations/{direct.id}/messages"):
        answer = caller.get(path, limit=limit)
        assert answer.status_code == 200
        assert len(answer.json()["items"]) <= 100


@pytest.mark.parametrize("limit", ["x", "1.5", "NaN", "१", ""])
def test_a_page_size_is_a_number(caller: Caller, limit: str) -> None:
    refused(caller.get("/conversations", limit=limit), 422)


CURSORS = [
    "x",
    "W10",
    "bnVsbA",
    "WyJhIiwiYiIsImMiXQ",
    "eyJhIjoxfQ",
    "%%%",
    "é",
    "A" * 501,
    "WyIyMDI2LTExLTIxIiwgIngiXQ",
    "🙂",
]


@pytest.mark.parametrize("cursor", CURSORS, ids=lambda cursor: cursor[:12])
def test_a_cursor_that_we_did_not_make_is_refused(caller: Caller, group: Conversation, cursor: str) -> None:
    for path in ("/conversations", "/people", f"/conversations/{group.id}/members"):
        refused(caller.get(path, cursor=cursor), 400, 422)


@pytest.mark.parametrize("filter", ["", "ALL", "archive", "x' OR 1=1", "all,unread"])
def test_an_unknown_filter_is_refused(caller: Caller, filter: str) -> None:
    assert "filter" in refused(caller.get("/conversations", filter=filter), 422)["errors"]


@pytest.mark.parametrize("path", ["1", "x", "../me", "%00", ID[:-1], ID + "0", "0" * 32, "null"])
def test_a_path_that_holds_no_id_is_not_found(caller: Caller, path: str) -> None:
    for stem in ("/conversations/", "/messages/", "/people/"):
        refused(caller.get(stem + path), 404)
    refused(caller.get(f"/conversations/{path}/messages"), 404)


def test_what_the_server_owns_is_never_set(
    caller: Caller, direct: Conversation, alice: User, bob: User
) -> None:
    wish = {
        "body": "hello", "client_id": str(uuid4()), "sender": str(bob.id), "sender_id": str(bob.id), "seq": 99,
        "number": 99, "created_at": "2000-01-01T00:00:00Z", "conversation": ID, "id": ID, "kind": "system",
        "html_body": "<script>", "deleted": True, "reads": True, "__class__": "x",
    }  # fmt: skip
    shown = caller.post(f"/conversations/{direct.id}/messages", wish).json()
    assert shown["sender"]["id"] == str(alice.id)
    assert (shown["seq"], shown["number"], shown["conversation"]) == (1, 1, str(direct.id))
    assert (shown["kind"], shown["deleted"], shown["html_body"]) == ("text", False, "<p>hello</p>")
    assert shown["id"] != ID
    assert not shown["created_at"].startswith("2000")


def test_nobody_makes_themselves_staff(caller: Caller, alice: User) -> None:
    extra = {"is_staff": True, "is_superuser": True, "avatar": "x", "email": "x@evil.test", "id": ID}
    assert caller.patch("/me", {"display_name": "Al", **extra}).status_code == 200
    alice.refresh_from_db()
    assert (alice.display_name, alice.is_staff, alice.is_superuser) == ("Al", False, False)
    assert (alice.username, alice.email) == ("alice", "alice@example.test")


def test_roles_of_a_new_group_are_not_taken_from_the_body(caller: Caller, alice: User, bob: User) -> None:
    wish = {"kind": "group", "title": "G", "members": [str(bob.id)], "client_id": str(uuid4()), "role": "member",
            "created_by": str(bob.id), "roles": {str(bob.id): "owner"}}  # fmt: skip
    shown = caller.post("/conversations", wish).json()
    roles = {each["person"]["username"]: each["role"] for each in shown["members"]}
    assert roles == {"alice": "owner", "bob": "member"}


@pytest.mark.parametrize("name", ["display_name"])
@pytest.mark.parametrize("value", ["x" * 81, 1, {}, [], True])
def test_a_name_is_a_short_line(caller: Caller, name: str, value: Any) -> None:
    assert name in refused(caller.patch("/me", {name: value}), 422)["errors"]


def test_an_answer_stays_in_its_conversation(
    caller: Caller, direct: Conversation, group: Conversation, bob: User, write: Any
) -> None:
    elsewhere = write(bob, group)
    for target in (str(elsewhere.id), ID, str(uuid4())):
        wish = {"body": "re", "client_id": str(uuid4()), "reply_to": target}
        refused(caller.post(f"/conversations/{direct.id}/messages", wish), 404, 422)


@pytest.mark.parametrize(
    "at", ["2001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "tomorrow", 8, "2030-13-01T00:00:00Z"]
)
def test_a_time_that_will_not_come_is_refused_and_nothing_waits(
    caller: Caller, direct: Conversation, at: object
) -> None:
    before = rows()
    wish = {"body": "hello", "client_id": str(uuid4()), "send_at": at}
    assert "send_at" in refused(caller.post(f"/conversations/{direct.id}/messages", wish), 422)["errors"]
    assert rows() == before
    assert caller.get("/scheduled").json()["items"] == []


@pytest.mark.parametrize(
    "q", ["%", "_", "\\", "'", "a & b | !c:*", " OR ".join(["x"] * 500), "x" * 10_000, "🙂", "{{7*7}}"]
)
def test_a_search_for_people_takes_everything_as_text(caller: Caller, bob: User, q: str) -> None:
    answer = caller.get("/people", q=q)
    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_nobody_is_found_by_their_address(caller: Caller, bob: User) -> None:
    assert [each["username"] for each in caller.get("/people", q="bob").json()["items"]] == ["bob"]
    for q in (bob.email, "example.test", "@example"):
        assert caller.get("/people", q=q).json()["items"] == []


@pytest.mark.parametrize("role", ["", "root", "OWNER", None, 1, ["owner"], "owner'--"])
def test_an_unknown_role_is_refused(caller: Caller, group: Conversation, bob: User, role: Any) -> None:
    refused(caller.patch(f"/conversations/{group.id}/members/{bob.id}", {"role": role}), 422)


@pytest.mark.parametrize("members", [[], None, "x", [ID] * 101, [1], [None], [[]], {"a": 1}])
def test_nonsense_adds_nobody(caller: Caller, group: Conversation, members: Any) -> None:
    before = rows()
    refused(caller.post(f"/conversations/{group.id}/members", {"members": members}), 422)
    assert rows() == before
