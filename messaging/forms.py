"""What the forms hold. The rules live in the operations: a form keeps what was typed and shows what was refused."""

from typing import Any

from django import forms

from chatify.lib import ids
from chatify.lib.errors import Invalid
from messaging.models import Label, Report
from messaging.models.report import TEXT_LENGTH


class Typed(forms.Form):
    """A form whose errors come from an operation's Invalid."""

    error_css_class = "errors"

    def take(self, error: Invalid) -> None:
        """Show each sentence at its field, or above the form where it belongs to none that is seen."""
        if not error.errors:
            self.add_error(None, error.detail)
        for name, sentences in error.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self._seen() else None, sentence)

    def _seen(self) -> set[str]:
        return {name for name, field in self.fields.items() if not field.widget.is_hidden}


class Starting(Typed):
    """Everything that starting a conversation may need; each kind shows its own fields."""

    client_id = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label="Name of the group", required=False, strip=False)
    subject = forms.CharField(label="Subject", required=False, strip=False)
    body = forms.CharField(label="Message", required=False, strip=False, widget=forms.Textarea)

    attachments: list[str]
    """Files that came with the form, or with an earlier try of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"client_id": str(ids.uuid7())}, **kwargs})
        self.attachments = []
        for name in ("title", "subject", "body"):
            self.fields[name].widget.attrs.update({"dir": "auto", "autocomplete": "off"})

    def take(self, error: Invalid) -> None:
        """A client_id that was refused itself is replaced, or the form could never be sent."""
        if "client_id" in error.errors:
            self.data = {**{name: self.data.get(name) for name in self.data}, "client_id": str(ids.uuid7())}
        super().take(error)


class Naming(Typed):
    """A group's name and topic."""

    title = forms.CharField(label="Name of the group", required=False, strip=False)
    topic = forms.CharField(
        label="Topic",
        required=False,
        strip=False,
        help_text="A line about what it is for. You can leave it empty.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


WHO = [("everyone", "All members"), ("admins", "Only admins")]


class Rights(Typed):
    """Who may do what in a group. Owners are admins here."""

    post = forms.ChoiceField(label="Who writes", choices=WHO)
    add = forms.ChoiceField(label="Who adds people and invites them", choices=WHO)
    pin = forms.ChoiceField(label="Who pins messages", choices=WHO)
    edit = forms.ChoiceField(label="Who changes the name and the topic", choices=WHO)
    history = forms.ChoiceField(
        label="What new members read",
        choices=[("joining", "From their joining on"), ("all", "What was said before, too")],
    )


class Labelled(Typed):
    """A label's name and colour."""

    name = forms.CharField(
        label="Name",
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    colour = forms.ChoiceField(label="Colour", choices=Label.Colour.choices, required=False)


class SendingChoices(forms.Form):
    """How what one sends goes."""

    undo = forms.TypedChoiceField(
        label="Undo",
        coerce=int,
        choices=[(0, "Off: what I send goes at once"), *((n, f"For {n} seconds") for n in (5, 10, 20, 30))],
        help_text="Until then nobody sees anything of it.",
    )
    late = forms.ChoiceField(
        label="When the time of a message passed while the server was away",
        choices=[("send", "Send it as soon as the server is back"), ("ask", "Ask me first")],
    )


class Waiting(Typed):
    """A message that waits: its text and its time, in the reader's zone."""

    body = forms.CharField(
        label="Message", required=False, strip=False, widget=forms.Textarea(attrs={"dir": "auto"})
    )
    send_at = forms.CharField(
        label="Goes at", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


class Reporting(Typed):
    """Why somebody is reported. What is refused is shown; what was typed stays."""

    message = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.ChoiceField(
        label="Why", choices=[("", "Choose a reason"), *Report.Reason.choices], required=False
    )
    text = forms.CharField(
        label="What happened",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"dir": "auto"}),
        help_text=f"Up to {TEXT_LENGTH:,} characters. You can leave it empty.",
    )
    block = forms.BooleanField(label="Block this person, too", required=False)


class Leaving(Typed):
    """One's own username, so that an account is not deleted by accident."""

    typed = forms.CharField(
        label="Your username",
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
