"""How one is shown to others, as a form. What may stand in a field is decided by `accounts.operations.profile`."""

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts import avatars
from accounts.models import User
from accounts.models.user import ABOUT_LENGTH, DISPLAY_NAME_LENGTH, STATUS_LENGTH
from chatify.lib.errors import Invalid

PICTURES = "image/jpeg,image/png,image/gif,image/webp,image/avif"
KEEP = "keep"
UNTIL = {
    "": "Until I change it",
    "30m": "30 minutes",
    "1h": "1 hour",
    "4h": "4 hours",
    "today": "Today",
    "week": "This week",
}
_HOURS = {"30m": 0.5, "1h": 1.0, "4h": 4.0}


class Profile(forms.Form):
    """Fields are never cut short: too long is said in words, and what was typed stays."""

    errors_of: ClassVar[tuple[str, ...]] = ("display_name", "username", "about", "time_zone", "language")

    display_name = forms.CharField(
        label="Name", required=False, help_text=f"How others see you, up to {DISPLAY_NAME_LENGTH} characters."
    )
    username = forms.CharField(
        label="Username", help_text="Others find and mention you by it. You can change it three times a day."
    )
    about = forms.CharField(
        label="About", required=False, widget=forms.Textarea, help_text=f"Up to {ABOUT_LENGTH} characters."
    )
    status_emoji = forms.CharField(label="Status emoji", required=False)
    status_text = forms.CharField(
        label="Status",
        required=False,
        help_text=f"What others should know just now, up to {STATUS_LENGTH} characters.",
    )
    status_for = forms.ChoiceField(label="Show the status", required=False)
    time_zone = forms.ChoiceField(
        label="Time zone", required=False, help_text="For times in mails and where your browser tells none."
    )
    language = forms.ChoiceField(label="Language", required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _shown(person), **kwargs})
        self.person = person
        kept = {KEEP: "As it is"} if person.status.until else {}
        self._offer("status_for", [*kept.items(), *UNTIL.items()])
        self._offer("time_zone", [("", "As my browser says"), *((name, name) for name in _zones())])
        self._offer("language", [("", "As my browser says"), *settings.LANGUAGES])
        if len(settings.LANGUAGES) < 2:  # a choice of one is none
            del self.fields["language"]
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["display_name"].widget.attrs["autocomplete"] = "name"
        self.fields["status_emoji"].widget.attrs |= {"size": "4", "autocomplete": "off"}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = choices

    def changes(self) -> dict[str, Any]:
        """What `operations.profile.update` is given."""
        given = dict(self.cleaned_data)
        chosen = given.pop("status_for")
        if not (given["status_text"] or given["status_emoji"]):
            return {**given, "status_until": None}
        return given if chosen == KEEP else {**given, "status_until": _until(chosen, given["time_zone"])}

    def refuse(self, error: Invalid) -> None:
        """Show what an operation refused beside its field."""
        for name, sentences in (error.errors or {"": [error.detail]}).items():
            field = {"status_until": "status_for"}.get(name, name)
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


class Picture(forms.Form):
    """A picture to be shown by; what it really is, is found out by decoding it."""

    avatar = forms.FileField(
        label="Picture",
        help_text=f"JPEG, PNG, GIF, WebP or AVIF up to {avatars.LARGEST_BYTES // 2**20} MB. It is cut to a square.",
        widget=forms.ClearableFileInput(attrs={"accept": PICTURES}),
    )


def _shown(person: User) -> dict[str, Any]:
    said = person.status
    return {
        **{name: getattr(person, name) for name in Profile.errors_of},
        "status_text": said.text,
        "status_emoji": said.emoji,
        "status_for": KEEP if said.until else "",
    }


def _until(chosen: str, zone: str) -> datetime | None:
    """The end of a status by the person's own clock."""
    if chosen in _HOURS:
        return timezone.now() + timedelta(hours=_HOURS[chosen])
    if chosen not in ("today", "week"):
        return None
    here = timezone.localtime(timezone=zoneinfo.ZoneInfo(zone) if zone else None)
    days = 1 if chosen == "today" else 7 - here.weekday()
    return datetime.combine(here.date() + timedelta(days=days), time(), tzinfo=here.tzinfo)


def _zones() -> list[str]:
    places = (
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return ["UTC", *sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in places)]
