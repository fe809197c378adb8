"""What others may know of the moment, and who may add me to groups, as a form."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.models.user import SWITCHES, Adders, Audience


class Privacy(forms.Form):
    presence = forms.BooleanField(
        label="Show when I am here", required=False, help_text="Off: you do not see who is here either."
    )
    last_seen = forms.BooleanField(
        label="Show when I was last here",
        required=False,
        help_text="Off: you do not see when others were either.",
    )
    audience = forms.ChoiceField(label="Who sees whether I am here", choices=Audience.choices)
    typing = forms.BooleanField(
        label="Show that I am typing", required=False, help_text="Off: you do not see others type either."
    )
    receipts = forms.BooleanField(
        label="Show what I have received and read",
        required=False,
        help_text="Off: you do not see what others have read either.",
    )

    groups = forms.ChoiceField(
        label="Who may add me to groups",
        choices=Adders.choices,
        help_text="A group of somebody I do not know then waits in Requests.",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        shown = {name: getattr(person, f"shows_{name}") for name in SWITCHES}
        chosen = {"audience": person.audience, "groups": person.adders}
        super().__init__(*args, **{"initial": {**shown, **chosen}, **kwargs})
