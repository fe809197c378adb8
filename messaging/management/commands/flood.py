"""manage.py flood: a million messages in a thousand conversations, to see how Chatify does with large tables."""

import secrets
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from chatify.lib import db
from chatify.lib.errors import ChatifyError
from messaging.management.flooding.filling import Filling, make_people
from messaging.management.flooding.plan import Size, Talk, plan
from messaging.models import Conversation, Event, Membership, Message, SearchEntry
from messaging.operations import search

# A message is a row and its event another. SQLite has one writer, so a transaction of a command takes at most a
# hundred new rows: whoever sends meanwhile waits for that long. PostgreSQL lets writers pass each other.
AT_ONCE = {"sqlite": 50, "postgresql": 500}
STEPS_AT_ONCE = 100
SAY_SECONDS = 10.0
LIMITS = {"messages": (1, 100_000_000), "conversations": (1, 100_000), "people": (2, 100_000)}
Rows = list[tuple[Talk, Conversation]]


class Command(BaseCommand):
    help = "Fill the log with invented messages. Interrupted it goes on where it was; again it adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--messages", type=int, default=1_000_000, help="in all (1,000,000)")
        parser.add_argument("--conversations", type=int, default=1_000, help="in all (1,000)")
        parser.add_argument("--people", type=int, default=1_000, help="in all (1,000); the first is in all")
        parser.add_argument("--seed", type=int, default=1, help="another number is another flood (1)")
        parser.add_argument("--password", help="of the first person (default: made and printed)")
        parser.add_argument(
            "--production", action="store_true", help="yes, fill a production database with invented people"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["production"]:
            raise CommandError(
                "This fills the database with invented people: in production only with --production."
            )
        size = _size(options)
        password = options["password"] or secrets.token_urlsafe(12)
        try:
            cast = make_people(size, password)
            self._fill(size, cast)
        except ChatifyError as refusal:
            raise CommandError(refusal.detail) from refusal
        db.analyze(User, Conversation, Membership, Message, Event, SearchEntry)
        known = "the password of the first run" if not cast[0].check_password(password) else password
        self.stdout.write(f"Sign in as {cast[0].username}  {cast[0].email}  {known}")

    def _fill(self, size: Size, cast: list[User]) -> None:
        filling = Filling(size, cast, timezone.now())
        rows: Rows = [(talk, filling.start(talk)) for talk in plan(size)]
        self.stdout.write(f"{len(cast):,} people in {len(rows):,} conversations.")
        added = self._told(filling.messages(rows, at_once=AT_ONCE.get(db.vendor(), STEPS_AT_ONCE)))
        if added:
            filling.reading(rows, at_once=STEPS_AT_ONCE)
        self._indexed(conversation.id for _, conversation in rows)

    def _indexed(self, conversations: Iterable[UUID]) -> None:
        """Let search read what was added."""
        began = time.monotonic()
        found = search.follow(conversations)
        self.stdout.write(f"{found:,} messages can be found, after {time.monotonic() - began:.0f} s.")

    def _told(self, batches: Iterable[int]) -> int:
        """How many were added; says so now and then."""
        began = said = time.monotonic()
        added = 0
        for count in batches:
            added += count
            if time.monotonic() - said > SAY_SECONDS:
                said = time.monotonic()
                self.stdout.write(f"{added:,} messages added, {added / (said - began):,.0f} a second")
                self.stdout.flush()
        self.stdout.write(f"{added:,} messages added in {time.monotonic() - began:.0f} s.")
        return added


def _size(options: dict[str, Any]) -> Size:
    for name, (low, high) in LIMITS.items():
        if not low <= options[name] <= high:
            raise CommandError(f"--{name} is a number from {low:,} to {high:,}.")
    if options["messages"] < options["conversations"]:
        raise CommandError(
            "Every conversation has at least one message: give more --messages than --conversations."
        )
    return Size(options["messages"], options["conversations"], options["people"], options["seed"])
