"""Services that one variable switches on; without it the embedded counterpart serves."""

from email.utils import parseaddr

from accounts.keys import kept_push_key
from chatify.lib import env

from .base import DATA_DIR
from .data import REDIS_URL

if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "chatify"},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "messaging.realtime.layer.InProcessLayer"}}

# With a broker, Celery carries the jobs; without one a thread of the web process does.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Whether pages that people link to are asked for a title and a picture, where the conversation and the sender want it.
CHATIFY_PREVIEWS = env.flag("CHATIFY_PREVIEWS", True)
# Private networks (10.1.0.0/16,…) that may be asked for previews of links although no stranger's server may lead there.
CHATIFY_FETCH_NETWORKS = env.names("CHATIFY_FETCH_NETWORKS")

# Signs what push services are asked to carry, and says whom they may write to about it.
CHATIFY_VAPID_KEY = env.text("CHATIFY_VAPID_KEY") or kept_push_key(DATA_DIR / "vapid_key.pem")
OUTBOX_DIR = DATA_DIR / "outbox"
# Copies of people's own data. Workers write them and servers read them: one folder for all.
EXPORTS_DIR = DATA_DIR / "exports"
DEFAULT_FROM_EMAIL = env.text("CHATIFY_MAIL_FROM", "Chatify <no-reply@chatify.example>")
CHATIFY_PUSH_CONTACT = env.text("CHATIFY_PUSH_CONTACT") or f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"
if env.text("EMAIL_URL"):
    _mail = env.email("EMAIL_URL", "consolemail://")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "accounts.mail.OutboxBackend"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatify.lib.static.HashedStorage"},
}
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "chatify.lib.static.AppFinder"]
