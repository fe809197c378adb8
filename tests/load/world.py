"""Makes the load's people and conversations in the server's database, through operations only.

`python -m tests.load.world --people 20 --conversations 10 --members 5` with the server's environment prints
the world as JSON. The same arguments make the same names.
"""

import argparse
import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.operations import people  # noqa: E402
from chatify.lib.ids import uuid7  # noqa: E402
from messaging.operations import conversations  # noqa: E402

PASSWORD = "correct horse battery staple 7"


def make_people(run: str, count: int) -> list[User]:
    """`count` people with e-mails `<run>-<index>@load.test`, who share one password and its hash."""
    # Hashing is slow on purpose; one hash for all keeps the world a matter of seconds.
    cast = [
        people.create(
            email=f"{run}-{index}@load.test",
            username=f"{run}-{index}",
            display_name=f"{run.capitalize()} {index}",
            password=None,
        )
        for index in range(count)
    ]
    User.objects.filter(pk__in=[person.pk for person in cast]).update(password=make_password(PASSWORD))
    return cast


def make(run: str, count: int, groups: int, members: int) -> dict[str, Any]:
    """`groups` conversations of `members` people each, spread evenly over `count` people."""
    cast = make_people(run, count)
    made = []
    for index in range(groups):
        chosen = [cast[(index * members + offset) % count] for offset in range(members)]
        owner, *others = chosen
        title = f"{run} group {index}"
        group = conversations.start_group(owner, title=title, members=others, client_id=uuid7())
        made.append({"id": str(group.id), "members": [str(person.id) for person in chosen]})
    told = [{"id": str(person.id), "email": person.email, "password": PASSWORD} for person in cast]
    return {"people": told, "conversations": made}


def main() -> None:
    """Read the arguments, make the world, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="load")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--conversations", type=int, default=10)
    parser.add_argument("--members", type=int, default=5)
    told = parser.parse_args()
    print(json.dumps(make(told.run, told.people, told.conversations, told.members)))


if __name__ == "__main__":
    main()
