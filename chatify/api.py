"""The JSON API at /api/v1: its routers, who may ask, and its errors. Composition only."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.api import router as people
from chatify.lib.api import auth, document, problems
from chatify.lib.api.door import door, reads_only, unknown
from chatify.lib.api.reading import StrictParser
from chatify.lib.api.rendering import Renderer
from media.api import router as media
from messaging.api import router as messaging

DESCRIPTION = """
People, conversations and messages, with the same operations and permissions as the pages and the socket.
Ids are UUIDs, times are ISO 8601 in UTC, lists are `{"items", "next"}` with `?cursor=&limit=`, errors are
problem details (RFC 9457). Get a token at `POST /api/auth/app/v1/auth/login` with `{"email", "password"}`.
"""

PAGES = ("openapi-json", "openapi-view")


class ChatifyAPI(NinjaAPI):
    """Ninja's API behind one door that answers unknown addresses and wrong methods as problems, too."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        return document.complete(super().get_openapi_schema(**kwargs))

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        urls: list[Any] = super()._get_urls()
        for entry in urls:
            view = reads_only(entry.callback) if entry.name in PAGES else entry.callback
            entry.callback = door(unknown if entry.name == "api-root" else view)
        return [*urls, re_path(r"", door(unknown), name="unknown")]


api = ChatifyAPI(
    title="Chatify",
    version="1",
    description=DESCRIPTION.strip(),
    urls_namespace="api",
    auth=[auth.Bearer(), auth.Session()],
    parser=StrictParser(),
    renderer=Renderer(),
)


def refuse(request: HttpRequest, error: Any) -> HttpResponse:
    """Every error, in one place; an asker without a credential is counted by network."""
    if isinstance(error, AuthenticationError):
        return _unauthorised(request, error)
    return problems.answer(request, error)


def _unauthorised(request: HttpRequest, error: Exception) -> HttpResponse:
    try:
        auth.count_anonymous(request)
    except Exception as too_many:
        return problems.answer(request, too_many)
    return problems.answer(request, error)


for kind in (Exception, HttpError, ValidationError, Http404):
    api.add_exception_handler(kind, refuse)
api.add_router("", people)
api.add_router("", media)
api.add_router("", messaging)
