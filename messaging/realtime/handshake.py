"""Which pages and programs may open a socket: decided before anything is accepted."""

from typing import Any

from django.conf import settings

from messaging.realtime.protocol import SUBPROTOCOL
from messaging.realtime.sessions import bearer_of

PATH = "/ws/"


def refused(scope: dict[str, Any]) -> bool:
    """True for another path, anything in the query (a token does not belong there), a foreign, missing or repeated
    Origin, or a client that speaks only other subprotocols. A program that sends a bearer token needs no Origin."""
    if scope["path"] != PATH or scope.get("query_string"):
        return True
    offered = scope.get("subprotocols") or []
    if offered and SUBPROTOCOL not in offered:
        return True
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    if not origins:
        return bearer_of(scope["headers"]) is None
    return len(origins) > 1 or origins[0].decode("latin-1") not in allowed(scope)


def allowed(scope: dict[str, Any]) -> set[str]:
    """The exact origins: those of the settings, and on the embedded default those of the port it serves on."""
    origins = set(settings.CHATIFY_ORIGINS)
    server = scope.get("server")
    if not settings.PRODUCTION and server:
        origins |= {f"http://127.0.0.1:{server[1]}", f"http://localhost:{server[1]}"}
    return origins


def chosen_subprotocol(scope: dict[str, Any]) -> str | None:
    return SUBPROTOCOL if SUBPROTOCOL in (scope.get("subprotocols") or []) else None
