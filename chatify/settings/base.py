"""What the product is made of."""

from pathlib import Path

from chatify.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = env.folder("CHATIFY_DATA", BASE_DIR / "var")

CHATIFY_PROFILE = env.text("CHATIFY_PROFILE", "embedded")
PRODUCTION = CHATIFY_PROFILE == "production"
DEBUG = env.flag("CHATIFY_DEBUG", False)
PORT = env.whole("PORT", 8000)

INSTALLED_APPS = [
    "chatify",
    "chatify.jobs",
    "accounts",
    "media",
    "messaging",
    "accounts.adminapp.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "template_partials",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatify.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "chatify.middleware.Forms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.Seen",
    "accounts.middleware.Leaving",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chatify.middleware.Errors",
    "accounts.middleware.AuthDoor",
]

ROOT_URLCONF = "chatify.urls"
ASGI_APPLICATION = "chatify.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["chatify.templatetags.look"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.folder("CHATIFY_STATIC", DATA_DIR / "static")
MEDIA_ROOT = DATA_DIR / "media"
