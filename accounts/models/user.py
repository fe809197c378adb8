import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import identity
from chatify.lib import ids, text

DISPLAY_NAME_LENGTH = 80
ABOUT_LENGTH = 500
STATUS_LENGTH = 100
# The fields `shows_…` by the names that forms and programs give them.
SWITCHES = ("presence", "last_seen", "typing", "receipts")
# What a person is drawn from, and what decides who may know of their moment: lists of people load no more.
SHOWN = {"id", "username", "display_name", "status_text", "status_emoji", "status_until", "avatar"}
REACHING = {*(f"shows_{name}" for name in SWITCHES), "audience", "last_seen_at", "parted", "is_active"}
_USERNAME_HELP = "Use a to z, digits, dots, dashes, underscores."


def new_nonce() -> str:
    """A value that nobody saw before: setting it ends every session of a person."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Status:
    """A line and an emoji about the moment, for ever or until a time."""

    text: str = ""
    emoji: str = ""
    until: datetime | None = None


NO_STATUS = Status()


class Audience(models.TextChoices):
    """Who may see that somebody is here, and when they were last."""

    CONTACTS = "contacts", "My contacts"
    SHARED = "shared", "People I share a conversation with"
    NOBODY = "nobody", "Nobody"


class Adders(models.TextChoices):
    """Who may add somebody to groups without asking them first."""

    EVERYONE = "everyone", "Everyone"
    CONTACTS = "contacts", "Only people I know: others ask me first"


class UserManager(BaseUserManager["User"]):
    """Raises Invalid for an e-mail or username that breaks the rules of `accounts.identity`."""

    use_in_migrations = False

    def create_user(self, email: str, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(
            email=identity.clean_email(email), username=identity.clean_username(username), **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, username: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Who can run commands on the server needs no code by e-mail: the address counts as verified."""
        user = self.create_user(
            email, username, password, **{**fields, "is_staff": True, "is_superuser": True}
        )
        addresses = apps.get_model("account", "EmailAddress")._default_manager.using(self._db)
        addresses.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=identity.fold_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail, is mentioned by username, is shown by `label`."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    email = models.EmailField("e-mail", max_length=identity.EMAIL_LENGTH, unique=True)
    username = models.CharField(
        max_length=30,
        unique=True,
        validators=[RegexValidator(rf"\A(?:{identity.USERNAME.pattern})\Z", _USERNAME_HELP)],
    )
    display_name = models.CharField("name", max_length=DISPLAY_NAME_LENGTH, blank=True, default="")
    about = models.TextField(max_length=ABOUT_LENGTH, blank=True, default="")
    status_text = models.CharField("status", max_length=STATUS_LENGTH, blank=True, default="")
    status_emoji = models.CharField(max_length=16, blank=True, default="")
    status_until = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, default="")
    language = models.CharField(max_length=12, blank=True, default="")
    # A key of `accounts.avatars`, never a name that came from outside.
    avatar = models.CharField("picture", max_length=32, blank=True, default="", editable=False)
    # What others may know of the moment. Each works both ways: who does not show it does not see it.
    shows_presence = models.BooleanField(default=True)
    shows_last_seen = models.BooleanField(default=True)
    shows_typing = models.BooleanField(default=True)
    shows_receipts = models.BooleanField(default=True)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.SHARED)
    adders = models.CharField(
        max_length=8, choices=Adders.choices, default=Adders.EVERYONE, db_default=Adders.EVERYONE
    )
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whether any block, by or of this person, exists: most people have none, and need not be asked after.
    parted = models.BooleanField(default=False, editable=False)
    # Folded name and username in one column: SQLite folds only ASCII when it compares.
    search_key = models.TextField(editable=False, default="")
    is_active = models.BooleanField("active", default=True, help_text="Clear this to suspend the account.")
    is_staff = models.BooleanField("staff", default=False, help_text="May open the admin.")
    settings = models.JSONField(default=dict, blank=True)
    session_nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Until when somebody who deleted their account may take it back, and when it was erased.
    leaves_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["username"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="accounts_user_created")
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = identity.fold_email(self.email)
        self.search_key = text.key(f"{self.display_name} {self.username}")
        fields = kwargs.get("update_fields")
        if fields is not None and {"display_name", "username"} & set(fields):
            kwargs["update_fields"] = {*fields, "search_key"}
        super().save(*args, **kwargs)

    def get_session_auth_hash(self) -> str:
        """Part of every session; after a new password or nonce it no longer fits, and the session is over."""
        return self._session_hash()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}|{self.session_nonce}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def label(self) -> str:
        """What others see: the name the person gave, else the username."""
        return self.display_name or self.username

    @property
    def status(self) -> Status:
        """What the person says of the moment; nothing once its time is over."""
        if self.status_until is not None and self.status_until <= timezone.now():
            return NO_STATUS
        return Status(self.status_text, self.status_emoji, self.status_until)

    @property
    def avatar_url(self) -> str | None:
        """Where the small picture is, for signed-in people; None without one."""
        return f"/avatars/{self.avatar}/small/" if self.avatar else None

    @property
    def avatar_large_url(self) -> str | None:
        return f"/avatars/{self.avatar}/large/" if self.avatar else None

    @property
    def initials(self) -> str:
        return text.initials(self.label)

    @property
    def hue(self) -> int:
        """0 to 23, the same for ever: the class of the initials avatar."""
        return text.hue(self.id)

    def get_full_name(self) -> str:
        return self.label

    def get_short_name(self) -> str:
        return self.label


@cache
def unshown(relation: str, *, reaching: bool = False) -> tuple[str, ...]:
    """The columns of a joined person to `defer`: reading all of them costs more than the rows they come with."""
    wanted = SHOWN | REACHING if reaching else SHOWN
    return tuple(
        f"{relation}__{field.name}" for field in User._meta.concrete_fields if field.name not in wanted
    )
