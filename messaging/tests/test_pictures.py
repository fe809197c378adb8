"""The picture of a group: who gives it, who sees it, and what is left of the one before."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from accounts.models import User
from accounts.tests.pictures import picture
from chatify.lib.errors import TooMany
from messaging.models import Conversation, Event
from messaging.operations import conversations, groups, members, pictures
from messaging.queries import verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def files() -> list[Path]:
    return [path for path in (Path(django_settings.MEDIA_ROOT) / "groups").rglob("*") if path.is_file()]


def shown(client: Client, group: Conversation) -> Any:
    return client.get(f"/api/v1/conversations/{group.id}").json()["avatar_url"]


def test_its_members_see_it_and_nobody_else_does(
    group: Conversation, alice: User, bob: User, carol: User, dave: User, client_for: Any
) -> None:
    pictures.show(alice, conversation=group.id, source=picture())
    hers = client_for(bob)
    url = shown(hers, group)
    answer = hers.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "private" in answer["Cache-Control"]
    for page in ("/inbox/", f"/c/{group.id}/", f"/c/{group.id}/details/"):
        assert f'<img src="/avatars/groups/{group.id}/' in hers.get(page).content.decode(), page
    assert hers.get(f"/api/v1/conversations/{group.id}/avatar?size=large").content[:4] == b"RIFF"
    members.remove(alice, conversation=group.id, user=carol)
    for outsider in (dave, carol):
        assert client_for(outsider).get(url).status_code == 404
        assert client_for(outsider).get(f"/api/v1/conversations/{group.id}/avatar").status_code == 404
    key = url.split("/")[4]
    assert client_for(bob).get(f"/avatars/{key}/small/").status_code == 404, "that is for pictures of people"
    assert client_for(bob).get(url.replace("small", "huge")).status_code == 404
    assert Client().get(url).status_code == 302


def test_it_comes_and_goes_by_a_form_and_each_time_is_told(
    group: Conversation, alice: User, bob: User, client_for: Any
) -> None:
    client, address = client_for(alice), f"/c/{group.id}/picture/"
    assert client.post(address, {"avatar": picture()}).status_code == 303
    (first, *_), both = files(), len(files())
    assert client.post(address, {"avatar": picture("JPEG")}).status_code == 303
    assert len(files()) == both and first not in files(), "the one before is gone"
    assert "Remove it" in client.get(f"/c/{group.id}/details/").content.decode()
    assert client.post(address, {"remove": "1"}).status_code == 303
    assert client.post(address, {"remove": "1"}).status_code == 303
    assert files() == [] and shown(client, group) is None
    told = list(Event.objects.filter(conversation=group, seq__gt=group.head).values_list("data", flat=True))
    assert told == [{"picture": True}, {"picture": True}, {"picture": False}], (
        "nothing to remove, nothing told"
    )
    page = client_for(bob).get(f"/c/{group.id}/").content.decode()
    assert "changed the picture" in page and "took the picture away" in page
    assert list(verify.check(group.id)) == []


def test_what_is_no_picture_changes_nothing(
    group: Conversation, alice: User, bob: User, client_for: Any
) -> None:
    pictures.show(alice, conversation=group.id, source=picture())
    before, kept = shown(client_for(alice), group), files()
    for form, status, words in (
        ({}, 422, "Choose a picture"),
        ({"avatar": ""}, 422, "Choose a picture"),
        ({"avatar": picture(size=(12_001, 1))}, 422, "too many pixels"),
    ):
        answer = client_for(alice).post(f"/c/{group.id}/picture/", form)
        assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert client_for(alice).post(f"/api/v1/conversations/{group.id}/avatar", {}).status_code == 422
    assert client_for(bob).post(f"/c/{group.id}/picture/", {"avatar": picture()}).status_code == 403
    assert (shown(client_for(alice), group), files()) == (before, kept)


def test_a_chat_of_two_shows_the_person(acquainted: None, alice: User, bob: User, client_for: Any) -> None:
    chat = conversations.start_direct(alice, other=bob)
    answer = client_for(alice).post(f"/c/{chat.id}/picture/", {"avatar": picture()})
    assert (answer.status_code, files()) == (403, [])
    assert "no picture of its own" in answer.content.decode()


@override_settings(CHATIFY_LIMITS=1.0)
def test_it_is_not_changed_all_day_and_members_may_by_right(
    group: Conversation, alice: User, bob: User
) -> None:
    groups.change(alice, conversation=group.id, allow={"edit": "everyone"})
    for _ in range(20):
        pictures.show(bob, conversation=group.id, source=picture(size=(20, 20)))
    with pytest.raises(TooMany):
        pictures.show(bob, conversation=group.id, source=picture(size=(20, 20)))
