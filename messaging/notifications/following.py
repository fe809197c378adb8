"""Reading the log for people: what was appended becomes notices."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from chatify.lib import ranges, strain
from chatify.lib.folding import fold
from messaging import kinds
from messaging.events import CHANGED, EDITED, JOINED, REACTED, SENT
from messaging.models import Notice
from messaging.notifications import channels, delivery, making
from messaging.notifications.policy import Event, Presence, Situation, Standing, decide
from messaging.operations import notices as operations
from messaging.queries import happenings, presence, wishes
from messaging.queries.happenings import Happening, Listener, Range

RANGES_AT_ONCE = 100
LONGEST_REST_S = 1.0
STANDINGS = {"": Standing.IN, "waiting": Standing.WAITING}
Blocks = set[tuple[UUID, UUID]]
Words = re.Pattern[str] | None
UNSPACED = 0x2E80
"""From here on are scripts that put no space between words."""


def follow(payload: dict[str, Any]) -> None:
    """The job after a batch was announced: who is to hear of what is in it. Again it changes nothing."""
    places = _joined(payload["ranges"])
    for start in range(0, len(places), RANGES_AT_ONCE):
        began = time.monotonic()
        for found in happenings.within(places[start : start + RANGES_AT_ONCE]):
            _follow(found)
            time.sleep(
                min(LONGEST_REST_S, strain.rest(time.monotonic() - began))
            )  # those who talk come first
            began = time.monotonic()


def _joined(places: Iterable[Range]) -> list[Range]:
    """One range for each stretch of a conversation's log: batches that follow each other meet."""
    by_name: dict[str, list[tuple[int, int]]] = {}
    for name, first, last in places:
        by_name.setdefault(name, []).append((first, last))
    return [(name, *each) for name, stretches in by_name.items() for each in ranges.joined(stretches)]


def _follow(found: Sequence[Happening]) -> None:
    rooms = _rooms(found)
    blocks = happenings.blocks_against({each.actor for each in found})
    said = [name for name, room in rooms.items() if room.sent]
    _put_targets([each for each in found if each.type == JOINED], rooms, blocks)
    for page in happenings.listeners(said) if said else ():
        _put(page, rooms, blocks)
    _put_targets([each for each in found if each.type == REACTED], rooms, blocks)
    spoke = {(each.actor, each.conversation) for each in found if each.type == SENT}
    operations.read_through(spoke)


def _put_targets(about: Sequence[Happening], rooms: Mapping[UUID, "Room"], blocks: Blocks) -> None:
    """What is for one person each: they are looked up, and nobody else."""
    if about:
        people = {each.about for each in about if each.about}
        for page in happenings.listeners({each.conversation for each in about}, people):
            _put(page, rooms, blocks, about)


@dataclass(slots=True)
class Room:
    """A conversation and what in it is for all its members, as far as one look at the log reaches: that it was begun
    with them, and what was said."""

    traits: kinds.Kind
    texts: happenings.Texts
    sent: list[Happening] = field(default_factory=list)
    plain: bool = True
    """Whether nothing in it is for anybody by itself."""

    def add(self, each: Happening) -> None:
        self.sent.append(each)
        self.plain = self.plain and each.type == SENT and not each.called and each.answered is None

    def for_one(self, listener: Listener, words: Words, blocks: Blocks) -> Iterator[tuple[Event, Happening]]:
        """What concerns this member by itself, and the last of what does not. Of a text that was changed only whom it
        calls now."""
        if self.plain and not (
            words or blocks or listener.request or listener.visible_from > self.sent[0].seq
        ):
            if last := next((each for each in reversed(self.sent) if each.actor != listener.user), None):
                yield Event.MESSAGE, last
            return
        plain: Happening | None = None
        for each in self.sent:
            if each.seq < listener.visible_from or each.actor == listener.user:
                continue
            if (listener.user, each.actor) in blocks:
                continue
            event = self._event(each, listener, words)
            if event is not Event.MESSAGE and (each.type != EDITED or event is Event.MENTION):
                yield event, each
            elif each.type != EDITED:
                plain = each
        if plain:
            yield Event.MESSAGE, plain

    def _event(self, each: Happening, listener: Listener, words: Words) -> Event:
        if listener.request:
            return Event.REQUEST
        if each.type == CHANGED:
            return Event.INVITE
        if listener.user in each.called:
            return Event.MENTION
        if each.answered == listener.user:
            return Event.REPLY
        if None in each.called:
            return Event.EVERYONE
        watched = words is not None and words.search(self.texts.of(each.message))
        return Event.KEYWORD if watched else Event.MESSAGE


def _rooms(found: Iterable[Happening]) -> dict[UUID, Room]:
    found = list(found)
    texts = happenings.Texts(found)
    rows = happenings.kinds_of(each.conversation for each in found)
    rooms = {name: Room(row.traits, texts) for name, row in rows.items()}
    for each in found:
        room = rooms[each.conversation]
        if each.type in (SENT, EDITED) or (each.type == CHANGED and room.traits.members_may_change):
            room.add(each)
    return rooms


