"""Who comes in: the pages of members ask to sign in, each in the way its asker understands."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from chatify.lib import http

P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


def signed_in(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let members in; send others to the sign-in page and back, or answer 401 where a script asked."""

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            request.user = get_user(request)  # the row itself: a page asks hundreds of times who reads it
            return view(cast(MemberRequest, request), *args, **kwargs)
        if http.wants_json(request):
            return http.problem(401, "Signed out", "Sign in to go on.")
        url = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _where(request)})}"
        if getattr(request, "htmx", False):
            return HttpResponse(status=401, headers={"HX-Redirect": url})
        return redirect(url)

    return door


def _where(request: HttpRequest) -> str:
    """The page to come back to: the one being looked at, which a part or a form is not."""
    details = cast(MemberRequest, request).htmx
    if details:
        return details.current_url_abs_path or "/"
    return request.get_full_path() if request.method in ("GET", "HEAD") else "/inbox/"
