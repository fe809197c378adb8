"""The fields that outside clients rely on, one by one."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from accounts.operations import contacts
from messaging.models import Conversation
from messaging.operations import inbox, messages

from .conftest import Call

PERSON = {"id", "username", "display_name", "initials", "hue", "avatar_url", "status", "presence"}
MESSAGE = {
    "id",
    "conversation",
    "number",
    "seq",
    "client_id",
    "sender",
    "body",
    "html_body",
    "kind",
    "reply_to",
    "quote",
    "forwarded_from",
    "letter",
    "origin",
    "attachments",
    "previews",
    "reactions",
    "blocked",
    "starred",
    "pinned_at",
    "edited_at",
    "deleted",
    "created_at",
}
CONVERSATION = {
    "id",
    "kind",
    "title",
    "subject",
    "topic",
    "settings",
    "avatar_url",
    "head",
    "epoch",
    "message_count",
    "unread",
    "last_message",
    "last_activity_at",
    "created_at",
    "previews",
    "my",
    "members",
    "bcc",
}
MY = {
    "role",
    "may",
    "read_number",
    "delivered_number",
    "level",
    "muted_until",
    "pinned_at",
    "done_at",
    "request",
    "snoozed_until",
    "draft",
    "labels",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_person_never_shows_an_address(call: Call, alice: User, bob: User) -> None:
    shown = call(alice).get(f"/people/{bob.id}").json()
    assert set(shown) == PERSON | {"about", "relationship"}
    assert shown["id"] == str(bob.id)
    assert (shown["username"], shown["display_name"]) == ("bob", "Bob")
    assert shown["status"] == {"text": "", "emoji": "", "until": None}
    assert shown["presence"] == {"online": None, "last_seen": None}
    assert bob.email not in str(shown)


def test_me_is_a_person_with_address_unread_and_settings(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    write(bob, direct)
    shown = call(alice).get("/me").json()
    assert set(shown) == PERSON | {"email", "about", "time_zone", "language", "unread", "notices", "settings"}
    assert (shown["email"], shown["unread"]) == (alice.email, 1)
    switches = {"presence": True, "last_seen": True, "typing": True, "receipts": True}
    assert shown["settings"]["privacy"] == {**switches, "audience": "shared", "groups": "everyone"}
    assert shown["settings"]["inbox"] == {"filter": "all"}


def test_a_conversation_has_its_position_my_view_and_members(
    call: Call, alice: User, bob: User, group: Conversation, write: Any
) -> None:
    sent = write(bob, group, "hello")
    shown = call(alice).get(f"/conversations/{group.id}").json()
    assert set(shown) == CONVERSATION
    assert (shown["kind"], shown["title"], shown["subject"]) == ("group", "Garden", None)
    assert (shown["head"], shown["message_count"], shown["unread"]) == (sent.seq, 1, 1)
    assert UUID(shown["epoch"])
    assert TIME.fullmatch(shown["last_activity_at"])
    assert set(shown["my"]) == MY
    assert (shown["my"]["role"], shown["my"]["read_number"]) == ("owner", 0)
    assert shown["last_message"]["id"] == str(sent.id)
    assert {each["person"]["username"] for each in shown["members"]} == {"alice", "bob", "carol"}
    assert set(shown["members"][0]) == {"person", "role", "mail_role", "read_number", "delivered_number"}


def test_mail_names_its_subject_and_who_is_written_to(call: Call, bob: User, mail: Conversation) -> None:
    shown = call(bob).get(f"/conversations/{mail.id}").json()
    assert (shown["kind"], shown["subject"], shown["title"]) == ("mail", "Minutes", "Minutes")
    roles = {each["person"]["username"]: each["mail_role"] for each in shown["members"]}
    assert roles == {"carol": "from", "alice": "to", "bob": "cc"}


def test_a_direct_chat_is_titled_by_the_other_person(
    call: Call, alice: User, bob: User, direct: Conversation
) -> None:
    assert call(alice).get(f"/conversations/{direct.id}").json()["title"] == "Bob"
    assert call(bob).get(f"/conversations/{direct.id}").json()["title"] == "Alice"


def test_a_message_has_every_field(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    first = write(bob, direct, "**Hello** Alice")
    client_id = uuid4()
    messages.send(alice, conversation=direct.id, body="Hi", client_id=client_id, reply_to=first.id)
    shown = call(bob).get(f"/conversations/{direct.id}/messages").json()["items"]
    assert [set(each) for each in shown] == [MESSAGE, MESSAGE]
    one, two = shown
    assert one["id"] == str(first.id)
    assert (one["number"], one["seq"], one["kind"]) == (1, 1, "text")
    assert one["body"] == "**Hello** Alice"
    assert "<strong>Hello</strong>" in one["html_body"]
    assert set(one["sender"]) == PERSON
    assert (one["attachments"], one["reactions"], one["starred"], one["deleted"]) == ([], [], False, False)
    assert TIME.fullmatch(one["created_at"])
    assert (two["client_id"], two["reply_to"]) == (str(client_id), str(first.id))
    assert two["quote"]["snippet"] == "Hello Alice"
    assert call(bob).get(f"/messages/{first.id}").json() == one


def test_a_page_of_messages_carries_its_position(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    for number in range(1, 8):
        write(bob, direct, f"message {number}")

    def numbers(**query: Any) -> tuple[list[int], bool, bool]:
        page = call(alice).get(f"/conversations/{direct.id}/messages", **query).json()
        assert page["head"] == 7
        return [each["number"] for each in page["items"]], page["has_older"], page["has_newer"]

    assert numbers(limit=3) == ([5, 6, 7], True, False)
    assert numbers(limit=3, before=5) == ([2, 3, 4], True, True)
    assert numbers(limit=3, before=2) == ([1], False, True)
    assert numbers(limit=3, after=5) == ([6, 7], True, False)
    assert numbers(limit=2, around=4)[0] in ([3, 4], [4, 5])
    assert numbers(after=7) == ([], False, False)


@pytest.mark.parametrize(
    ("start", "read"), [({}, [5, 6, 7, 3, 4, 1, 2]), ({"after": 0}, [1, 2, 3, 4, 5, 6, 7])]
)
def test_next_leads_through_all_messages(
    call: Call,
    alice: User,
    bob: User,
    direct: Conversation,
    write: Any,
    start: dict[str, int],
    read: list[int],
) -> None:
    for number in range(1, 8):
        write(bob, direct, f"message {number}")
    caller, numbers, query = call(alice), [], {"limit": 3, **start}
    while query:
        page = caller.get(f"/conversations/{direct.id}/messages", **query).json()
        numbers += [each["number"] for each in page["items"]]
        query = {"limit": 2, "cursor": page["next"]} if page["next"] else {}
    assert numbers == read


def test_an_event_holds_nothing_that_depends_on_who_looks(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    write(bob, direct)
    (event,) = call(alice).get(f"/conversations/{direct.id}/events", since=0).json()["events"]
    assert set(event["data"]) == MESSAGE - {"starred", "blocked"}
    assert set(event["data"]["sender"]) == PERSON - {"presence"}


def test_reading_marks_nothing_read(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    write(bob, direct)
    caller = call(alice)
    for path in ("", "/messages", "/events", "/members"):
        assert caller.get(f"/conversations/{direct.id}{path}").status_code == 200
    assert caller.get("/me").json()["unread"] == 1


def test_a_send_of_the_api_does_not_read(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    write(bob, direct)
    caller = call(alice)
    assert caller.say(direct.id, "an answer from a program").status_code == 201
    assert caller.get("/me").json()["unread"] == 1


def test_reading_moves_forward_only(
    call: Call, alice: User, bob: User, direct: Conversation, write: Any
) -> None:
    for _ in range(3):
        write(bob, direct)
    caller = call(alice)
    path = f"/conversations/{direct.id}/read"
    assert caller.put(path, {"number": 2}).json() == {
        "conversation": str(direct.id),
        "read_number": 2,
        "delivered_number": 2,
        "unread": 1,
    }
    assert caller.put(path, {"number": 1}).json()["read_number"] == 2
    assert caller.put(path, {"number": 2**53 - 1}).json()["read_number"] == 3
    assert caller.get("/me").json()["unread"] == 0


def test_sync_is_level_replay_or_reset(
    call: Call, alice: User, bob: User, group: Conversation, write: Any
) -> None:
    sent = write(bob, group, "hello")
    caller = call(alice)

    def since(position: int) -> dict[str, Any]:
        return caller.get(f"/conversations/{group.id}/events", since=position).json()

    everything = since(0)
    assert everything["state"] == "replay"
    assert [each["seq"] for each in everything["events"]] == list(range(1, sent.seq + 1))
    last = everything["events"][-1]
    assert set(last) == {"conversation", "seq", "event", "actor", "at", "data", "digest"}
    assert (last["event"], last["actor"], last["data"]["body"]) == ("message.sent", str(bob.id), "hello")
    assert since(sent.seq) == {"state": "level", "head": sent.seq, "events": []}
    assert since(sent.seq + 1) == {"state": "reset", "head": sent.seq, "events": []}


def test_a_newcomer_reads_from_their_joining_on(
    call: Call, alice: User, dave: User, group: Conversation, write: Any
) -> None:
    contacts.introduce([alice, dave])
    before = write(alice, group, "before dave")
    added = call(alice).post(f"/conversations/{group.id}/members", {"members": [str(dave.id)]})
    assert added.status_code == 201
    assert [each["person"]["username"] for each in added.json()["items"]] == ["dave"]
    after = write(alice, group, "after dave")
    caller = call(dave)
    shown = caller.get(f"/conversations/{group.id}/messages").json()["items"]
    assert [each["id"] for each in shown] == [str(after.id)]
    assert caller.get(f"/messages/{before.id}").status_code == 404
    assert "before dave" not in caller.get(f"/conversations/{group.id}/events", since=0).content.decode()
    assert caller.get("/me").json()["unread"] == 1


def test_lists_go_on_where_the_page_ended(call: Call, alice: User, make_person: Any) -> None:
    caller = call(alice)
    for name in ("erin", "frank", "grace", "heidi", "ivan"):
        wish = {"kind": "direct", "members": [str(make_person(name).id)]}
        assert caller.post("/conversations", wish).status_code == 201
    for path in ("/conversations", "/people"):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = caller.get(path, **query).json()
            assert set(page) == {"items", "next"}
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 5, path


def test_the_inbox_is_filtered(
    call: Call, alice: User, bob: User, direct: Conversation, mail: Conversation, write: Any
) -> None:
    write(alice, direct)
    caller = call(alice)

    def kinds(filter: str) -> list[str]:
        return [each["kind"] for each in caller.get("/conversations", filter=filter).json()["items"]]

    assert kinds("all") == ["direct", "mail"]
    assert kinds("chats") == ["direct"]
    assert kinds("mail") == ["mail"]
    assert kinds("unread") == ["mail"]
    assert kinds("sent") == ["direct"]


def test_changing_my_name(call: Call, alice: User, bob: User) -> None:
    answer = call(alice).patch("/me", {"display_name": "Alice Åkerström", "email": "x@evil.test"})
    assert answer.json()["display_name"] == "Alice Åkerström"
    assert answer.json()["email"] == "alice@example.test"
    assert call(bob).get(f"/people/{alice.id}").json()["display_name"] == "Alice Åkerström"
    assert call(alice).patch("/me", {"display_name": ""}).json()["display_name"] == "alice"
    assert call(alice).patch("/me", {}).json()["display_name"] == "alice"


def test_leaving_and_removing(call: Call, alice: User, bob: User, carol: User, group: Conversation) -> None:
    owner, member = call(alice), call(bob)
    assert owner.delete(f"/conversations/{group.id}").status_code == 409, "the last owner names a successor"
    assert member.delete(f"/conversations/{group.id}").status_code == 204
    assert member.get(f"/conversations/{group.id}").status_code == 404
    assert (
        owner.patch(f"/conversations/{group.id}/members/{carol.id}", {"role": "owner"}).json()["role"]
        == "owner"
    )
    assert owner.delete(f"/conversations/{group.id}/members/{carol.id}").status_code == 403
    assert owner.delete(f"/conversations/{group.id}").status_code == 204
    left = call(carol).get(f"/conversations/{group.id}/members").json()["items"]
    assert [each["person"]["username"] for each in left] == ["carol"]


def test_renaming_a_group(call: Call, alice: User, bob: User, group: Conversation) -> None:
    answer = call(alice).patch(f"/conversations/{group.id}", {"title": "  Garden & shed "})
    assert answer.json()["title"] == "Garden & shed"
    assert call(bob).get(f"/conversations/{group.id}").json()["title"] == "Garden & shed"


def test_unread_totals_agree(
    call: Call, alice: User, bob: User, direct: Conversation, group: Conversation, write: Any
) -> None:
    write(bob, direct)
    write(bob, group)
    write(alice, group)
    inbox.mark_unread(alice.id, conversation=group.id, number=1)
    caller = call(alice)
    rows = caller.get("/conversations").json()["items"]
    assert caller.get("/me").json()["unread"] == sum(row["unread"] for row in rows) == 2
