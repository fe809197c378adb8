"""Makes people, conversations and open sessions for a bench, in the server's database.

`python -m bench.worlds --people 200 --conversations 20 --members 10` with the server's environment prints
`{"people": [{"id", "cookie"}], "conversations": [{"id", "members"}]}`: signing in by form hashes a password each time,
which is slow on purpose and not what is measured.
"""

import argparse
import json
from dataclasses import dataclass
from typing import Any

from tests.load import world  # sets Django up
from tests.services.server import Server, run_python

# isort: split

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User
from accounts.sessions import SessionStore


@dataclass(frozen=True)
class World:
    """`cookies` by person, `conversations` with their members."""

    cookies: dict[str, str]
    conversations: dict[str, list[str]]


def of(server: Server, *, people: int, conversations: int, members: int) -> World:
    """A new world in the database of a server."""
    sizes = ["--people", str(people), "--conversations", str(conversations), "--members", str(members)]
    made = json.loads(run_python("-m", "bench.worlds", *sizes, env=server.env).stdout.splitlines()[-1])
    cookies = {person["id"]: person["cookie"] for person in made["people"]}
    return World(cookies, {one["id"]: one["members"] for one in made["conversations"]})


def make(people: int, conversations: int, members: int) -> dict[str, Any]:
    """The world, as it is printed."""
    made = world.make("bench", people, conversations, members)
    cast = User.objects.in_bulk([person["id"] for person in made["people"]])
    sessions = [{"id": str(user.pk), "cookie": cookie_of(user)} for user in cast.values()]
    return {"people": sessions, "conversations": made["conversations"]}


def cookie_of(user: User) -> str:
    """The `Cookie` header of a browser that this person is signed in with."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def main() -> None:
    """Read the arguments, make the world, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--conversations", type=int, required=True)
    parser.add_argument("--members", type=int, required=True)
    told = parser.parse_args()
    print(json.dumps(make(told.people, told.conversations, told.members)))


if __name__ == "__main__":
    main()
