"""Strict reading of what clients send: one meaning per body, or a 400 that says why."""

import json
import math
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from chatify.lib.api.problems import Refused

BODY_BYTES = 64 * 1024
# A form with a file; the operation that takes it has its own limit below this.
FORM_BYTES = 6 * 1024 * 1024
DEPTH = 16

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def refuse_large(request: HttpRequest) -> None:
    """Raise Refused(413) for a body over 64 KiB (6 MiB for a form with a file), before it is in memory and also when
    it names no length."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        if int(length) > (FORM_BYTES if request.content_type == "multipart/form-data" else BODY_BYTES):
            raise Refused(413)
    elif "HTTP_TRANSFER_ENCODING" in request.META:
        body = request.read(BODY_BYTES + 1)
        if len(body) > BODY_BYTES:
            raise Refused(413)
        request._body = body  # what Django would have kept, had it read the stream itself


class StrictParser(Parser):
    """JSON as RFC 8259 means it, objects only: no twins of a key, no NaN, nothing that cannot be stored."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Refused(415)
        value = loads(request.body)
        if not isinstance(value, dict):
            raise Refused(400, "The body must be a JSON object.")
        return value

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        values: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        if any(isinstance(value, str) and _UNSTORABLE.search(value) for value in values.values()):
            raise Refused(400, "The address contains a character that cannot be stored.")
        return values


def loads(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises Refused(400)."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_twins,
            parse_constant=_not_a_number,
            parse_float=_finite,
        )
    except (ValueError, RecursionError):
        raise Refused(400, "The body is not valid JSON in UTF-8.") from None
    _check(value, DEPTH)
    return value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "A key appears twice in one object.")
    return found


def _not_a_number(name: str) -> NoReturn:
    raise Refused(400, "NaN and Infinity are not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refused(400, "A number is too large.")
    return number


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise Refused(400, f"The body is nested more than {DEPTH} levels deep.")
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise Refused(400, "A text contains a character that cannot be stored (NUL or half a character).")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
