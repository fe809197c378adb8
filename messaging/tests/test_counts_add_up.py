"""A thousand random steps of one person at three browsers and of five others: every number shown is the one counted."""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Block, User
from accounts.operations import contacts
from chatify.lib.errors import ChatifyError
from messaging.models import Conversation, HiddenMessage, Membership, Message
from messaging.operations import (
    blocks,
    changes,
    conversations,
    deletions,
    hiding,
    inbox,
    members,
    messages,
    standing,
)
from messaging.queries import counts, tally

pytestmark = pytest.mark.django_db
# The same script on the second database, as far as every kind of step has come several times.
STEPS = {"sqlite": 1_000, "postgresql": 400}
PAGE_EVERY = 100
WAITS = re.compile(r'data-unread-total="(\d+)"')
ROW = re.compile(r'id="row-[0-9a-f-]{36}".*?data-unread="(\d+)"')


class Script:
    """Steps are drawn by one generator, so that a failure can be played again."""

    def __init__(self, me: User, others: list[User], sessions: list[Client], seed: int) -> None:
        self.me, self.others, self.sessions = me, others, sessions
        self.chance = random.Random(seed)
        self.rooms = self._rooms()
        self.last: list[UUID] = []

    def _rooms(self) -> list[Conversation]:
        direct = [conversations.start_direct(self.me, other=each) for each in self.others[:3]]
        groups = [
            conversations.start_group(
                owner, title=f"Group {n}", members=[self.me, *self.others], client_id=uuid4()
            )
            for n, owner in enumerate(self.others[:3])
        ]
        letter = conversations.start_mail(
            self.others[4], subject="Lease", to=[self.me], body="Dear all", client_id=uuid4()
        )
        return [*direct, *groups, letter]

    def step(self) -> str:
        acts: list[tuple[Callable[[], object], int]] = [
            (self.they_write, 40), (self.i_write, 8), (self.i_read, 14), (self.i_unread, 4), (self.somebody_deletes, 5),
            (self.i_hide, 3), (self.i_mute, 4), (self.i_put_away, 8), (self.i_undo, 4), (self.i_leave, 2),
            (self.i_am_added, 4), (self.i_block, 2), (self.time_passes, 2),
        ]  # fmt: skip
        (act,) = self.chance.choices([act for act, _ in acts], [weight for _, weight in acts])
        with suppress(ChatifyError):  # not possible as things stand: that changes nothing either
            act()
        return act.__name__

    def room(self) -> Conversation:
        return self.chance.choice(self.rooms)

    def my_rooms(self) -> list[UUID]:
        rows = Membership.objects.filter(user=self.me, left_seq=None)
        return list(rows.order_by("pk").values_list("conversation_id", flat=True))

    def they_write(self) -> None:
        messages.send(
            self.chance.choice(self.others), conversation=self.room().id, body="Hello", client_id=uuid4()
        )

    def i_write(self) -> None:
        reads = self.chance.random() < 0.7
        messages.send(self.me, conversation=self.room().id, body="Yes", client_id=uuid4(), reads=reads)

    def i_read(self) -> None:
        room = self.room()
        number = self.chance.randint(0, Conversation.objects.get(pk=room.pk).message_count + 2)
        self.chance.choice(self.sessions).post(f"/c/{room.id}/read/", {"number": number})

    def i_unread(self) -> None:
        inbox.mark_unread(self.me.pk, conversation=self.room().id, number=self.chance.randint(0, 20))

    def _message(self, **wanted: object) -> Message:
        rows = Message.objects.filter(conversation=self.room(), deleted_at=None, **wanted).order_by(
            "-number"
        )[:9]
        return self.chance.choice(list(rows) or list(Message.objects.order_by("pk")[:1]))

    def somebody_deletes(self) -> None:
        message = self._message()
        deletions.delete(message.sender, message=message.id)

    def i_hide(self) -> None:
        hiding.hide(self.me, messages=[self._message().id])

    def i_mute(self) -> None:
        on = self.chance.random() < 0.6
        self._remember(standing.mute(self.me, conversations=[self.room().id], on=on))

    def i_put_away(self) -> None:
        rooms = self.chance.sample(self.my_rooms(), k=min(2, len(self.my_rooms())))
        act = self.chance.choice(("done", "back", "snooze", "wake", "pin"))
        later = timezone.now() + timedelta(hours=1)
        self._remember(
            {
                "done": lambda: standing.done(self.me, conversations=rooms),
                "back": lambda: standing.done(self.me, conversations=rooms, on=False),
                "snooze": lambda: standing.snooze(self.me, conversations=rooms, until=later),
                "wake": lambda: standing.wake(self.me, conversations=rooms),
                "pin": lambda: standing.pin(self.me, conversations=rooms),
            }[act]()
        )

    def _remember(self, change) -> None:
        self.last.append(change.id)

    def i_undo(self) -> None:
        if self.last:
            changes.undo(self.me, change=self.last.pop())

    def i_leave(self) -> None:
        members.leave(self.me, conversation=self.chance.choice(self.rooms[3:6]).id)

    def i_am_added(self) -> None:
        room = self.chance.choice(self.rooms[3:6])
        members.add(room.created_by, conversation=room.id, users=[self.me])

    def i_block(self) -> None:
        other = self.chance.choice(self.others)
        self.chance.choice((blocks.block, blocks.unblock))(self.me, other=other)
        for person in (self.me, *self.others):
            person.refresh_from_db()

    def time_passes(self) -> None:
        """A snooze and a mute may be over."""
        now = timezone.now()
        Membership.objects.filter(user=self.me, snoozed_until__gt=now).update(snoozed_until=now)
        if self.chance.random() < 0.3:
            Membership.objects.filter(user=self.me, muted_until__gt=now).update(muted_until=now)


