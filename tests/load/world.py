"""Makes the load's people and conversations in the server's database, through operations only.

`python -m tests.load.world --people 20 --conversations 10 --members 5` with the server's environment prints
the world as JSON. People are kept from one run to the next; conversations are new each time. With `--serve` it makes
one for each line of JSON that it reads, `{"run": …, "people": …, "conversations": …, "members": …, "leave": […]}`, to
the end of the input. `leave` names conversations that everybody leaves first: inboxes must not grow for ever.
"""

import argparse
import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402

from accounts.models import Block, Contact, User  # noqa: E402
from accounts.operations import people  # noqa: E402
from chatify.lib.ids import uuid7  # noqa: E402
from messaging.models import Membership  # noqa: E402
from messaging.operations import blocks, conversations  # noqa: E402

PASSWORD = "correct horse battery staple 7"


def cast_of(count: int) -> list[User]:
    """`load-0@load.test` and so on: those who are there already, and as many more as it takes."""
    emails = [f"load-{index}@load.test" for index in range(count)]
    known = {person.email: person for person in User.objects.filter(email__in=emails)}
    missing = [make_person(index) for index, email in enumerate(emails) if email not in known]
    if missing:
        # Hashing is slow on purpose; one hash for all keeps the world a matter of seconds.
        User.objects.filter(pk__in=[person.pk for person in missing]).update(password=make_password(PASSWORD))
    known.update((person.email, person) for person in missing)
    return [known[email] for email in emails]


def make_person(index: int) -> User:
    """One more person, without a password yet."""
    name = f"load-{index}"
    return people.create(
        email=f"{name}@load.test", username=name, display_name=f"Load {index}", password=None
    )


def befriend(owner: User, others: list[User]) -> None:
    """They know who adds them: the group is no request to them."""
    pairs = [Contact(owner=one, person=owner) for one in others]
    pairs += [Contact(owner=owner, person=one) for one in others]
    Contact.objects.bulk_create(pairs, ignore_conflicts=True)


def make_peace() -> None:
    """Nobody blocks anybody: what an earlier run did would keep the next from its groups."""
    for block in Block.objects.select_related("blocker", "blocked"):
        blocks.unblock(block.blocker, other=block.blocked)


def make(run: str, count: int, groups: int, members: int) -> dict[str, Any]:
    """`groups` new conversations of `members` people each, spread evenly over the first `count` people."""
    cast = cast_of(count)
    made = []
    for index in range(groups):
        chosen = [cast[(index * members + offset) % count] for offset in range(members)]
        owner, *others = chosen
        title = f"{run} group {index}"
        befriend(owner, others)
        group = conversations.start_group(owner, title=title, members=others, client_id=uuid7())
        made.append({"id": str(group.id), "members": [str(person.id) for person in chosen]})
    told = [{"id": str(person.id), "email": person.email, "password": PASSWORD} for person in cast]
    return {"people": told, "conversations": made}


def serve() -> None:
    """A world for each line of the input."""
    for line in sys.stdin:
        wish = json.loads(line)
        Membership.objects.filter(conversation__in=wish["leave"]).delete()
        make_peace()
        world = make(wish["run"], wish["people"], wish["conversations"], wish["members"])
        print(json.dumps(world), flush=True)


def main() -> None:
    """Read the arguments, make the world, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="load")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--conversations", type=int, default=10)
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help="read wishes from the input")
    told = parser.parse_args()
    if told.serve:
        serve()
        return
    print(json.dumps(make(told.run, told.people, told.conversations, told.members)))


if __name__ == "__main__":
    main()
