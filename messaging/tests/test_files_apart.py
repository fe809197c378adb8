"""Every address that hands out a file, asked by everybody who must not have it, on each store: never the bytes, never a
word of where they lie."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Export, User
from accounts.operations import exports, profile
from accounts.tests.flows import prove
from accounts.tests.pictures import picture
from chatify.jobs import runner
from chatify.lib.tests.web import web
from media import storage
from media.models import Upload
from media.tests import samples, sending, test_bucket
from media.tests.conftest import bucket, moto  # noqa: F401 fixtures
from messaging.models import Conversation, LinkedPage, Preview
from messaging.operations import (
    conversations,
    deletions,
    hiding,
    members,
    messages,
    pictures,
    scheduled,
)

Signed = Callable[[User], Client]
pytestmark = pytest.mark.django_db
LINK = "http://news.example.com/garden"
PAGE = '<title>Beans</title><meta property="og:image" content="/garden.jpg">'
SOUNDS_LIKE_FILES = re.compile(
    r"attach|avatar|preview|picture|export|download|upload|file|media|data|qr|archive"
)
# Addresses that answer GET with a file of somebody; each of them is in `Kept.doors`.
HAND_OUT = {
    "attachments/<uuid:id>/",
    "api/v1/attachments/<uuidstr:attachment>",
    "previews/<uuid:id>/",
    "api/v1/previews/<uuidstr:preview>",
    "avatars/<str:key>/<slug:size>/",
    "avatars/groups/<uuid:id>/<str:key>/<slug:size>/",
    "api/v1/conversations/<uuidstr:conversation>/avatar",
    "c/<uuid:id>/export/<uuid:export>/",
    "api/v1/conversations/<uuidstr:conversation>/export/file",
    "settings/data/<uuid:id>/",
}
# Addresses that sound like one and hand out none: forms, lists, promises of files, and codes that are drawn.
HAND_OUT_NOTHING = re.compile(
    r"admin/|accounts/2fa/|api/v1/uploads|api/v1/imports|api/v1/me/(avatar|export)|settings/(profile|data)/"
    r"|c/<uuid:id>/(files|picture|previews|export|invitations/.*qr\.svg)/?|previews/<uuid:id>/remove/"
    r"|api/v1/conversations/<uuidstr:conversation>/(export|files)$"
)


@dataclass
class Kept:
    """Everything that is kept of a group, and by which addresses its members have it."""

    group: Conversation
    sent: Any
    doors: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)


@pytest.fixture(params=["folder", "front", "bucket"])
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """The data folder by ourselves or by the server in front, or a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    settings.CHATIFY_ACCEL_PREFIX = "/inside/" if request.param == "front" else ""
    storage.current.cache_clear()
    yield request.param
    storage.current.cache_clear()


@pytest.fixture
def kept(
    store: str,
    acquainted: None,
    alice: User,
    bob: User,
    carol: User,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Kept:
    group = conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())
    with web(monkeypatch) as net:
        net.page(LINK, PAGE)
        net.page("http://news.example.com/garden.jpg", samples.photo(900, 600), type="image/jpeg")
        photo, plan = (
            arrive(alice, samples.photo(800, 400), "garden.jpg"),
            arrive(alice, samples.pdf(), "plan.pdf"),
        )
        runner.run_due()
        body, files = f"look: {LINK}", [photo.pk, plan.pk]
        sent = messages.send(alice, conversation=group.id, body=body, client_id=uuid4(), attachments=files)
        runner.run_due()
    pictures.show(alice, conversation=group.id, source=picture())
    group.refresh_from_db()
    rows = [Upload.objects.get(pk=row.pk) for row in (photo, plan)]
    card, page = Preview.objects.get(), LinkedPage.objects.get()
    made = Kept(group, sent)
    for row in rows:
        for name in ("", *row.renditions.values_list("name", flat=True)):
            query = f"?rendition={name}" if name else ""
            made.doors += [f"/attachments/{row.pk}/{query}", f"/api/v1/attachments/{row.pk}{query}"]
        made.keys |= {row.key, *row.renditions.values_list("key", flat=True)}
    made.doors += [f"/previews/{card.pk}/", f"/api/v1/previews/{card.pk}"]
    made.doors += [f"/avatars/groups/{group.id}/{group.avatar}/{size}/" for size in ("small", "large")]
    made.doors += [f"/api/v1/conversations/{group.id}/avatar{query}" for query in ("", "?size=large")]
    made.secrets |= {*made.keys, page.picture, str(settings.MEDIA_ROOT), "/inside/", "kept/"}
    if store == "bucket":
        place = urlsplit(settings.CHATIFY_S3_URL)
        made.secrets |= {place.netloc.rpartition("@")[2], place.path.strip("/"), "SE/CRET", "X-Amz"}
    assert len(made.doors) == 2 * 6 + 2 + 2 + 2
    return made


