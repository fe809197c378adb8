"""Fields and words that the account forms share."""

from typing import Any, ClassVar

from allauth.account.fields import EmailField
from django import forms
from django.core.exceptions import ValidationError

from accounts import identity
from chatify.lib.errors import Invalid

PASSWORD_HELP = "At least 10 characters. A few words in a row are easy to remember."


class AddressField(EmailField):
    """An e-mail address in its one stored form, whichever way it was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", "E-mail")
        kwargs["widget"] = forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "off"})
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            return super().clean(value)
        try:
            return identity.clean_email(value)
        except Invalid as error:
            raise ValidationError(error.detail, code="invalid") from None


class Worded:
    """A form with our words: labels instead of placeholders, help that says what is expected."""

    labels: ClassVar[dict[str, str]] = {}
    helps: ClassVar[dict[str, str]] = {}
    first: ClassVar[str] = ""
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
        if self.first in self.fields:
            self.fields[self.first].widget.attrs["autofocus"] = True


class Coded(Worded):
    """A form that asks for the six digits of a mail."""

    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    helps: ClassVar[dict[str, str]] = {"code": "Six digits, from the newest mail."}
    first: ClassVar[str] = "code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
