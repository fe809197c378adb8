"""Forms that bring files, written by nobody's browser: refused whole, in words, and nothing of them is kept."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from media.models import Upload
from media.storage import local
from messaging.models import Conversation, Message
from messaging.operations import conversations

Part = tuple[bytes, bytes]
FORM = "multipart/form-data; boundary=b"
MANY = 100_000


def field(name: str, value: bytes = b"x", *more: bytes, file: str | None = None) -> Part:
    """The head and the body of a part."""
    named = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
    return b"\r\n".join([named.encode(), *more]), value


def form(*parts: Part) -> bytes:
    return b"".join(b"--b\r\n%s\r\n\r\n%s\r\n" % part for part in parts) + b"--b--\r\n"


@pytest.fixture
def chat(alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def pages(alice: User, chat: Conversation, client_for: Callable[[User], Client]) -> Callable[..., list[int]]:
    """What each page that takes files says to such a body."""
    client = client_for(alice)

    def answers(body: bytes, type: str = FORM) -> list[int]:
        ways = [
            ("POST", f"/c/{chat.id}/messages/"),
            ("POST", "/settings/profile/picture/"),
            ("POST", "/api/v1/me/avatar"),
        ]
        return [client.generic(how, path, body, content_type=type).status_code for how, path in ways]

    return answers


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (form(field("body")), "multipart/form-data"),
        (form(field("body")), "multipart/form-data; boundary="),
        (form(field("body")), "multipart/form-data; boundary=\xff\x00"),
        (form(*(field(f"a{number}") for number in range(MANY))), FORM),
        (form(*(field("file", file="a.txt") for _ in range(MANY))), FORM),
        (form(*(field("file", file="a.txt") for _ in range(11))), FORM),
        (form(field("body", b"x", b"X-Long: " + b"a" * 2**20)), FORM),
        (form(field("file", b"!!!", b"Content-Transfer-Encoding: base64", file="a.txt")), FORM),
    ],
    ids=["no boundary", "an empty one", "one of nonsense", "fields", "files", "11 files", "a long head", "base64"],
)  # fmt: skip
def test_a_form_that_cannot_be_read_is_refused(
    pages: Callable[..., list[int]], body: bytes, type: str
) -> None:
    assert set(pages(body, type)) <= {400, 413}, "a program is told 413 where it is too much"
    assert not Message.objects.exists() and not Upload.objects.exists()


@pytest.mark.parametrize("name", ["body", "client_id", "attachments"])
def test_a_file_is_no_field(pages: Callable[..., list[int]], name: str) -> None:
    parts = {"body": field("body", b"hello"), "client_id": field("client_id", str(uuid4()).encode())}
    parts[name] = field(name, b"hello" if name == "body" else str(uuid4()).encode(), file="a.txt")
    sent = pages(form(*parts.values()))[0]
    assert (sent, Message.objects.count()) == ((303, 1) if name == "attachments" else (422, 0))
    assert not Upload.objects.exists()


def test_two_files_in_one_field_are_two_files_and_a_broken_one_takes_both_back(
    alice: User, chat: Conversation, client_for: Callable[[User], Client]
) -> None:
    client, path = client_for(alice), f"/c/{chat.id}/messages/"
    parts = [field("body", b""), field("file", b"one", file="a.txt"), field("file", b"two", file="b.txt")]
    broken = [*parts, field("file", b"", file="empty.txt"), field("client_id", str(uuid4()).encode())]
    incoming = local.incoming("x" * 32).parent
    before = set(incoming.glob("*"))  # other tests of this process leave theirs
    assert client.generic("POST", path, form(*broken), content_type=FORM).status_code == 422
    assert not Message.objects.exists() and not Upload.objects.exists()
    assert set(incoming.glob("*")) == before, "and no byte of them"
    whole = [*parts, field("client_id", str(uuid4()).encode())]
    assert client.generic("POST", path, form(*whole), content_type=FORM).status_code == 303
    assert sorted(Upload.objects.values_list("name", flat=True)) == ["a.txt", "b.txt"]