def _put(
    page: Sequence[Listener],
    rooms: Mapping[UUID, Room],
    blocks: Blocks,
    about: Sequence[Happening] | None = None,
) -> None:
    now = timezone.now()
    people = {each.user for each in page}
    made = Making(making.Reach(channels.reached(people)), presence.online(people), blocks, now)
    rows = [row for each in page for row in made.rows(each, rooms[each.conversation], about)]
    delivery.put(rows, {each.user: (each.settings, each.time_zone) for each in page}, now)


@dataclass(frozen=True, slots=True)
class Making:
    """What is known of a page of members."""

    reach: making.Reach
    online: set[UUID]
    blocks: Blocks
    now: datetime

    def rows(
        self, listener: Listener, room: Room, about: Sequence[Happening] | None = None
    ) -> Iterator[Notice]:
        chosen = wishes.of_settings(listener.settings)
        words = _watched(chosen.keywords)
        unreached = not self.reach.any(listener.user)
        for event, each in self._events(listener, room, words, about):
            if event is Event.MESSAGE and unreached:
                continue
            if row := self._row(listener, room, event, each, chosen):
                yield row

    def _events(
        self, listener: Listener, room: Room, words: Words, about: Sequence[Happening] | None
    ) -> Iterator[tuple[Event, Happening]]:
        if about is None:
            yield from room.for_one(listener, words, self.blocks)
            return
        for each in about:
            if each.about == listener.user and each.conversation == listener.conversation:
                yield _aimed(each, listener), each

    def _row(
        self, listener: Listener, room: Room, event: Event, each: Happening, chosen: wishes.Wishes
    ) -> Notice | None:
        now = self.situation(listener, room, event, each, chosen)
        return making.row(
            listener.user,
            event,
            _key(event, each),
            decide(now),
            self.reach,
            self.now,
            conversation_id=each.conversation,
            message_id=each.message,
            number=_until(listener, each),
            actor_id=each.actor,
            said=each.said,
        )

    def situation(
        self, listener: Listener, room: Room, event: Event, each: Happening, chosen: wishes.Wishes
    ) -> Situation:
        """Everything that decides, for this member and this event."""
        quiet = chosen.quiet.until(self.now, wishes.zone_of(listener.time_zone)) if chosen.quiet.on else None
        return Situation(
            event=event,
            level=listener.level or chosen.level_for(room.traits),
            chosen=bool(listener.level),
            muted=listener.muted_until is not None and listener.muted_until > self.now,
            presence=self._presence(listener, event, each),
            blocked=(listener.user, each.actor) in self.blocks,
            standing=STANDINGS.get(listener.request, Standing.REFUSED),
            own=listener.user == each.actor,
            personal=not room.traits.members_may_change,
            push=chosen.push,
            mail=chosen.mail,
            quiet=quiet is not None,
            excepted=quiet is not None and delivery.excepted(chosen.quiet, making.kind_of(event), each.actor),
        )

    def _presence(self, listener: Listener, event: Event, each: Happening) -> Presence:
        said = event not in (Event.REACTION, Event.INVITE)
        if said and each.number is not None and listener.read_number >= each.number:
            return Presence.READING
        return Presence.HERE if listener.user in self.online else Presence.AWAY


@lru_cache(1000)
def _watched(keywords: tuple[str, ...]) -> Words:
    """What finds one of these as a word of its own in a folded text."""
    found = [_bounded(word) for keyword in keywords if (word := fold(keyword))]
    return re.compile("|".join(found)) if found else None


def _bounded(word: str) -> str:
    before = r"(?<!\w)" if ord(word[0]) < UNSPACED else ""
    after = r"(?!\w)" if ord(word[-1]) < UNSPACED else ""
    return f"{before}{re.escape(word)}{after}"


def _aimed(each: Happening, listener: Listener) -> Event:
    if each.type == REACTED:
        return Event.REACTION
    return Event.REQUEST if listener.request else Event.INVITE


def _until(listener: Listener, each: Happening) -> int:
    """Having read up to here ends the notice; of what is no new message, having read anything more."""
    fresh = each.number if each.type in (SENT, EDITED) else None
    return fresh or listener.read_number + 1


def _key(event: Event, each: Happening) -> str:
    """What may happen once: a message per person, a request and the plain messages per conversation, one emoji of one
    person on one message."""
    match event:
        case Event.MESSAGE:
            return f"messages:{each.conversation}"
        case Event.REQUEST:
            return f"request:{each.conversation}"
        case Event.INVITE:
            return f"invite:{each.event}"
        case Event.REACTION:
            return f"reaction:{each.message}:{each.actor}"
        case _:
            return f"message:{each.message}"
