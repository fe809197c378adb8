"""How sockets are served."""

from chatify.lib import env

CHATIFY_HEARTBEAT_SECONDS = env.number("CHATIFY_HEARTBEAT_SECONDS", 10.0)
# A socket that takes no byte for this long is closed with 4008.
CHATIFY_SLOW_SECONDS = env.number("CHATIFY_SLOW_SECONDS", 30.0)
# Beyond this many sockets new ones are told to come back later (4013).
CHATIFY_MOST_SOCKETS = env.whole("CHATIFY_MOST_SOCKETS", 6000)
# Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody's by default.
CHATIFY_PROXIES = env.names("CHATIFY_PROXIES")
