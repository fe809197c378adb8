"""What the API is given. Texts are checked by the operations: one rule for every door."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from chatify.lib.api.fields import Count, Given, Id, Moment, People

# The operation counts and says so in its own words; the document only tells.
Text = Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 8000})]
# A message that carries files needs no words.
Words = Annotated[str, Field(json_schema_extra={"maxLength": 8000})]
Files = Annotated[
    list[Id], Field(max_length=10, description="Ids of finished uploads of mine, each sent once.")
]


class Written(Given):
    """Words, files, or both: with files, the words may be left out."""

    body: Words
    attachments: Files = []

    @model_validator(mode="before")
    @classmethod
    def _files_speak(cls, given: Any) -> Any:
        wordless = isinstance(given, dict) and given.get("attachments") and "body" not in given
        return {**given, "body": ""} if wordless else given


class NewStatus(Given):
    """What to say about the moment; `until` null keeps it until it is changed."""

    text: str = ""
    emoji: str = ""
    until: Moment | None = None


class Privacy(Given):
    """What others may know of the moment, where each switch works both ways, and who may add me to `groups` without
    asking first: `everyone` or `contacts`. What is left out stays."""

    presence: bool | None = None
    last_seen: bool | None = None
    typing: bool | None = None
    receipts: bool | None = None
    audience: str | None = None
    groups: str | None = None


class InboxSettings(Given):
    """How I look at my inbox: `filter` is the one that I used last, on whatever device."""

    filter: str | None = None


class Sending(Given):
    """`undo`: for how many seconds (0 to 30) what I send can be taken back. `late`: `send` or `ask` where the time of
    a message passed while the server was away. `previews`: whether what I link to is looked up for its readers."""

    undo: Annotated[int, Field(strict=True)] | None = None
    late: str | None = None
    previews: bool | None = None


Wish = Annotated[bool, Field(strict=True)]


class Quiet(Given):
    """Hours of mine without push and mail: `from` and `until` as `22:00` in my time zone, `days` 0 (Monday) to 6.
    `calls`, `mentions` and `people` (ids of contacts) come through. What is left out stays."""

    on: Wish | None = None
    from_: str | None = Field(None, alias="from")
    until: str | None = None
    days: Annotated[list[Annotated[int, Field(strict=True)]], Field(max_length=7)] | None = None
    calls: Wish | None = None
    mentions: Wish | None = None
    people: Annotated[list[Id], Field(max_length=50)] | None = None


class Notifications(Given):
    """Of what I hear: `levels` by kind of conversation (`all`, `mentions`, `nothing`), `keywords` that count as a
    mention, `push` with or without what was written (`push_text`), `mail` (`off`, `personal`, `all`), which comes
    `soon`, `daily` or `weekly` (`mail_when`) at `mail_at` (`08:00`), and `sound` and `toasts` on open
    pages. What is left out stays."""

    levels: dict[str, str] | None = None
    keywords: Annotated[list[str], Field(max_length=100)] | None = None
    push: Wish | None = None
    push_text: Wish | None = None
    mail: str | None = None
    mail_when: str | None = None
    mail_at: str | None = None
    sound: Wish | None = None
    toasts: Wish | None = None
    quiet: Quiet | None = None


class Level(Given):
    """Of what in a conversation I want to hear; null is what I chose for its kind."""

    level: Literal["all", "mentions", "nothing"] | None


class MySettings(Given):
    """My settings, by part."""

    privacy: Privacy | None = None
    inbox: InboxSettings | None = None
    sending: Sending | None = None
    notifications: Notifications | None = None


class ProfileChange(Given):
    """What I may change about myself; what is left out stays."""

    display_name: str | None = None
    username: str | None = None
    about: str | None = None
    status: NewStatus | None = None
    time_zone: str | None = None
    language: str | None = None
    settings: MySettings | None = None


class Direct(Given):
    """The one chat with a person: found, or started."""

    kind: Literal["direct"]
    members: Annotated[list[Id], Field(min_length=1, max_length=1)]


class Group(Given):
    """A group that I own. The same `client_id` again gives the group that it started."""

    kind: Literal["group"]
    title: str
    members: People = []
    client_id: Id


class Mail(Written):
    """A mail thread with its first message. The same `client_id` again gives the thread that it started. Each person in
    `bcc` gets a conversation of their own with me. At `send_at` where given; until then nobody else sees the thread."""

    kind: Literal["mail"]
    subject: str = ""
    to: Annotated[list[Id], Field(min_length=1, max_length=100)]
    cc: People = []
    bcc: People = []
    client_id: Id
    send_at: Moment | None = None


class Assistant(Given):
    """Reserved: the assistant does not answer on this server yet."""

    kind: Literal["assistant"]


Start = Annotated[Direct | Group | Mail | Assistant, Field(discriminator="kind")]


Who = Literal["everyone", "admins"]


class Rights(Given):
    """Who may do what in a group; what is left out stays. `history`: what who joins from now on can read."""

    post: Who | None = None
    add: Who | None = None
    pin: Who | None = None
    edit: Who | None = None
    history: Literal["joining", "all"] | None = None


class Settings(Given):
    """A group's title, its topic and who may do what, and whether links get previews; what is left out stays."""

    title: str | None = None
    topic: str | None = None
    settings: Rights | None = None
    previews: bool | None = None


class NewMessage(Written):
    """A message. The same `client_id` again never sends twice."""

    client_id: Id
    reply_to: Id | None = None
    send_at: Moment | None = None


class Draft(Given):
    """What I began to write. `client_id`: that of the message it is to become, which ends the draft once it is sent."""

    body: str
    reply_to: Id | None = None
    client_id: Id | None = None


class NewLabel(Given):
    """A word of my own for conversations, and the name of its colour."""

    name: str
    colour: str = "teal"


class LabelChange(Given):
    """What is left out stays."""

    name: str | None = None
    colour: str | None = None


class Rescheduled(Given):
    """Another text or another time for what waits; what is left out stays."""

    body: Text | None = None
    send_at: Moment | None = None


class Read(Given):
    """I have read everything up to this message; a number beyond the last means the last."""

    number: Count


class Unread(Given):
    """From which message on everything is unread again."""

    number: Count


class Mute(Given):
    """How long to be told nothing; null for as long as it is not unmuted."""

    until: Moment | None = None


class Snooze(Given):
    """When it comes back."""

    until: Moment


class NewMembers(Given):
    """People to add to a group."""

    members: Annotated[list[Id], Field(min_length=1, max_length=100)]


class NewInvitation(Given):
    """A link into a group, or with `person` a question to somebody. `max_uses` null: as many as the group takes."""

    person: Id | None = None
    expires_at: Moment | None = None
    max_uses: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    approval: bool = False


class Role(Given):
    """What somebody may do in a group."""

    role: Literal["owner", "admin", "member"]


class NewText(Given):
    """What a message says from now on."""

    body: Text


class Forwarding(Given):
    """Where a message goes on to. The same `client_id` again answers as the first time."""

    conversation: Id
    client_id: Id
