"""What sign-up asks beyond allauth's own fields; its forms for the page and for JSON derive from this one."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from accounts.models.user import DISPLAY_NAME_LENGTH
from accounts.operations import profile
from accounts.passwords import MAXIMUM
from chatify.lib.errors import Invalid


class Extras(forms.Form):
    display_name = forms.CharField(
        label="Your name",
        required=False,
        max_length=DISPLAY_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="How others see you. You can leave it empty and be shown by your username.",
    )
    account_already_exists: bool

    def clean_display_name(self) -> str:
        try:
            return profile.clean_display_name(self.cleaned_data["display_name"])
        except Invalid as error:
            raise ValidationError(error.detail) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            self._compare_with_person(cleaned["password"])
        password = cleaned.get("password1") or cleaned.get("password")
        if self.account_already_exists and not self.errors and password:
            User().set_password(password[:MAXIMUM])  # a known address must not answer faster than a new one
        return cleaned

    def _compare_with_person(self, password: str) -> None:
        """In JSON allauth checks the password alone; it must not be the person's name or address either."""
        names = {name: self.cleaned_data.get(name) or "" for name in ("username", "email", "display_name")}
        try:
            get_adapter().clean_password(password, user=User(**names))
        except ValidationError as error:
            self.add_error("password", error)

    def signup(self, request: HttpRequest, user: User) -> None:
        profile.update(user, display_name=self.cleaned_data["display_name"])
