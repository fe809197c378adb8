"""Signing in: by password, by code, and proving oneself again."""

from typing import Any, ClassVar

from allauth.account import forms as allauth

from accounts.forms.fields import AddressField, Coded, Worded


class Login(Worded, allauth.LoginForm):
    labels: ClassVar[dict[str, str]] = {"password": "Password"}
    first: ClassVar[str] = "login"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = AddressField(label="E-mail")
        address.widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["login"] = address


class RequestCode(Worded, allauth.RequestLoginCodeForm):
    first: ClassVar[str] = "email"
    email = AddressField()


class RequestReset(Worded, allauth.ResetPasswordForm):
    first: ClassVar[str] = "email"
    email = AddressField()


class ConfirmCode(Coded, allauth.ConfirmLoginCodeForm):
    pass


class ConfirmAddress(Coded, allauth.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmReset(Coded, allauth.ConfirmPasswordResetCodeForm):
    pass


class Reauthenticate(Worded, allauth.ReauthenticateForm):
    labels: ClassVar[dict[str, str]] = {"password": "Password"}
    first: ClassVar[str] = "password"
