"""Sign-up, and changing one's password and address."""

from typing import Any, ClassVar

from allauth.account import forms as allauth
from allauth.socialaccount import forms as social
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import avatars
from accounts.forms.fields import PASSWORD_HELP, AddressField, Worded
from accounts.forms.profile import PICTURES
from accounts.forms.signup import Extras
from accounts.models import User
from accounts.operations import profile
from chatify.lib.errors import Invalid

_AGAIN = "New password, once more"


class Signup(Worded, allauth.SignupForm):
    labels: ClassVar[dict[str, str]] = {"email": "E-mail", "username": "Username", "password1": "Password"}
    helps: ClassVar[dict[str, str]] = {
        "email": "Only for signing in and for codes. Others never see it.",
        "username": "Letters a to z, digits, dots and dashes. Others find and mention you by it.",
        "display_name": str(Extras.base_fields["display_name"].help_text),
        "password1": PASSWORD_HELP,
        "avatar": "You can leave it out. It is cut to a square, and where it was taken does not get out.",
    }
    first: ClassVar[str] = "display_name"
    field_order: ClassVar[list[str]] = ["display_name", "username", "email", "password1", "avatar"]
    email = AddressField()
    avatar = forms.FileField(
        label="Picture", required=False, widget=forms.FileInput(attrs={"accept": PICTURES})
    )
    squares: avatars.Squares | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocapitalize": "off", "spellcheck": "false"}
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def clean_avatar(self) -> None:
        """Decoded before anybody is stored: a picture that is none stops the form, not the account."""
        try:
            if file := self.cleaned_data["avatar"]:
                self.squares = avatars.prepared(file)
        except Invalid as error:
            raise ValidationError(error.detail) from None

    def signup(self, request: HttpRequest, user: User) -> None:
        super().signup(request, user)
        if self.squares:
            profile.begin_with_avatar(user, self.squares)


class SocialSignup(Worded, social.SignupForm):
    """What an account elsewhere does not know: how one is called here. Its address is only a proposal."""

    labels: ClassVar[dict[str, str]] = {"email": "E-mail", "username": "Username"}
    helps: ClassVar[dict[str, str]] = {
        name: Signup.helps[name] for name in ("email", "username", "display_name")
    }
    first: ClassVar[str] = "username"
    field_order: ClassVar[list[str]] = ["display_name", "username", "email"]
    email = AddressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocapitalize": "off", "spellcheck": "false"}


class Disconnect(social.DisconnectForm):
    """Which account elsewhere no longer opens this one."""


class NewPassword(Worded, allauth.ResetPasswordKeyForm):
    labels: ClassVar[dict[str, str]] = {"password1": "New password", "password2": _AGAIN}
    helps: ClassVar[dict[str, str]] = {"password1": PASSWORD_HELP}
    first: ClassVar[str] = "password1"


class ChangePassword(Worded, allauth.ChangePasswordForm):
    labels: ClassVar[dict[str, str]] = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": _AGAIN,
    }
    helps: ClassVar[dict[str, str]] = {"password1": PASSWORD_HELP}


class SetPassword(Worded, allauth.SetPasswordForm):
    labels: ClassVar[dict[str, str]] = {"password1": "New password", "password2": _AGAIN}
    helps: ClassVar[dict[str, str]] = {"password1": PASSWORD_HELP}


class ChangeAddress(Worded, allauth.AddEmailForm):
    labels: ClassVar[dict[str, str]] = {"email": "New e-mail"}
    email = AddressField()


class CorrectAddress(Worded, allauth.ChangeEmailForm):
    labels: ClassVar[dict[str, str]] = {"email": "E-mail"}
    email = AddressField()