def arrive(owner: User, data: bytes, name: str) -> Upload:
    send = test_bucket.arrive if type(storage.current()).__name__ == "Bucket" else sending.arrive
    return send(owner, data, name=name)


def copy_of(person: User, group: Conversation) -> list[str]:
    """The group as a zip that this person had made."""
    row = exports.ask_for(person, subject=group.pk, size=1)
    runner.run_due()
    return [f"/c/{group.id}/export/{row.pk}/", f"/api/v1/conversations/{group.id}/export/file"]


def had(client: Client, door: str, store: str) -> None:
    """The rightful get it: the bytes, or where a bucket has them."""
    answer = client.get(door)
    if answer.status_code == 302:
        assert store == "bucket" and "X-Amz-Signature" in answer["Location"], door
    else:
        assert answer.status_code == 200, (door, answer.status_code)
    assert not answer.streaming or b"".join(answer)


def refused(client: Client, doors: list[str], secrets: set[str], *statuses: int) -> None:
    cache.clear()  # how often one may ask is another test's matter
    again = {"Range": "bytes=0-9", "If-None-Match": "*", "Accept": "application/json"}
    for door in doors:
        for answer in (client.get(door), client.get(door, headers=again), client.head(door)):
            unasked = {405} if answer.request["REQUEST_METHOD"] == "HEAD" and "/api/" in door else set()
            assert answer.status_code in unasked.union(statuses), (door, answer.status_code)
            told = answer.content.decode() + str(answer.headers)
            assert not [each for each in secrets if each in told], (door, told[:500])
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/"), answer["Location"]


def test_nobody_but_members_has_anything_of_a_group(
    kept: Kept,
    store: str,
    client_for: Signed,
    alice: User,
    bob: User,
    carol: User,
    dave: User,
    sam: User,
) -> None:
    copies = {person: copy_of(person, kept.group) for person in (bob, carol)}
    for person in (alice, bob, carol):
        for door in kept.doors:
            had(client_for(person), door, store)
    for person, doors in copies.items():
        for door in doors:
            had(client_for(person), door, store)
    everything = [*kept.doors, *copies[bob], *copies[carol]]
    refused(Client(), everything, kept.secrets, 302, 401)
    for outsider in (dave, sam):
        refused(client_for(outsider), everything, kept.secrets, 404)
    refused(client_for(alice), [copies[bob][0]], kept.secrets, 404)
    members.remove(alice, conversation=kept.group.id, user=bob)
    members.leave(carol, conversation=kept.group.id)
    for person in (bob, carol):
        refused(client_for(person), [*kept.doors, *copies[person]], kept.secrets, 404)
    members.add(alice, conversation=kept.group.id, users=[dave])
    of_messages = [door for door in kept.doors if "/avatar" not in door]
    refused(client_for(dave), of_messages, kept.secrets, 404)
    deletions.delete(alice, message=kept.sent.id)
    refused(client_for(alice), of_messages, kept.secrets, 404)
    pictures.remove(alice, conversation=kept.group.id)
    refused(client_for(alice), kept.doors, kept.secrets, 404)
    runner.run_due()
    refused(client_for(alice), kept.doors, kept.secrets, 404)
    for key in kept.keys:
        with pytest.raises(FileNotFoundError):
            sending.stored(key)


