"""Errors of the JSON API in one shape: problem details (RFC 9457)."""

import json
import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from chatify.lib.errors import ChatifyError, Invalid, TooMany, Unavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# What does not answer now is not asked again at once.
AWAY_SECONDS = 3

# Leading parts of a pydantic path that are no field: our parameter's name, and the tags of a union.
PLUMBING = ("payload", "direct", "group", "mail", "assistant")
Errors = Mapping[str, list[str]]

# Sentences for what Django or Ninja refuse by themselves.
DETAILS = {
    400: "The request cannot be read.",
    401: "Sign in: send a bearer token, or the session of a signed-in browser.",
    403: "You may not do this.",
    404: "There is nothing here that you can see.",
    405: "This address does not answer this method.",
    413: "The body is larger than this address takes.",
    415: "Send the body as application/json.",
    429: "You are doing this too often. Wait a moment and try again.",
    503: "The server is busy. Nothing was done; try again in a moment.",
    500: "Something went wrong on our side. Nothing was half done; try again.",
}


class Refused(Exception):
    """A request that is refused before any operation sees it. `status` is the HTTP status."""

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(detail or DETAILS[status])
        self.status = status
        self.detail = detail or DETAILS[status]


def problem(status: int, detail: str = "", *, errors: Errors | None = None) -> HttpResponse:
    """An answer with `type, title, status, detail`, and `errors` by field where there are any."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, HTTPStatus(status).phrase),
    }
    if errors:
        body["errors"] = dict(errors)
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The one translation of errors into answers of the API."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, Refused | ChatifyError):
        error = error.__cause__  # Ninja wraps what the body's reader raises
    match error:
        case ChatifyError():
            return _of_ours(error)
        case Refused():
            return problem(error.status, error.detail)
        case ValidationError():
            return problem(422, "Some fields cannot be accepted.", errors=by_field(error))
        case AuthenticationError():
            return problem(401)
        case HttpError():
            return problem(error.status_code)
        case Http404():
            return problem(404)
        case RequestDataTooBig():
            return problem(413)
        case OperationalError():
            return _busy(request, error)
        case SuspiciousOperation() | UnreadablePostError() | MultiPartParserError():
            return problem(400)
    return _unexpected(request, error)


def by_field(error: ValidationError) -> dict[str, list[str]]:
    """Sentences by field, a nested field as `members.0`; what concerns the whole body stands under `body`."""
    found: dict[str, list[str]] = {}
    for item in error.errors:
        name, sentence = _sentence(item)
        found.setdefault(name, []).append(sentence)
    return found


def _sentence(item: Mapping[str, Any]) -> tuple[str, str]:
    source, *path = (str(part) for part in item["loc"])
    while path and path[0] in PLUMBING:
        path = path[1:]
    if item["type"].startswith("union_tag"):  # its own sentence repeats what was sent
        return "kind", "Choose direct, group, mail or assistant."
    return ".".join(path) or source, item["msg"]


def _of_ours(error: ChatifyError) -> HttpResponse:
    errors = error.errors if isinstance(error, Invalid) else None
    response = problem(error.status, error.detail, errors=errors)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(AWAY_SECONDS)
    return response


def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database could not be had in time: nothing was written, so the same request may be sent again."""
    log.warning("the database is busy or away at %s: %s", request.path[:200], str(error)[:200])
    response = problem(503)
    response["Retry-After"] = "1"
    return response


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """A defect of ours: logged, and told to Django's own listeners, so that a test fails loudly."""
    got_request_exception.send(sender=None, request=request)
    log.error("unexpected error at %s", request.path[:200], exc_info=error)
    return problem(500)
