"""Who may sign in, how, and how often: allauth for pages and for `/api/auth/`."""

from accounts.keys import kept_private_key
from chatify.lib import env

from .base import DATA_DIR, PRODUCTION
from .limits import CHATIFY_LIMITS

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 90 * 24 * 3600  # however busy
CHATIFY_SESSION_IDLE = 14 * 24 * 3600
CHATIFY_DEVICE_COOKIE = "__Host-device" if PRODUCTION else "chatify_device"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/inbox/"
LOGOUT_REDIRECT_URL = "/"

PASSWORD_HASHERS = ["accounts.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
CHATIFY_HASHES_AT_ONCE = env.whole("CHATIFY_HASHES_AT_ONCE", 2)
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.Length", "OPTIONS": {"minimum": 10, "maximum": 128}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWords", "OPTIONS": {"words": ["chatify"]}},
    {
        "NAME": _VALIDATION + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "email", "display_name"]},
    },
]

_CODE_LIFE = 600
_CODE_TRIES = 3
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("CHATIFY_PROXY_COUNT", 0)

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.signup.Extras"
ACCOUNT_FORMS = {
    "login": "accounts.forms.signin.Login",
    "signup": "accounts.forms.pages.Signup",
    "request_login_code": "accounts.forms.signin.RequestCode",
    "confirm_login_code": "accounts.forms.signin.ConfirmCode",
    "confirm_email_verification_code": "accounts.forms.signin.ConfirmAddress",
    "confirm_password_reset_code": "accounts.forms.signin.ConfirmReset",
    "reset_password": "accounts.forms.signin.RequestReset",
    "reset_password_from_key": "accounts.forms.pages.NewPassword",
    "change_password": "accounts.forms.pages.ChangePassword",
    "set_password": "accounts.forms.pages.SetPassword",
    "add_email": "accounts.forms.pages.ChangeAddress",
    "change_email": "accounts.forms.pages.CorrectAddress",
    "reauthenticate": "accounts.forms.signin.Reauthenticate",
}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USER_DISPLAY = "accounts.adapters.label"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# True keeps the path of an unknown address as long as that of a known one; our adapter mails no stranger.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"

ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "/accounts/email/"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = _CODE_TRIES
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = _CODE_LIFE
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = _CODE_TRIES
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = _CODE_LIFE
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = _CODE_TRIES
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = _CODE_LIFE

MFA_ADAPTER = "accounts.secondstep.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones are half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = 30 * 24 * 3600
MFA_TRUST_COOKIE_NAME = "__Host-trusted" if PRODUCTION else "chatify_trusted"
MFA_FORMS = {
    "authenticate": "accounts.forms.secondstep.Authenticate",
    "reauthenticate": "accounts.forms.secondstep.Reauthenticate",
    "activate_totp": "accounts.forms.secondstep.ActivateApp",
    "add_webauthn": "accounts.forms.secondstep.AddKey",
    "edit_webauthn": "accounts.forms.secondstep.RenameKey",
    "signup_webauthn": "accounts.forms.secondstep.SignupKey",
}

# Staff without a second step are asked to set one up before they see the administration.
CHATIFY_ADMIN_REQUIRE_2FA = env.flag("CHATIFY_ADMIN_REQUIRE_2FA", PRODUCTION)

# action: the uses allowed, in allauth's notation (uses/period/per whom)
_RATES = {
    "login": [(30, "m/ip")],
    "login_failed": [(10, "m/ip"), (5, "300s/key")],
    "request_login_code": [(20, "m/ip"), (1, "30s/key"), (3, "m/key")],
    "confirm_email": [(1, "30s/key"), (3, "m/key")],
    "reset_password": [(20, "m/ip"), (2, "h/key"), (5, "d/key")],
    "reset_password_from_key": [(20, "m/ip")],
    "signup": [(20, "m/ip")],
    "change_password": [(5, "m/user")],
    "manage_email": [(5, "m/user")],
    "reauthenticate": [(10, "m/user")],
}
_KEY_RATES = {"webauthn_login": [(30, "m/ip")]}


def _scaled(rates: list[tuple[int, str]], factor: float) -> str:
    return ",".join(f"{max(1, round(uses * factor))}/{rest}" for uses, rest in rates)


ACCOUNT_RATE_LIMITS: dict[str, str] | bool = CHATIFY_LIMITS is not None and {
    action: _scaled(rates, CHATIFY_LIMITS) for action, rates in _RATES.items()
}
MFA_RATE_LIMITS: dict[str, str] | bool = CHATIFY_LIMITS is not None and {
    action: _scaled(rates, CHATIFY_LIMITS) for action, rates in _KEY_RATES.items()
}

HEADLESS_ONLY = False
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "accounts.tokens.TokenStrategy"
HEADLESS_JWT_PRIVATE_KEY = env.text("CHATIFY_JWT_KEY") or kept_private_key(DATA_DIR / "jwt_key.pem")
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 300
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 14 * 24 * 3600
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
