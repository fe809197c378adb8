"""A page, a part of it, or JSON: what a request asks for, and the answers that every door gives alike."""

import math
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from chatify.lib.errors import Invalid, TooMany

GREATEST = 2**53 - 1


class SeeOther(HttpResponseRedirect):
    """After a form: fetch the result with GET, so that a reload repeats nothing."""

    status_code = 303


def part(request: HttpRequest) -> str | None:
    """The id of the element that htmx wants to fill, or None where a whole page is wanted."""
    htmx = getattr(request, "htmx", None)
    if not htmx or htmx.history_restore_request:
        return None
    return htmx.target or "pane"


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker said that it reads JSON rather than pages."""
    return request.headers.get("Accept", "").startswith(("application/json", "application/problem+json"))


def json_answer(value: Any, status: int = 200) -> HttpResponse:
    """JSON that no cache keeps."""
    return JsonResponse(value, status=status, headers={"Cache-Control": "private, no-store"})


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query or the form, None when absent. Raises Invalid for anything else."""
    value = request.GET.get(name) or request.POST.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 16 and int(value) <= GREATEST):
        raise Invalid.field(name, "This must be a whole number.")
    return int(value)


def pushed(response: HttpResponse, url: str) -> HttpResponse:
    """Tell htmx which address the part stands for."""
    response.headers["HX-Push-Url"] = url
    return response


def problem(status: int, title: str, detail: str, errors: dict[str, list[str]] | None = None) -> HttpResponse:
    """RFC 9457 problem+json."""
    told: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        told["errors"] = errors
    return JsonResponse(told, status=status, content_type="application/problem+json")


def wait(response: HttpResponse, error: Exception) -> HttpResponse:
    """Say how long to wait where a limit was reached."""
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response
