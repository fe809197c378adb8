"""One line per record on standard error; never a body, token, code or cookie."""

from chatify.lib import env

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refused": {"()": "chatify.lib.logs.Refused"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
    "root": {"handlers": ["console"], "level": env.text("CHATIFY_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        # Anybody may send a foreign Host; a trace for each would only fill the log.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # It writes a trace for every try while Redis is away; our own line says so once.
        "channels_redis": {"level": "CRITICAL"},
    },
}
