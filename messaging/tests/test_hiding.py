"""What a person hides shows at no place, and who hides sees none of it: every way of hiding at every place.

Each place is first shown to show what it can: a place that shows nothing proves nothing.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import reach
from accounts.models import User
from accounts.operations import contacts, privacy
from messaging.models import Conversation, Message
from messaging.operations import blocks, conversations, inbox, messages, stars
from messaging.queries.presence import cache_key
from messaging.realtime import presence
from messaging.realtime.outside import receipts_body
from messaging.realtime.process import ServingProcess
from messaging.realtime.sockets import Socket
from messaging.tests.realtime.fakes import FakeStore, open_socket, outlet, until

HERE, WHEN, TYPING, READING, PROFILE = FACTS = "here", "when", "typing", "reading", "profile"
SEEN = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
LATER = 6
"""Beyond what was said anywhere before somebody hides: a block leaves what was read before it as it was."""
_NUMBER = re.compile(r'data-number="(\d+)"')
Facts = set[str]


@dataclass(slots=True)
class World:
    """Alice and Bob, who are contacts and have a chat, a group with Carol, and letters."""

    alice: User
    bob: User
    chat: Conversation
    group: Conversation
    letter: Conversation
    client_for: Callable[[User], Client]
    seen: dict[tuple[User, str], Any]

    @property
    def all(self) -> tuple[Conversation, ...]:
        return self.chat, self.group, self.letter

    def letter_of(self, person: User) -> UUID:
        return Message.objects.filter(conversation=self.letter, sender=person).earliest("number").pk

    def get(self, viewer: User, url: str) -> str:
        if (viewer, "client") not in self.seen:
            self.seen[viewer, "client"] = self.client_for(viewer)
        alone = {} if url == "/inbox/" else {"HX-Request": "true"}  # without the inbox beside it
        answer = self.seen[viewer, "client"].get(url, headers=alone)
        assert answer.status_code == 200, (url, answer.status_code)
        return str(answer.content.decode())


@pytest.fixture
def world(acquainted: None, alice: User, bob: User, carol: User, client_for: Any) -> World:
    for person in (alice, bob):
        person.avatar = f"face{person.username}"
        person.status_text, person.about = f"Status of {person.username}", f"About {person.username}"
        person.last_seen_at = SEEN
        person.save()
    group = conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())
    chat = conversations.start_direct(alice, other=bob)
    letter = conversations.start_mail(bob, subject="Lease", to=[alice], body="Dear Alice", client_id=uuid4())
    world = World(alice, bob, chat, group, letter, client_for, {})
    say_and_read(world)
    for reader, writer in ((alice, bob), (bob, alice)):
        stars.add(reader, messages=[world.letter_of(writer)])
    return world


def say_and_read(world: World) -> None:
    """Alice and Bob write twice into all of them, and everybody reads everything."""
    for row in world.all:
        for sender in 2 * list(User.objects.filter(pk__in=(world.alice.pk, world.bob.pk))):
            messages.send(sender, conversation=row.id, body=f"Hello from {sender.label}", client_id=uuid4())
        row.refresh_from_db()
        for membership in row.memberships.all():
            inbox.mark_read(membership.user_id, conversation=row.id, number=row.message_count)


# Places: what each shows of one person to another


def on_page(url: Callable[[World, User], str]) -> "Place":
    def look(world: World, viewer: User, other: User) -> Facts:
        html = world.get(viewer, url(world, other))
        shown = _marked(html, {HERE: ["here now"], WHEN: ["last here"], PROFILE: _profile(other)})
        own = [each for each in html.split("<li ") if f'data-sender="{viewer.id}"' in each]
        read = [int(_NUMBER.findall(each)[0]) for each in own if 'data-state="read"' in each]
        return shown | _reading(read)

    return look


def over_json(url: Callable[[World, User], str]) -> "Place":
    def look(world: World, viewer: User, other: User) -> Facts:
        text = world.get(viewer, f"/api/v1{url(world, other)}")
        shown = _marked(text, {PROFILE: _profile(other)})
        for shape in _shapes(json.loads(text)):
            now = shape.get("presence") or {}
            if shape.get("id") == str(other.id):
                shown |= {HERE} if now.get("online") else set()
                shown |= {WHEN} if now.get("last_seen") else set()
            person = shape.get("person") or {}
            if person.get("id") == str(other.id):
                shown |= _reading([shape.get("read_number") or 0, shape.get("delivered_number") or 0])
        return shown

    return look


def _profile(person: User) -> list[str]:
    return [person.avatar, person.status_text, person.about]


def _marked(text: str, signs: dict[str, list[str]]) -> Facts:
    return {fact for fact, words in signs.items() if any(word in text for word in words)}


def _reading(numbers: list[int]) -> Facts:
    return {READING} if max(numbers, default=0) >= LATER else set()


def _shapes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _shapes(each)


def on_opening_a_socket(world: World, viewer: User, other: User) -> Facts:
    """Who opens a page is told who is here already."""

    async def talk(line: Line) -> None:
        line.enter(other)
        line.enter(viewer)

    return heard(world, viewer, other, talk)


def over_an_open_socket(world: World, viewer: User, other: User) -> Facts:
    states = [inbox.mark_read(other.pk, conversation=row.id, number=row.message_count) for row in world.all]

    async def talk(line: Line) -> None:
        line.enter(viewer)
        theirs = line.enter(other)
        for row in world.all:
            line.process.typing(theirs, str(row.id))
        line.process.notices.everywhere("receipts", receipts_body(states))
        theirs.end()
        line.process.notices.presence.left(theirs, [str(row.id) for row in world.all])
        await until(lambda: not line.process.notices.presence._going)

    return heard(world, viewer, other, talk)


@dataclass(slots=True)
class Line:
    """A serving process whose sockets know what the database says of their people."""

    process: ServingProcess
    rooms: list[str]
    reaches: dict[Any, reach.Reach]

    def enter(self, person: User) -> Socket:
        socket = open_socket(self.process.hub, str(person.id), *self.rooms, at=0)
        socket.reach = self.reaches[person.id]
        self.process.notices.presence.arrived(socket)
        return socket


def heard(world: World, viewer: User, other: User, talk: Any) -> Facts:
    """What the viewer's socket is told of the other while they talk."""
    reaches = reach.of(list(User.objects.filter(pk__in=(viewer.pk, other.pk))))

    async def run() -> list[dict[str, Any]]:
        process = ServingProcess(heartbeat_seconds=10)
        process.hub.store = FakeStore()  # type: ignore[assignment]
        line = Line(process, [str(row.id) for row in world.all], reaches)
        await talk(line)
        (socket,) = process.hub.people[str(viewer.id)]
        return [frame for frame in outlet(socket).frames if frame.get("user") == str(other.id)]

    return set().union(*(_told(frame) for frame in asyncio.run(run())))


