"""The admin: for others than staff it does not exist, and it has no sign-in of its own."""

from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts import queries


class Site(AdminSite):
    site_header = "Chatify"
    site_title = "Chatify"
    index_title = "Administration"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Providers are named by the settings, and nobody keeps their tokens: rows of these would mean nothing."""
        if getattr(model_or_iterable, "__name__", "") not in ("SocialApp", "SocialToken"):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise Http404
            if detour := _second_step(request):
                return detour
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


def _second_step(request: HttpRequest) -> HttpResponseBase | None:
    """Where staff go first whose session knows no second step of theirs, or who have none and need one."""
    steps = queries.second_steps(request.user)  # type: ignore[arg-type]
    if not steps:
        if not settings.CHATIFY_ADMIN_REQUIRE_2FA:
            return None
        messages.warning(request, "The administration needs a second step. Set one up first.")
        return redirect("settings_security")
    if any(step["method"] == "mfa" for step in get_authentication_records(request, request.user)):
        return None
    by_code = steps.app or steps.codes_left
    way = reverse("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn")
    return redirect(f"{way}?{urlencode({'next': request.get_full_path()})}")
