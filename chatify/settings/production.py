"""What a production start refuses, each with its reason."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def refuse_unsafe_values(values: dict[str, Any]) -> None:
    """Raise ImproperlyConfigured with every reason at once, when the profile is production."""
    if values["CHATIFY_PROFILE"] not in ("embedded", "production"):
        raise ImproperlyConfigured("CHATIFY_PROFILE is `embedded` or `production`.")
    if not values["PRODUCTION"]:
        return
    reasons = [reason for unsafe, reason in _findings(values) if unsafe]
    if reasons:
        raise ImproperlyConfigured(
            "Chatify does not start in production like this:\n- " + "\n- ".join(reasons)
        )


def _findings(values: dict[str, Any]) -> list[tuple[bool, str]]:
    local = {"127.0.0.1", "localhost", "[::1]", "testserver", "*"}
    options = str(values["DATABASE"].get("OPTIONS", ""))
    return [
        (values["DEBUG"], "CHATIFY_DEBUG must be off."),
        (not _from_environment("SECRET_KEY"), "SECRET_KEY must come from the environment."),
        (len(values["SECRET_KEY"]) < 50, "SECRET_KEY must have at least 50 characters."),
        (bool(local & set(values["ALLOWED_HOSTS"])), "ALLOWED_HOSTS must name your hosts exactly."),
        (not _secure(values["CHATIFY_ORIGINS"]), "CHATIFY_ORIGINS must list https:// origins only."),
        (values["CHATIFY_LIMITS"] != 1.0, "CHATIFY_LIMITS must stay at 1: it is for loads and tests."),
        ("*" in values["CHATIFY_PROXIES"], "CHATIFY_PROXIES must name your proxies: `*` believes everybody."),
        (
            values["EMAIL_BACKEND"] == "accounts.mail.OutboxBackend",
            "EMAIL_URL must name your mail server: without it sign-in codes are printed on the console.",
        ),
        ("synchronous_commit=off" in options, "PostgreSQL must keep synchronous_commit on."),
    ]


def _from_environment(name: str) -> bool:
    return bool(os.environ.get(name))


def _secure(origins: list[str]) -> bool:
    return bool(origins) and all(origin.startswith("https://") for origin in origins)