def _told(frame: dict[str, Any]) -> Facts:
    match frame["type"]:
        case "presence":
            return {HERE} if frame["online"] else {WHEN} if frame["last_seen"] else set()
        case "typing":
            return {TYPING}
        case "receipt":
            return {READING}
    return set()


Place = Callable[[World, User, User], Facts]
PLACES: dict[str, tuple[Place, Facts]] = {
    "the page of a chat": (on_page(lambda w, o: f"/c/{w.chat.id}/"), {HERE, WHEN, READING, PROFILE}),
    "the details of a chat": (on_page(lambda w, o: f"/c/{w.chat.id}/details/"), {PROFILE}),
    "the page of a group": (on_page(lambda w, o: f"/c/{w.group.id}/"), {READING}),
    "the details of a group": (on_page(lambda w, o: f"/c/{w.group.id}/details/"), {PROFILE}),
    "the page of a letter": (on_page(lambda w, o: f"/c/{w.letter.id}/"), {PROFILE}),
    "the inbox": (on_page(lambda w, o: "/inbox/"), {PROFILE}),
    "a row of the inbox": (on_page(lambda w, o: f"/c/{w.chat.id}/row/"), {PROFILE}),
    "the page of a person": (on_page(lambda w, o: f"/people/{o.username}/"), {HERE, WHEN, PROFILE}),
    "the list of people": (on_page(lambda w, o: "/people/"), {PROFILE}),
    "the list of contacts": (on_page(lambda w, o: "/people/?show=contacts"), {PROFILE}),
    "choosing people": (on_page(lambda w, o: f"/c/people/?q_to={o.username}"), {PROFILE}),
    "calling people": (on_page(lambda w, o: f"/c/{w.group.id}/mentions/?q={o.username}"), {PROFILE}),
    "what one starred": (on_page(lambda w, o: "/starred/"), {PROFILE}),
    "a message": (on_page(lambda w, o: f"/m/{w.letter_of(o)}/"), {PROFILE}),
    "forwarding": (on_page(lambda w, o: f"/forward/?message={w.letter_of(o)}"), {PROFILE}),
    "the page of search": (on_page(lambda w, o: f"/search/?q={o.username}"), {PROFILE}),
    "a person": (over_json(lambda w, o: f"/people/{o.id}"), {HERE, WHEN, PROFILE}),
    "people": (over_json(lambda w, o: f"/people?q={o.username}"), {HERE, WHEN, PROFILE}),
    "contacts": (over_json(lambda w, o: "/contacts"), {PROFILE}),
    "conversations": (over_json(lambda w, o: "/conversations"), {READING, PROFILE}),
    "a conversation": (over_json(lambda w, o: f"/conversations/{w.chat.id}"), {READING, PROFILE}),
    "members": (over_json(lambda w, o: f"/conversations/{w.group.id}/members"), {READING, PROFILE}),
    "messages": (over_json(lambda w, o: f"/conversations/{w.group.id}/messages"), {PROFILE}),
    "search for people": (over_json(lambda w, o: f"/search?q={o.username}"), {PROFILE}),
    "search for conversations": (over_json(lambda w, o: "/search?q=garden"), {READING, PROFILE}),
    "a socket that opens": (on_opening_a_socket, {HERE}),
    "an open socket": (over_an_open_socket, {HERE, WHEN, TYPING, READING}),
}


