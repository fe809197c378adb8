"""What every answer carries, and how an operation's refusal becomes an answer."""

import zoneinfo
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from chatify import views
from chatify.lib.errors import ChatifyError

Answer = Callable[[HttpRequest], HttpResponse]

QUIET_DEVICES = (
    "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
    "midi=(), browsing-topics=()"
)
# Voice notes and calls live on conversation pages; no other page may ask for a device.
TALKING_DEVICES = QUIET_DEVICES.replace(
    "camera=(), microphone=(), display-capture=()", "camera=(self), microphone=(self), display-capture=(self)"
)


class Headers:
    """Headers that no view should have to remember; a view's own value wins."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        talking = request.path.startswith(("/c/", "/inbox/"))  # where a conversation opens in place
        response.headers.setdefault("Permissions-Policy", TALKING_DEVICES if talking else QUIET_DEVICES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
            # One address answers with a page or with a part of it.
            patch_vary_headers(response, ["HX-Request", "HX-Target", "Accept"])
        if "/password/reset" in request.path:
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


class Forms:
    """A form whose text is not UTF-8 is refused: Django would keep a question mark for what it cannot read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.content_type == "application/x-www-form-urlencoded" and request.method == "POST":
            try:
                unquote_to_bytes(request.body).decode()
            except UnicodeDecodeError:
                raise BadRequest("The form is not UTF-8.") from None
        return self.get_response(request)


class Errors:
    """The one place where a page turns what operations raise into an answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(readers_zone(request)):
            response = self.get_response(request)
            if response.status_code == 405 and not response.content:
                return views.wrong_method(request, response.headers["Allow"])
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page or problem+json for one of those errors; None leaves others to Django."""
        return views.refusal(request, exception) if isinstance(exception, ChatifyError) else None


def readers_zone(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """The time zone that the browser named in its `tz` cookie, or None for the server's."""
    name = request.COOKIES.get("tz", "")
    try:
        return zoneinfo.ZoneInfo(name) if name and len(name) < 64 else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
