"""People of a running server: created in its database, signed in at its doors."""

import http.cookiejar
import json
import shutil
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from .processes import clean_environment
from .server import SQLITE, Server, kept, migrated_sqlite, run_python

PASSWORD = "correct horse battery"
HASTY = "tests.services.hasty"
PEOPLE = "people.json"


class Door(Protocol):
    """Anything that answers at an address: a Server, or a product started otherwise."""

    @property
    def url(self) -> str: ...


@dataclass(frozen=True)
class Person:
    """Somebody with an account on a server."""

    id: str
    username: str
    email: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Session:
    """Cookies of a signed-in browser."""

    cookies: dict[str, str]

    @property
    def header(self) -> str:
        """The value of a `Cookie` header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def create(
    server: Server, usernames: Sequence[str], *, staff: Sequence[str] = (), acquainted: bool = True
) -> list[Person]:
    """Create one person per username, all with PASSWORD; `staff` of them may open the admin. They are contacts of each
    other, or with `acquainted=False` strangers: then what one begins is a request to the other."""
    return _made(server.env, usernames, staff=staff, acquainted=acquainted)


@cache
def inhabited_sqlite(usernames: tuple[str, ...]) -> tuple[Path, tuple[Person, ...]]:
    """A migrated SQLite database in which these people are contacts, and they; made once in a test run."""
    folder = kept("-".join(("inhabited", *usernames)), lambda folder: _inhabit(folder, usernames))
    people = json.loads((folder / PEOPLE).read_text())
    return folder / SQLITE, tuple(Person(**person) for person in people)


def _inhabit(folder: Path, usernames: Sequence[str]) -> None:
    shutil.copy(migrated_sqlite(), folder / SQLITE)
    env = clean_environment(CHATIFY_DATA=str(folder), DJANGO_SETTINGS_MODULE=HASTY)
    (folder / PEOPLE).write_text(json.dumps([asdict(person) for person in _made(env, usernames)]))


def _made(
    env: Mapping[str, str], usernames: Sequence[str], *, staff: Sequence[str] = (), acquainted: bool = True
) -> list[Person]:
    people = [
        {
            "username": name,
            "email": f"{name}@example.test",
            "display_name": name.capitalize(),
            "is_staff": name in staff,
        }
        for name in usernames
    ]
    wanted = json.dumps({"people": people, "password": PASSWORD, "acquainted": acquainted})
    done = run_python("-m", "tests.services.make_people", env=env, stdin=wanted)
    ids = json.loads(done.stdout)
    return [Person(id, name, f"{name}@example.test") for id, name in zip(ids, usernames, strict=True)]


def token(server: Door, person: Person) -> str:
    """An access token for `Authorization: Bearer …`, by the JSON sign-in."""
    body = json.dumps({"email": person.email, "password": person.password}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/auth/app/v1/auth/login", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["meta"]["access_token"])


def sign_in(server: Door, person: Person) -> Session:
    """A browser's session, by the sign-in form."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = f"{server.url}/accounts/login/"
    browser.open(page, timeout=20).close()
    fields = {
        "login": person.email,
        "password": person.password,
        "csrfmiddlewaretoken": next(cookie.value or "" for cookie in jar if "csrf" in cookie.name),
    }
    browser.open(
        urllib.request.Request(page, urlencode(fields).encode(), {"Referer": page}), timeout=20
    ).close()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    assert any("sid" in name or "session" in name for name in cookies), f"{person.email} was not signed in"
    return Session(cookies)
