"""What the tests of this app do again and again."""

import base64
import hashlib
import hmac
import re
import struct
import time
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


def app_code(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows for a secret (RFC 6238), `steps` periods from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def prove(client: Client, password: str = PASSWORD) -> None:
    """Step up by password."""
    response = client.post("/accounts/reauthenticate/", {"password": password, "next": "/settings/security/"})
    assert response.status_code == 302, response.content


def set_up_app(client: Client) -> str:
    """Add an authenticator app for who is signed in; returns its secret."""
    prove(client)
    secret = str(client.get("/accounts/2fa/totp/activate/").context["form"].secret)
    response = client.post("/accounts/2fa/totp/activate/", {"code": app_code(secret)})
    assert response.status_code == 302, response.context["form"].errors
    return secret


def sign_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    """The first step: by password on the page."""
    return client.post("/accounts/login/", {"login": email, "password": password})
