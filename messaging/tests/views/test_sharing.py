"""What another app shares goes into the composer of the conversation that is chosen, and is not sent."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from messaging.models import KeptDraft, Message
from messaging.operations import conversations

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture
def group(alice: User, bob: User, acquainted: None) -> uuid.UUID:
    return conversations.start_group(alice, title="Trip", members=[bob], client_id=uuid.uuid4()).id


def test_the_page_asks_where_it_goes(alice: User, group: uuid.UUID, client_for: ClientFor) -> None:
    page = client_for(alice).get(
        "/share/", {"title": "A map", "text": "A map", "url": "https://maps.example/1"}
    )
    assert "A map\nhttps://maps.example/1</textarea>" in page.content.decode()
    assert f'value="{group}"' in page.content.decode()


def test_a_browser_without_a_worker_may_post_it(alice: User, group: uuid.UUID) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.post("/share/", {"text": "<b>hello</b>"})
    assert page.status_code == 200 and "&lt;b&gt;hello&lt;/b&gt;" in page.content.decode()
    assert client.post("/share/put/", {"body": "x", "conversation": str(group)}).status_code == 403


@pytest.mark.parametrize(
    ("site", "status"), [("none", 200), ("same-origin", 200), ("cross-site", 403), ("same-site", 403)]
)
def test_what_another_site_posts_is_not_taken(
    alice: User, client_for: ClientFor, site: str, status: int
) -> None:
    page = client_for(alice).post("/share/", {"text": "buy this"}, headers={"Sec-Fetch-Site": site})
    assert page.status_code == status and ("buy this" in page.content.decode()) == (status == 200)


def test_what_is_shared_is_bounded(alice: User, client_for: ClientFor) -> None:
    page = client_for(alice).post("/share/", {"text": "a" * 20_000}).content.decode()
    assert "a" * 8_000 in page and "a" * 8_001 not in page


def test_it_stands_above_what_was_begun(alice: User, group: uuid.UUID, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post(f"/c/{group}/draft/", {"body": "begun"})
    answer = client.post("/share/put/", {"body": "a map", "conversation": str(group)})
    assert answer.status_code == 303 and answer.headers["Location"] == f"/c/{group}/#shared"
    assert KeptDraft.objects.get(membership__user=alice).body == "a map\n\nbegun"
    assert not Message.objects.filter(body__contains="a map").exists()


@pytest.mark.parametrize(("conversation", "status"), [("", 422), ("12", 422), (str(uuid.uuid4()), 404)])
def test_nowhere_is_refused(alice: User, conversation: str, status: int, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/share/put/", {"body": "x", "conversation": conversation})
    assert answer.status_code == status


def test_a_stranger_puts_nothing_there(dave: User, group: uuid.UUID, client_for: ClientFor) -> None:
    assert client_for(dave).post("/share/put/", {"body": "x", "conversation": str(group)}).status_code == 404
    assert str(group) not in client_for(dave).get("/share/").content.decode()
    assert not KeptDraft.objects.exists()


def test_who_is_signed_out_signs_in_and_comes_back(client: Client) -> None:
    answer = client.get("/share/", {"text": "a map"})
    assert answer.status_code == 302 and "next=%2Fshare%2F%3Ftext%3Da%2Bmap" in answer.headers["Location"]
