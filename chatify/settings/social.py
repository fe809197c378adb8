"""Signing in with an account elsewhere: off until the keys of a provider are given."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chatify.lib import env

from .security import CONTENT_SECURITY_POLICY

SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_FORMS = {
    "signup": "accounts.forms.pages.SocialSignup",
    "disconnect": "accounts.forms.pages.Disconnect",
}
# Everybody chooses a username, and an address elsewhere never opens an account here: who has one signs in and connects.
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5


def _keys(name: str, id: str, secret: str) -> dict[str, str] | None:
    """Both or none of a provider's keys."""
    if bool(id) != bool(secret):
        raise ImproperlyConfigured(f"CHATIFY_{name}_ID and CHATIFY_{name}_SECRET belong together.")
    return {"client_id": id, "secret": secret} if id else None


def _allow(origin: str) -> None:
    """A form that leads to a provider is followed there by the browser only if the page's policy says so."""
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(origin)


SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}

if _google := _keys("GOOGLE", env.text("CHATIFY_GOOGLE_ID"), env.text("CHATIFY_GOOGLE_SECRET")):
    SOCIALACCOUNT_PROVIDERS["google"] = {"APPS": [{**_google, "name": "Google"}], "OAUTH_PKCE_ENABLED": True}
    _allow("https://accounts.google.com")

if _github := _keys("GITHUB", env.text("CHATIFY_GITHUB_ID"), env.text("CHATIFY_GITHUB_SECRET")):
    SOCIALACCOUNT_PROVIDERS["github"] = {"APPS": [{**_github, "name": "GitHub"}], "SCOPE": ["user:email"]}
    _allow("https://github.com")

_oidc_url = env.text("CHATIFY_OIDC_URL").rstrip("/")
_oidc_name = env.text("CHATIFY_OIDC_NAME", "single sign-on")
_oidc_origin = env.text("CHATIFY_OIDC_ORIGIN")
if _oidc := _keys("OIDC", env.text("CHATIFY_OIDC_ID"), env.text("CHATIFY_OIDC_SECRET")):
    if not _oidc_url:
        raise ImproperlyConfigured("CHATIFY_OIDC_URL must say where the provider is.")
    _app = {**_oidc, "provider_id": "sso", "name": _oidc_name, "settings": {"server_url": _oidc_url}}
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {"APPS": [_app], "OAUTH_PKCE_ENABLED": True}
    _parts = urlsplit(_oidc_url)
    _allow(_oidc_origin or f"{_parts.scheme}://{_parts.netloc}")
