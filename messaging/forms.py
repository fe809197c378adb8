"""What the forms hold. The rules live in the operations: a form keeps what was typed and shows what was refused."""

from collections.abc import Iterator
from typing import Any

from django import forms

from accounts.models import User
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


class Linking(Typed):
    """A link into a group."""

    expires = forms.ChoiceField(
        label="Open for",
        initial="168",
        choices=[
            ("1", "An hour"),
            ("24", "A day"),
            ("168", "A week"),
            ("720", "30 days"),
            ("", "Until it is taken back"),
        ],
        required=False,
    )
    max_uses = forms.ChoiceField(
        label="For how many people",
        choices=[("", "Any number"), *((str(n), str(n)) for n in (1, 2, 5, 10, 25, 50, 100))],
        required=False,
    )
    approval = forms.BooleanField(
        label="An admin lets each of them in",
        required=False,
        help_text="Until then they see nothing of the group.",
    )


WHO = [("everyone", "All members"), ("admins", "Only admins")]


class Rights(Typed):
    """Who may do what in a group. Owners are admins here."""

    post = forms.ChoiceField(label="Who writes", choices=WHO)
    add = forms.ChoiceField(label="Who adds people and invites them", choices=WHO)
    pin = forms.ChoiceField(label="Who pins messages", choices=WHO)
    edit = forms.ChoiceField(label="Who changes name, topic and picture", choices=WHO)
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
    previews = forms.TypedChoiceField(
        label="Previews of what I link to",
        required=False,
        empty_value=None,
        coerce=lambda value: value == "True",
        choices=[(True, "Shown where the conversation shows them"), (False, "Never")],
        help_text="This server then asks the other one for the title and a picture. It does not say for whom.",
    )


class Wishing(Typed):
    """Of what somebody wants to hear. Its fields stand in groups, in this order."""

    GROUPS = (
        ("Messages", ("direct", "group", "mail", "keywords")),
        ("On open pages", ("toasts", "sound")),
        ("When I am away", ("push", "push_text", "mailed", "mail_when", "mail_at")),
        (
            "Quiet hours",
            (
                "quiet_on",
                "quiet_from",
                "quiet_until",
                "quiet_days",
                "quiet_calls",
                "quiet_mentions",
                "quiet_people",
            ),
        ),
    )
    LEVELS = (("all", "Every message"), ("mentions", "Mentions and replies"), ("nothing", "Nothing"))
    DAYS = tuple(
        enumerate(("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"))
    )

    direct = forms.ChoiceField(label="In chats of two", choices=LEVELS)
    group = forms.ChoiceField(label="In groups", choices=LEVELS)
    mail = forms.ChoiceField(label="In letters", choices=LEVELS)
    keywords = forms.CharField(
        label="Words to watch for",
        required=False,
        help_text="With commas between them. A message that holds one counts as a mention.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    toasts = forms.BooleanField(label="Say it in a line at the edge", required=False)
    sound = forms.BooleanField(label="Play a sound", required=False)
    push = forms.BooleanField(
        label="Push it to my devices", required=False, help_text="On each device where you switched it on."
    )
    push_text = forms.BooleanField(
        label="Show what was written in it",
        required=False,
        help_text="Off: it only says that there is something.",
    )
    mailed = forms.ChoiceField(
        label="Send it by e-mail if I have not read it after a while",
        choices=(
            ("personal", "Mentions, replies, chats of two and letters"),
            ("all", "Everything that I hear of"),
            ("off", "Nothing"),
        ),
    )
    mail_when = forms.ChoiceField(
        label="When it comes",
        choices=(
            ("soon", "After a quarter of an hour"),
            ("daily", "Once a day"),
            ("weekly", "Once a week, on Mondays"),
        ),
        help_text="Mentions, replies and missed calls never wait longer than a quarter of an hour.",
    )
    mail_at = forms.TimeField(label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_on = forms.BooleanField(
        label="Keep quiet at certain hours",
        required=False,
        help_text="No push and no e-mail then. One summary tells at their end what came.",
    )
    quiet_from = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        label="Until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_days = forms.TypedMultipleChoiceField(
        label="Beginning on", choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    quiet_calls = forms.BooleanField(label="Calls come through", required=False)
    quiet_mentions = forms.BooleanField(label="Mentions and replies come through", required=False)
    quiet_people = forms.MultipleChoiceField(
        label="These people come through", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, chosen: dict[str, Any], people: list[User], **kwargs: Any) -> None:
        quiet = {f"quiet_{name}": value for name, value in chosen["quiet"].items()}
        flat = {**chosen, **chosen["levels"], **quiet, "mailed": chosen["mail"]}
        flat |= {"mail": chosen["levels"]["mail"], "keywords": ", ".join(chosen["keywords"])}
        super().__init__(*args, **{"initial": flat, **kwargs})
        self.fields["quiet_people"].choices = [(str(each.pk), each.label) for each in people]  # type: ignore[attr-defined]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields as they are drawn; people only where there are some to choose from."""
        for title, names in self.GROUPS:
            shown = [
                name for name in names if name in self.errors or getattr(self.fields[name], "choices", True)
            ]
            yield title, [self[name] for name in shown]

    def wishes(self) -> dict[str, Any]:
        """What `operations.wishes.choose` takes."""
        given = self.cleaned_data
        return {
            "levels": {name: given[name] for name in ("direct", "group", "mail")},
            "keywords": given["keywords"].split(","),
            "mail": given["mailed"],
            "mail_when": given["mail_when"],
            "mail_at": given["mail_at"].strftime("%H:%M"),
            **{name: given[name] for name in ("toasts", "sound", "push", "push_text")},
            "quiet": {
                **{name: given[f"quiet_{name}"] for name in ("on", "days", "calls", "mentions", "people")},
                **{name: given[f"quiet_{name}"].strftime("%H:%M") for name in ("from", "until")},
            },
        }


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