def test_who_hides_a_message_has_nothing_of_it(kept: Kept, client_for: Signed, carol: User) -> None:
    hiding.hide(carol, messages=[kept.sent.id])
    of_messages = [door for door in kept.doors if "/avatar" not in door]
    refused(client_for(carol), of_messages, kept.secrets, 404)


def test_what_waits_to_be_sent_is_nobodys_yet(
    kept: Kept, client_for: Signed, alice: User, bob: User, dave: User
) -> None:
    waiting, sketched = (
        arrive(alice, samples.photo(60, 40), "a.jpg"),
        arrive(alice, samples.photo(60, 50), "b.jpg"),
    )
    runner.run_due()
    later = timezone.now() + timedelta(days=1)
    about = {"conversation": kept.group.id, "body": "", "client_id": uuid4()}
    scheduled.post(alice, send_at=later, attachments=[waiting.pk], **about)
    doors = [
        f"{root}{query}"
        for row in (waiting, sketched)
        for root in (f"/attachments/{row.pk}/", f"/api/v1/attachments/{row.pk}")
        for query in ("", "?rendition=thumb")
    ]
    uploads = [f"/api/v1/uploads/{row.pk}" for row in (waiting, sketched)]
    secrets = kept.secrets | {waiting.key, sketched.key}
    refused(Client(), [*doors, *uploads], secrets, 302, 401)
    for person in (bob, dave):
        refused(client_for(person), [*doors, *uploads], secrets, 404)
    refused(client_for(alice), doors, secrets, 404)


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_a_persons_picture_and_copy_are_for_whom_they_are(
    kept: Kept, client_for: Signed, alice: User, bob: User, dave: User
) -> None:
    profile.set_avatar(bob, picture())
    row = exports.ask(bob)
    runner.run_due()
    assert Export.objects.get(pk=row.pk).state == Export.State.READY
    faces, copy = [str(bob.avatar_url), str(bob.avatar_large_url)], [f"/settings/data/{row.pk}/"]
    group_key = f"/avatars/{kept.group.avatar}/small/"
    for face in faces:
        assert client_for(dave).get(face).status_code == 200
    owner = client_for(bob)
    prove(owner)
    assert owner.get(copy[0]).status_code == 200
    refused(Client(), [*faces, *copy, group_key], kept.secrets, 302, 401)
    refused(client_for(dave), [*copy, group_key], kept.secrets, 404)
    exports.drop(bob, row.pk)
    profile.remove_avatar(bob)
    refused(owner, [*faces, *copy], kept.secrets, 404)


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_no_store_is_served_by_guessing(kept: Kept, client_for: Signed, alice: User) -> None:
    key = min(kept.keys)
    guesses = [f"{root}/{rest}" for root in ("/media", "/kept", "/inside/kept", "/static", "/var") for rest in
               (key, f"{key[:2]}/{key}", f"kept/{key[:2]}/{key}", f"../media/kept/{key[:2]}/{key}")]  # fmt: skip
    secrets = kept.secrets - {"kept/", "/inside/", key}
    refused(client_for(alice), guesses, secrets, 404)
    for method in ("GET", "HEAD"):
        status, told = asyncio.run(sending.put(f"/uploads/{key}/", [b""], {}, method=method))
        assert status == 405 and key.encode() not in told


def patterns(resolver: Any, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        address = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, address)
        elif isinstance(each, URLPattern):
            yield address


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_every_address_of_files_is_here(kept: Kept, bob: User) -> None:
    found = {each for each in patterns(get_resolver()) if SOUNDS_LIKE_FILES.search(each)}
    assert found >= HAND_OUT
    assert [each for each in found - HAND_OUT if not HAND_OUT_NOTHING.match(each)] == []
    asked = {*kept.doors, *copy_of(bob, kept.group), f"/settings/data/{uuid4()}/", "/avatars/x/small/"}
    walked = {get_resolver().resolve(urlsplit(door).path).route for door in asked}
    assert {each.replace("^", "") for each in walked} == HAND_OUT
