"""Keys, hosts, cookies and headers."""

from chatify.lib import env
from chatify.lib.secrets import kept_secret

from .base import DATA_DIR, PORT, PRODUCTION
from .files import CHATIFY_S3_ORIGIN

SECRET_KEY = env.text("SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]", "testserver"))
# Exact origins (scheme://host:port) whose pages may open a socket. An embedded server adds those of its own port.
CHATIFY_ORIGINS = env.names("CHATIFY_ORIGINS") or [f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}"]
CSRF_TRUSTED_ORIGINS = [origin for origin in CHATIFY_ORIGINS if origin.startswith("https://")]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-sid" if PRODUCTION else "chatify_sid"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "chatify_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "chatify.views.csrf_failure"

SECURE_SSL_REDIRECT = PRODUCTION and env.flag("CHATIFY_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("CHATIFY_BEHIND_PROXY", False) else None
)
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600

# Pages send files to the bucket, and are sent on to it for what they show.
_bucket = [CHATIFY_S3_ORIGIN] if CHATIFY_S3_ORIGIN else []
_sockets = [origin.replace("http", "ws", 1) for origin in CHATIFY_ORIGINS]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:", *_bucket],
        "media-src": ["'self'", "blob:", *_bucket],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *_sockets, *_bucket],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
