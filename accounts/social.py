"""Accounts elsewhere that open one here: the providers that the settings name, and nobody linked by an address."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.operations.profile import clean_display_name
from chatify.lib.errors import Invalid


class Unknown(SocialApp.DoesNotExist, Http404):
    """No keys were given for this provider: its addresses are a 404, and a template shows nothing of it."""


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "email_taken": "There is an account with this e-mail. Sign in to it, then connect in the settings.",
        "no_password": "Set a password first: this is the only way into your account.",
        "connected_other": "This account is connected with somebody else here.",
    }

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Those of the settings alone: no page asks the database who might let people in."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def get_app(self, request: HttpRequest, provider: Any, client_id: Any = None) -> SocialApp:
        """A provider without keys has no address here."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Unknown from None

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.display_name = _name(data)
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        known = super().get_signup_form_initial_data(sociallogin)
        return {**known, "display_name": sociallogin.user.display_name}


def _name(data: dict[str, Any]) -> str:
    parts = (data.get("first_name"), data.get("last_name"))
    said = data.get("name") or " ".join(part for part in parts if isinstance(part, str))
    try:
        return clean_display_name(said if isinstance(said, str) else "")
    except Invalid:
        return ""
