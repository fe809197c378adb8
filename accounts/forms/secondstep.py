"""The second step: codes of an app, recovery codes, and keys with their names."""

from typing import Any, ClassVar

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from accounts import codes
from accounts.forms.fields import Coded, Worded
from chatify.lib import text
from chatify.lib.errors import Invalid

NAME_LENGTH = 60
_APP = "Six digits from your authenticator app, or one of your recovery codes."


class Authenticate(Coded, base.AuthenticateForm):
    helps: ClassVar[dict[str, str]] = {"code": _APP}


class Reauthenticate(Coded, base.ReauthenticateForm):
    helps: ClassVar[dict[str, str]] = {"code": _APP}


class ActivateApp(Coded, totp.ActivateTOTPForm):
    helps: ClassVar[dict[str, str]] = {"code": "The six digits that the app shows now."}


class Named(Worded):
    """A key is called as its owner likes: one line, at most 60 characters."""

    labels: ClassVar[dict[str, str]] = {"name": "Name of the key"}
    cleaned_data: dict[str, Any]
    helps: ClassVar[dict[str, str]] = {"name": "So that you can tell your keys apart later."}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name and not self.fields["name"].required:
            name = super().clean_name()  # type: ignore[misc]
        try:
            return text.clean_line(name, field="name", maximum=NAME_LENGTH)
        except Invalid as error:
            raise ValidationError(error.detail) from None


class AddKey(Named, webauthn.AddWebAuthnForm):
    labels: ClassVar[dict[str, str]] = {**Named.labels, "passwordless": "Sign in with this key alone"}
    helps: ClassVar[dict[str, str]] = {
        **Named.helps,
        "passwordless": "A passkey: your device asks for your finger, face or PIN, and no password is needed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class SignupKey(Named, webauthn.SignupWebAuthnForm):
    pass


class RenameKey(Named, webauthn.EditWebAuthnForm):
    first: ClassVar[str] = "name"


class StepUpCode(Coded, forms.Form):
    """Six digits that were mailed to who is signed in."""

    code = forms.CharField(max_length=64)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_code(self) -> str:
        if not codes.matches(actual=self.cleaned_data["code"], expected=self.expected):
            raise ValidationError("This code is not right. Look at the newest mail, or ask for a new code.")
        return self.cleaned_data["code"]