def everywhere(world: World, viewer: User, other: User) -> dict[str, Facts]:
    """What every place shows, while the other is here and when they have gone."""
    cache.set(cache_key(str(other.id)), 1)
    shown = {name: look(world, viewer, other) for name, (look, _) in PLACES.items()}
    cache.delete(cache_key(str(other.id)))
    for name, (look, facts) in PLACES.items():
        if WHEN in facts:
            shown[name] |= look(world, viewer, other)
    return shown


# Ways of hiding: who hides what, and what is hidden from the one and from the other


def switch(name: str) -> Callable[[World], None]:
    return lambda world: _none(privacy.update(world.alice, switches={name: False}))


def audience(name: str) -> Callable[[World], None]:
    def hide(world: World) -> None:
        contacts.remove(world.alice, other=world.bob)
        privacy.update(world.alice, audience=name)

    return hide


def _none(_: object) -> None: ...


MOMENT = {HERE, WHEN}
WAYS: dict[str, tuple[Callable[[World], None], Facts, Facts]] = {
    "whether one is here": (switch("presence"), MOMENT, MOMENT),
    "when one was here": (switch("last_seen"), {WHEN}, {WHEN}),
    "typing": (switch("typing"), {TYPING}, {TYPING}),
    "receipts": (switch("receipts"), {READING}, {READING}),
    "from all but contacts": (audience("contacts"), MOMENT, MOMENT),
    "from everybody": (audience("nobody"), MOMENT, MOMENT),
    "by a block": (
        lambda world: blocks.block(world.alice, other=world.bob),
        set(FACTS),
        {*MOMENT, TYPING, READING},
    ),
}


UNKNOWN = ("by a block",)
"""Who blocked somebody is also spared their letters: not every place shows these two to each other any more."""


@pytest.fixture(autouse=True)
def _no_keys_of_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets here tell each other and write nothing down."""
    monkeypatch.setattr(presence, "GRACE", 0.0)
    monkeypatch.setattr(presence, "_remember", lambda users: None)
    monkeypatch.setattr(presence, "_forget", lambda user: None)


def test_what_nobody_hides_shows_where_it_belongs(world: World) -> None:
    say_and_read(world)
    for viewer, other in ((world.bob, world.alice), (world.alice, world.bob)):
        for name, shown in everywhere(world, viewer, other).items():
            assert shown >= PLACES[name][1], f"{name} shows {viewer} only {shown} of {other}"


@pytest.mark.parametrize("way", WAYS)
def test_what_alice_hides_shows_nowhere_and_she_sees_none_of_it(world: World, way: str) -> None:
    hide, from_bob, from_alice = WAYS[way]
    hide(world)
    say_and_read(world)
    for viewer, other, hidden in ((world.bob, world.alice, from_bob), (world.alice, world.bob, from_alice)):
        for name, shown in everywhere(world, viewer, other).items():
            assert not shown & hidden, f"{name} shows {viewer} {shown & hidden} of {other}"
            rest = PLACES[name][1] - hidden - ({PROFILE} if way in UNKNOWN or "contacts" in name else set())
            assert shown >= rest, f"{name} shows {viewer} only {shown} of {other}"
