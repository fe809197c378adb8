"""Marks in a flooded database what the operators of search look for: stars, pins, edits, files, and who looks.

`python -m bench.marking` with a server's environment; again it adds little. Prints the addresses of who looks as JSON.
"""

import argparse
import json
from itertools import count
from uuid import UUID

from tests.load import world  # noqa: F401  sets Django up

# isort: split

from django.db.models import Count

from accounts.models import User
from bench.flooded import PASSWORD
from chatify.lib.errors import ChatifyError
from chatify.lib.ids import uuid7
from media.tests import samples, sending
from messaging.models import Membership, Message
from messaging.operations import edits, messages, pins, search, stars

MARKED = 200
FILES = (("photo.jpg", samples.noise(320, 240)), ("minutes of the meeting.txt", b"What was agreed on.\n"))


def mark(marked: int) -> list[str]:
    """Who looks: somebody who is everywhere, somebody who is in many conversations, somebody who is in one or two."""
    first = User.objects.get(username="flood-0")
    rows = _scattered(first, marked)
    stars.add(first, messages=[row.pk for row in rows])
    for row in rows:
        _mark(row)
    for row, (name, data) in zip(rows, FILES * marked, strict=False):
        file = sending.upload(first, data + uuid7().bytes, name=name)
        messages.send(
            first, conversation=row.conversation_id, body="look", client_id=uuid7(), attachments=[file.pk]
        )
    search.catch_up()
    looking = [first, *_others()]
    for person in looking[1:]:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return [person.email for person in looking]


def _scattered(person: User, wanted: int) -> list[Message]:
    """Messages of many conversations, some recent and some old."""
    places = (
        Membership.objects.filter(user=person, left_seq=None)
        .order_by("pk")
        .values_list("conversation_id", "conversation__message_count")[:wanted]
    )
    found = [
        _at(place, number)
        for (place, said), number in zip(places, count(1, 7), strict=False)
        if number <= said
    ]
    return [row for row in found if row is not None]


def _at(conversation: UUID, number: int) -> Message | None:
    rows = Message.objects.filter(conversation_id=conversation, number=number, deleted_at=None)
    return rows.select_related("sender").first()


def _mark(row: Message) -> None:
    try:
        pins.pin(row.sender, message=row.pk)
        edits.edit(row.sender, message=row.pk, body=f"{row.body} (edited)")
    except ChatifyError as refusal:  # too old to be edited, or pins are full: others are marked
        print(f"not marked: {refusal}")


def _others() -> list[User]:
    ranked = User.objects.filter(username__startswith="flood-").exclude(username="flood-0")
    by_number = list(ranked.annotate(rooms=Count("memberships")).filter(rooms__gt=0).order_by("-rooms", "pk"))
    return [by_number[len(by_number) // 20], by_number[-1]]


def main() -> None:
    """Read the arguments, mark, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marked", type=int, default=MARKED)
    print(json.dumps(mark(parser.parse_args().marked)))


if __name__ == "__main__":
    main()
