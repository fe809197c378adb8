"""Pages that belong to no noun: the landing page, a person's own style, health and errors in words."""

from uuid import UUID

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_cookie

from chatify.jobs import operations as jobs
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Invalid
from messaging.views.demo import showcase

# Seconds that due work may lie before this process is no place to send people to.
JOBS_MAY_WAIT = 120
# What a person can do next is said with every refusal; none of them blames.
WORDS = {
    400: (
        "That request could not be read",
        "The address or the form was damaged on its way. Go back and try again.",
    ),
    403: ("This is not allowed", "You can see this, but you cannot do that with it."),
    404: ("Nothing here", "The page does not exist, or it is not yours to see."),
    405: ("That does not work here", "This address answers to something else. Go back and try again."),
    409: ("Something changed meanwhile", "Go back, look at how it is now and try again."),
    422: ("Please look at that again", "Something in it cannot be accepted."),
    429: (
        "A little slower, please",
        "You did this many times in a short while. Wait a moment and try again.",
    ),
    500: ("Something broke on our side", "What you sent before is kept. Try again in a moment."),
    503: ("Not available right now", "Nothing was lost. Try again in a moment."),
}


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What Chatify is, for visitors; members go straight to their inbox."""
    if request.user.is_authenticated:
        return redirect("inbox")
    return render(request, "landing.html", showcase())


def _own_tag(request: HttpRequest) -> str:
    return f'"me-{request.user.pk or "nobody"}"'


@require_safe
@cache_control(private=True, max_age=86400)
@vary_on_cookie
@condition(etag_func=_own_tag)
def me_css(request: HttpRequest) -> HttpResponse:
    """The style that turns messages rendered for nobody into mine: only custom properties change."""
    context = {"me": UUID(str(request.user.pk)) if request.user.is_authenticated else None}
    return render(request, "me.css", context, content_type="text/css; charset=utf-8")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and work is being done; 503 with what is not otherwise."""
    checks = {"database": _database_answers()}
    checks["jobs"] = checks["database"] and not jobs.overdue(seconds=JOBS_MAY_WAIT)
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def refusal(request: HttpRequest, error: ChatifyError) -> HttpResponse:
    """One of those errors as a page, or as problem+json for who asked for JSON."""
    errors = error.errors if isinstance(error, Invalid) else {}
    return http.wait(failure(request, error.status, detail=error.detail, errors=errors), error)


def failure(
    request: HttpRequest, status: int, *, detail: str = "", errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """A refusal in words: title, what to do, and a way back. Never says more to a stranger than the status."""
    title, advice = WORDS.get(status, WORDS[400])
    if http.wants_json(request):
        return http.problem(status, title, detail or advice, errors)
    context = {"title": title, "detail": detail or advice, "status": status}
    part = http.part(request)
    response = render(request, "errors/_pane.html" if part else "errors/page.html", context, status=status)
    if part and part != "pane":
        response.headers["HX-Reswap"] = "none"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """400 in words."""
    return failure(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """403 in words."""
    return failure(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """404 in words: the same for what does not exist and for what is another's."""
    return failure(request, 404)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """405 in words, with the methods that the address answers to."""
    response = failure(request, 405)
    response.headers["Allow"] = allowed
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500 in words. Rendered without the request: the session or the database may be what broke."""
    title, advice = WORDS[500]
    return render(None, "errors/broken.html", {"title": title, "detail": advice, "status": 500}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403 for a form without its token, said as what a person can do about it."""
    detail = (
        "This form was open for too long or came from another page. Go back, reload it and send it again."
    )
    return failure(request, 403, detail=detail)
