"""Around every address below /api/v1: whatever goes wrong is answered as problem details."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from chatify.lib.api import auth, problems, reading

REFUSALS = (401, 403, 404, 429)
View = Callable[..., HttpResponseBase]


def door(view: View) -> View:
    """Wrap a view of the API. CSRF is the session's business (see `auth.Session`): a bearer needs none."""

    @csrf_exempt
    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = _answered(view, request, *args, **kwargs)
            if response.status_code in REFUSALS:
                auth.count_refused(request)
        except Exception as error:
            return problems.answer(request, error)
        return response

    return through


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        reading.refuse_large(request)
        response = view(request, *args, **kwargs)
    except Exception as error:
        return problems.answer(request, error)
    return _wrong_method(response) if response.status_code == 405 else _private(response)


def reads_only(view: View) -> View:
    """Answer GET and HEAD; 405 for the rest."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})

    return through


def unknown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """No such address."""
    return problems.problem(404)


def _wrong_method(response: HttpResponseBase) -> HttpResponse:
    refused = problems.problem(405)
    refused["Allow"] = response.get("Allow", "")
    return refused


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Messages never rest in a shared or a browser's cache."""
    response.setdefault("Cache-Control", "no-store")
    return response
