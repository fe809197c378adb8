"""The way between a browser and this server, as one request shows it: what a proxy says, and what it leaves out."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest

from chatify.doctor.finding import BAD, GOOD, ODD, Finding
from messaging.realtime.handshake import allowed


def origin(request: HttpRequest) -> Finding:
    """Whether pages of this address may open a socket: they may only if the settings name it exactly."""
    found = partial(Finding, "origin", "Address")
    here = f"{request.scheme}://{request.get_host()}"
    claimed = request.headers.get("X-Forwarded-Proto", "").lower()
    if claimed == "https" and not request.is_secure():
        said = "The proxy says that this page came by https, and the server does not believe it."
        return found(
            BAD, said, "Set CHATIFY_BEHIND_PROXY=on, if the proxy always sets X-Forwarded-Proto itself."
        )
    if here not in _known(request):
        said = (
            f"You are at {here}, and live news are only for pages of {', '.join(settings.CHATIFY_ORIGINS)}."
        )
        step = (
            "Name it in CHATIFY_ORIGINS. If only http and https differ, let the proxy set X-Forwarded-Proto."
        )
        return found(BAD, said, step)
    if settings.PRODUCTION and not request.is_secure():
        return found(
            BAD, "This page did not come by https.", "Let the proxy speak TLS, and set X-Forwarded-Proto."
        )
    return found(GOOD, f"Pages of {here} are known.")


def proxy(request: HttpRequest) -> Finding:
    """Whether the server can tell visitors apart behind a proxy."""
    found = partial(Finding, "proxy", "Proxy")
    hops = [hop for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    counted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not hops and not settings.CHATIFY_PROXIES:
        return found(GOOD, "There is none, or it says nothing.")
    if not hops:
        said = "A proxy is named in the settings, and does not say for whom it asks."
        return found(ODD, said, "Let it set X-Forwarded-For, or all visitors share one limit.")
    if not settings.CHATIFY_PROXIES or not counted:
        said = "A proxy says for whom it asks, and the server does not listen: all visitors share one limit."
        return found(BAD, said, "Name it in CHATIFY_PROXIES, and count it in CHATIFY_PROXY_COUNT.")
    if len(hops) < counted:
        said = f"{counted} proxies are counted in the settings, and {len(hops)} came by."
        return found(BAD, said, "Set CHATIFY_PROXY_COUNT to how many add to X-Forwarded-For.")
    return found(GOOD, "It says for whom it asks, and is believed.")


def all(request: HttpRequest) -> list[Finding]:
    return [origin(request), proxy(request)]


def _known(request: HttpRequest) -> set[str]:
    port = request.META.get("SERVER_PORT", "")
    return allowed({"server": ("", int(port)) if str(port).isdecimal() else None})
