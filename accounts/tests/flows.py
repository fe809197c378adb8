"""What the tests of this app do again and again."""

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core import mail
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from chatify.jobs import runner
from tests.services.people import PASSWORD

AUTH = "/api/auth/app/v1"


def parallel(work: Callable[[Any], Any], items: Iterable[Any], *, threads: int = 6) -> list[Any]:
    """`work(item)` for every item in some threads, whose database connections are closed in the end."""

    def closing(item: Any) -> Any:
        try:
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(closing, items))


def mails() -> list[Any]:
    """Everything that was mailed so far, after doing the jobs that are due."""
    runner.run_due()
    return mail.outbox


def last_code() -> str:
    found = re.search(r"^\s+(\d{6})$", mails()[-1].body, re.MULTILINE)
    assert found, mails()[-1].body
    return found[1]


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def sign_up(client: Client, username: str = "erin", /, **fields: str) -> HttpResponse:
    form = {
        "email": f"{username}@example.test",
        "username": username,
        "password1": PASSWORD,
        "display_name": "",
    }
    return client.post("/accounts/signup/", form | fields)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def post(client: Client, path: str, body: dict[str, Any] | str, **headers: str) -> HttpResponse:
    """A JSON request to allauth's headless door; header names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"{AUTH}/{path}", body, content_type="application/json", headers=named)


def tokens(client: Client, email: str, password: str = PASSWORD) -> dict[str, str]:
    """`access_token`, `refresh_token` and `session_token` of a new sign-in."""
    response = post(client, "auth/login", {"email": email, "password": password})
    assert response.status_code == 200, response.content
    return response.json()["meta"]