def listed(client: Client) -> tuple[int, int]:
    """The number on the filter and in the title, and the sum of the rows of the list that it leads to."""
    page = client.get("/inbox/?filter=unread").content.decode()
    return int(WAITS.search(page)[1]), sum(map(int, ROW.findall(page)))


def recounted(user: User) -> int:
    """What waits in the inbox, counted message by message, row by row; here and not by the database."""
    rows = Membership.objects.filter(user=user, left_seq=None).select_related("conversation")
    unwanted, hidden, messages = passed_over(user)
    now = timezone.now()
    waiting = 0
    for row in rows:
        spared = sum(
            number > row.read_number and (silent or sender in unwanted or pk in hidden)
            for pk, number, sender, silent in messages[row.conversation_id]
        )
        found = row.conversation.message_count - row.read_number - spared
        assert (counts.unread(row), row.skip) == (found, spared), row
        waiting += 0 if row.is_done(now) or row.is_snoozed(now) else found
    return waiting


def passed_over(user: User) -> tuple[set[UUID], set[UUID], dict[UUID, list[tuple[UUID, int, UUID, bool]]]]:
    """Whose messages do not count for this person, which do not, and all there are, by their conversation."""
    blocked = Block.objects.filter(blocker=user).values_list("blocked_id", flat=True)
    hidden = HiddenMessage.objects.filter(user=user).values_list("message_id", flat=True)
    found = defaultdict(list)
    for room, *values, deleted, withheld in Message.objects.order_by().values_list(
        "conversation_id", "pk", "number", "sender_id", "deleted_at", "withheld"
    ):
        found[room].append((*values, deleted is not None or withheld))
    return {user.pk, *blocked}, set(hidden), found


@pytest.mark.parametrize("seed", [7])
def test_every_number_is_the_one_that_is_counted(alice, make_person, client_for, seed):
    others = [make_person(f"other{number}") for number in range(5)]
    contacts.introduce([alice, *others])
    sessions = [client_for(alice) for _ in range(3)]
    script = Script(alice, others, sessions, seed)
    done: list[str] = []
    for number in range(STEPS[connection.vendor]):
        done.append(script.step())
        try:
            shown, counted = counts.unread_total(alice.pk), recounted(alice)
        except AssertionError as error:
            raise AssertionError(f"step {number} ({done[-1]})") from error
        assert shown == counted, f"step {number} ({done[-1]}): shows {shown}, counted {counted}"
        if number % PAGE_EVERY == 0:
            assert not list(tally.differences(alice)), f"step {number} ({done[-1]})"
            pages = {listed(client) for client in sessions}
            total = sessions[0].get("/api/v1/me").json()["unread"]
            assert pages == {(total, total)}, f"step {number} ({done[-1]})"
    assert len(set(done)) == 13 and not list(tally.differences(others[0]))
