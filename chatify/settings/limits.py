"""The one table of rate limits, scaled by CHATIFY_LIMITS: a factor, or `off` for loads and tests."""

from chatify.lib import env

_limits = env.text("CHATIFY_LIMITS", "1")
CHATIFY_LIMITS: float | None = None if _limits == "off" else float(_limits)

# name: (uses, seconds), per the key that the caller gives
CHATIFY_RATES: dict[str, tuple[int, int]] = {
    "send": (100, 60),
    "message.act": (120, 60),
    "socket.command": (120, 60),
    "socket.sync": (60, 60),
    "socket.handshake": (30, 60),
    "socket.handshake.address": (600, 60),
    "api": (200, 60),
    "api.anonymous": (100, 60),
    "api.refused": (300, 600),
    "conversation.chat": (30, 3600),
    "conversation.mail": (100, 3600),
    "conversation.stranger": (20, 86_400),
    "invitation": (20, 86_400),
    "invitation.use": (10, 60),
    "people.search": (30, 60),
    "search": (30, 60),
    "search.on": (120, 60),
    "account.username": (3, 86_400),
    "account.avatar": (20, 3600),
    "group.avatar": (20, 3600),
    "contact.request": (20, 86_400),
    "report": (20, 86_400),
    "export": (1, 86_400),
    "export.one": (20, 86_400),
    "push.subscribe": (30, 3600),
    "push.try": (20, 3600),
    "mail.try": (5, 3600),
    "doctor": (10, 60),
    "import": (10, 86_400),
    "upload": (60, 3600),
    "upload.link": (30, 60),
    "preview": (10, 60),
    "code.try": (10, 3600),
    "account.create": (5, 86_400),
    "mail.anonymous": (20, 86_400),
}
# Limits of sign-in: what cannot be counted there is refused.
CHATIFY_RATES_CLOSED = ("code.try", "account.create", "mail.anonymous")
