"""What the API answers: the fields that outside clients rely on. More may be added, none renamed."""

from typing import Any, Literal

from accounts.api import Person
from chatify.lib.api.fields import IdText, Listed, Shown, Time
from messaging.api.previews import Preview

KindName = Literal["direct", "group", "mail", "assistant"]
RoleName = Literal["owner", "admin", "member"]


class Me(Person):
    """Myself. `unread` counts the messages that wait for me in all conversations, `notices` unread notifications."""

    email: str
    about: str
    time_zone: str
    language: str
    unread: int
    notices: int
    settings: dict[str, Any]


class Reaction(Shown):
    """One emoji under a message. `users` are the first hundred who put it there."""

    emoji: str
    count: int
    mine: bool
    users: list[IdText]


class Quote(Shown):
    """What an answer shows of the message that it answers."""

    id: IdText
    number: int
    sender: Person
    snippet: str
    deleted: bool


class Attachment(Shown):
    """A file of a message. `width` and `height` are known before its renditions are, `placeholder` is a tiny picture
    as a data URI, `duration` counts seconds. `details` may hold `waveform`, `pages`, `lines`, `frames`, `codec` and
    `plays`, by the kind of the file."""

    id: IdText
    name: str
    size: int
    type: str
    kind: Literal["image", "video", "audio", "file"]
    width: int | None
    height: int | None
    duration: float | None
    placeholder: str
    renditions: list[str]
    state: Literal["processing", "ready", "failed", "refused"]
    details: dict[str, Any]


class Correspondent(Shown):
    """Somebody in the head of a letter from elsewhere, as it was written there."""

    name: str
    address: str


class Letterhead(Shown):
    """What a letter that was imported says of its sender and recipients. Nobody has proven it."""

    sender: Correspondent
    to: list[Correspondent]
    cc: list[Correspondent]


class Message(Shown):
    """A message. `number` counts messages from 1, `seq` is its place in the log; `html_body` is safe HTML.
    `origin` wrote what was forwarded. `letter`: it was imported, this is its head. `blocked`: I blocked its sender, so
    fold it away."""

    id: IdText
    conversation: IdText
    number: int
    seq: int | None
    client_id: IdText
    sender: Person
    body: str
    html_body: str
    kind: Literal["text", "image", "file", "video", "audio", "link", "emoji", "system"]
    reply_to: IdText | None
    quote: Quote | None
    forwarded_from: IdText | None
    origin: Person | None
    letter: Letterhead | None = None
    attachments: list[Attachment]
    previews: list[Preview]
    reactions: list[Reaction]
    starred: bool = False
    blocked: bool = False
    pinned_at: Time | None
    edited_at: Time | None
    deleted: bool
    created_at: Time


class Version(Shown):
    """A text that a message had. `seen`: I had read the conversation that far while it said this."""

    body: str
    html_body: str
    written_at: Time
    seen: bool


class SentMessage(Message):
    """The answer to a send: `duplicate` is true where this `client_id` had been sent before.

    One that waits has no `number` and no `seq` until it goes; `held_until` says when, and its `id` is that of
    `/scheduled`.
    """

    number: int | None  # type: ignore[assignment]
    duplicate: bool
    held_until: Time | None = None


class Scheduled(Shown):
    """A message that waits. `state`: waiting, asking (its time passed while the server was away), refused: `reason`.
    `recipients` (`to`, `cc`, `bcc`): whom the first letter of a thread goes to; null of others."""

    id: IdText
    conversation: IdText
    client_id: IdText
    body: str
    reply_to: IdText | None
    send_at: Time
    undo: bool
    recipients: dict[str, list[IdText]] | None
    state: Literal["waiting", "asking", "refused"]
    reason: str
    created_at: Time


class MessagePage(Listed[Message]):
    """Messages by number, oldest first. `head` and `epoch` were read first: sync from them misses nothing.

    `next` goes on towards the older ones, or after `after` towards the newer; `before` the `oldest` and `after` the
    `newest` number do the same.
    """

    head: int
    epoch: IdText
    oldest: int
    newest: int
    has_older: bool
    has_newer: bool


class Label(Shown):
    """One of my labels. `colour` is a name: teal, coral, green, amber, plum or grey."""

    id: IdText
    name: str
    colour: str


class KeptDraft(Shown):
    """What I began to write; `client_id` is that of the message it is to become."""

    body: str
    reply_to: IdText | None
    client_id: IdText | None
    updated_at: Time


class Rights(Shown):
    """Who may do what in a group: owners and admins may everything. `history` is what who joins can read."""

    post: Literal["everyone", "admins"]
    add: Literal["everyone", "admins"]
    pin: Literal["everyone", "admins"]
    edit: Literal["everyone", "admins"]
    history: Literal["joining", "all"]


class May(Shown):
    """What I may do here."""

    post: bool
    add: bool
    pin: bool
    edit: bool


class My(Shown):
    """My own view of a conversation."""

    role: RoleName
    may: May
    read_number: int
    delivered_number: int
    level: Literal["all", "mentions", "nothing"] | None
    muted_until: Time | None
    pinned_at: Time | None
    done_at: Time | None
    snoozed_until: Time | None
    request: Literal["waiting", "declined", "blocked"] | None
    draft: KeptDraft | None
    labels: list[Label]


class Notification(Shown):
    """Something I was told of. `reason` says why, and `setting` is the page where that is changed."""

    id: str
    kind: str
    title: str
    text: str
    url: str
    reason: str
    setting: str
    conversation: str | None
    read_at: Time | None
    created_at: Time


class Member(Shown):
    """Somebody in a conversation, and how far they have received and read; null where they do not show it."""

    person: Person
    role: RoleName
    mail_role: Literal["from", "to", "cc", "bcc"] | None
    read_number: int | None
    delivered_number: int | None


class Conversation(Shown):
    """A conversation as I see it. `members` is the first page of them; `settings` are a group's own.
    `previews`: whether links get cards here. `bcc` got copies of a letter that I wrote; nobody else is told of them."""

    id: IdText
    kind: KindName
    title: str
    subject: str | None
    topic: str
    settings: Rights | None
    avatar_url: str | None
    head: int
    epoch: IdText
    message_count: int
    unread: int
    last_message: Message | None
    last_activity_at: Time
    created_at: Time
    previews: bool
    my: My
    members: list[Member]
    bcc: list[Person]


class Event(Shown):
    """One entry of the log, as the socket tells it. `data` of `message.sent` is the message, of `hidden` nothing."""

    conversation: IdText
    seq: int
    event: str
    actor: IdText | None
    at: Time | None
    data: dict[str, Any]
    digest: str | None


class Sync(Shown):
    """`level`: nothing is missing. `replay`: what is missing, oldest first. `reset`: load it all anew."""

    state: Literal["level", "replay", "reset"]
    head: int
    events: list[Event]


class ReadState(Shown):
    """How far I have read a conversation, and what waits."""

    conversation: IdText
    read_number: int
    delivered_number: int
    unread: int


class Found(Shown):
    """Something that was found; of `message`, `conversation` and `person` the one that `kind` names is there."""

    kind: Literal["message", "conversation", "person"]
    snippet: str
    message: Message | None = None
    conversation: Conversation | None = None
    person: Person | None = None
