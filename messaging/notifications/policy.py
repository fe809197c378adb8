"""Who hears of what, how, when, and why: one pure function from a situation to a verdict.

Everything that decides is in the `Situation`; nothing here looks anywhere else. The reason is kept with each notice
and answers "Why did I get this?", and the reasons for silence answer the opposite question.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

AWAY_DELAY = timedelta(seconds=5)
"""Even to who is away nothing is pushed at once: what follows within a breath comes with it."""
HERE_DELAY = timedelta(seconds=45)
"""Who has a page open somewhere may read it there first."""
MAIL_DELAY = timedelta(minutes=15)


class Presence(StrEnum):
    READING = "reading"
    """Has read it already."""
    HERE = "here"
    """Has a page open somewhere."""
    AWAY = "away"


class Event(StrEnum):
    """What happened, as it concerns one person: of several the first that holds."""

    MENTION = "mention"
    REPLY = "reply"
    EVERYONE = "everyone"
    KEYWORD = "keyword"
    MESSAGE = "message"
    REACTION = "reaction"
    REQUEST = "request"
    INVITE = "invite"
    MISSED_CALL = "missed_call"
    CONTACT = "contact"
    INVITED = "invited"
    ASKS_IN = "asks_in"
    SCHEDULED_FAILED = "scheduled_failed"
    REPORT = "report"
    SUMMARY = "summary"


class Standing(StrEnum):
    """Whether the conversation is one they take part in."""

    IN = "in"
    WAITING = "waiting"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why, or why not. Names are kept in the database; the words are in WORDS."""

    MENTIONED = "mentioned"
    REPLIED = "replied"
    EVERYONE = "everyone"
    KEYWORD = "keyword"
    ALL_HERE = "all_here"
    ALL_KIND = "all_kind"
    REACTED = "reacted"
    ASKED = "asked"
    ADDED = "added"
    INVITED = "invited"
    ASKS_IN = "asks_in"
    CALLED = "called"
    CONTACT = "contact"
    FAILED = "failed"
    REPORTED = "reported"
    SUMMED = "summed"
    OWN = "own"
    BLOCKED = "blocked"
    WAITING = "waiting"
    REFUSED = "refused"
    MUTED = "muted"
    NOTHING_HERE = "nothing_here"
    NOTHING_KIND = "nothing_kind"
    MENTIONS_HERE = "mentions_here"
    MENTIONS_KIND = "mentions_kind"
    READ = "read"


WORDS = {
    Reason.MENTIONED: "You were mentioned.",
    Reason.REPLIED: "It answers your message.",
    Reason.EVERYONE: "Everyone in this conversation was mentioned.",
    Reason.KEYWORD: "It holds a word you watch for.",
    Reason.ALL_HERE: "You chose every message in this conversation.",
    Reason.ALL_KIND: "You hear of every message in conversations of this kind.",
    Reason.REACTED: "Somebody reacted to your message.",
    Reason.ASKED: "Somebody you do not know wrote to you.",
    Reason.ADDED: "You were added to this conversation.",
    Reason.INVITED: "Somebody invites you into a group.",
    Reason.ASKS_IN: "Somebody asks to be let into a group that you run.",
    Reason.CALLED: "Somebody called you.",
    Reason.CONTACT: "Somebody asks to be your contact.",
    Reason.FAILED: "You planned to send this.",
    Reason.REPORTED: "You reported this.",
    Reason.SUMMED: "Your quiet hours are over.",
    Reason.OWN: "You did this yourself.",
    Reason.BLOCKED: "You blocked this person.",
    Reason.WAITING: "It waits in your requests until you accept it.",
    Reason.REFUSED: "You declined this request.",
    Reason.MUTED: "This conversation is muted.",
    Reason.NOTHING_HERE: "You chose to hear nothing of this conversation.",
    Reason.NOTHING_KIND: "You chose to hear nothing of conversations of this kind.",
    Reason.MENTIONS_HERE: "You hear only of mentions and replies in this conversation.",
    Reason.MENTIONS_KIND: "You hear only of mentions and replies in conversations of this kind.",
    Reason.READ: "You have read it already.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One person and one event. `chosen`: whether the level was chosen for this conversation, not for its kind;
    `personal`: whether it is meant for few (a chat of two, a letter); `push`, `mail` and `quiet` are what the person's
    settings say now, and `excepted` whether their quiet hours let this one through."""

    event: Event
    level: str = "all"
    chosen: bool = False
    muted: bool = False
    presence: Presence = Presence.AWAY
    blocked: bool = False
    standing: Standing = Standing.IN
    own: bool = False
    personal: bool = False
    push: bool = True
    mail: str = "personal"
    quiet: bool = False
    excepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows, and why. `listed`: it is in the list of notices, `read` whether as one that is read already;
    `push` and `mail`: after how long, if it is still unread then, None for never; `quieted`: it waits for the summary
    at the end of the quiet hours."""

    reason: Reason
    listed: bool = False
    read: bool = False
    push: timedelta | None = None
    mail: timedelta | None = None
    quieted: bool = False


WHY = {
    Event.MENTION: Reason.MENTIONED,
    Event.REPLY: Reason.REPLIED,
    Event.EVERYONE: Reason.EVERYONE,
    Event.KEYWORD: Reason.KEYWORD,
    Event.REACTION: Reason.REACTED,
    Event.REQUEST: Reason.ASKED,
    Event.INVITE: Reason.ADDED,
    Event.MISSED_CALL: Reason.CALLED,
    Event.CONTACT: Reason.CONTACT,
    Event.INVITED: Reason.INVITED,
    Event.ASKS_IN: Reason.ASKS_IN,
    Event.SCHEDULED_FAILED: Reason.FAILED,
    Event.REPORT: Reason.REPORTED,
    Event.SUMMARY: Reason.SUMMED,
}
ABOUT_ME = frozenset((Event.CONTACT, Event.INVITED, Event.SCHEDULED_FAILED, Event.REPORT, Event.SUMMARY))
"""What is of no conversation: its settings do not count."""
ONLY_LISTED = frozenset((Event.REACTION, Event.REQUEST))
"""What interrupts nobody: a stranger must not be able to reach a device, and a reaction can wait."""
NEVER_PUSHED = frozenset((Event.CONTACT, Event.INVITED, Event.ASKS_IN))
"""What strangers may ask: it can wait for the mail."""


def decide(now: Situation) -> Verdict:
    """The verdict on one event for one person."""
    if silence := _silence(now):
        return Verdict(reason=silence)
    reason, listed = _reason(now), now.event is not Event.MESSAGE
    if now.presence is Presence.READING and now.event not in ABOUT_ME:
        return Verdict(reason=reason, listed=True, read=True) if listed else Verdict(reason=Reason.READ)
    if now.event in ONLY_LISTED:
        return Verdict(reason=reason, listed=listed)
    if now.quiet and not now.excepted and (now.push or now.mail != "off"):
        return Verdict(reason=reason, listed=listed, quieted=True)
    return Verdict(reason=reason, listed=listed, push=_push(now), mail=_mail(now))


def _silence(now: Situation) -> Reason | None:
    """Why they hear nothing of it; the first that holds."""
    if now.own:
        return Reason.OWN
    if now.blocked:
        return Reason.BLOCKED
    if now.event in ABOUT_ME:
        return None
    if now.standing is Standing.REFUSED:
        return Reason.REFUSED
    if now.standing is Standing.WAITING:
        return None if now.event is Event.REQUEST else Reason.WAITING
    if now.muted:
        return Reason.MUTED
    if now.level == "nothing":
        return Reason.NOTHING_HERE if now.chosen else Reason.NOTHING_KIND
    if now.level == "mentions" and now.event is Event.MESSAGE:
        return Reason.MENTIONS_HERE if now.chosen else Reason.MENTIONS_KIND
    return None


def _reason(now: Situation) -> Reason:
    return WHY.get(now.event) or (Reason.ALL_HERE if now.chosen else Reason.ALL_KIND)


def _push(now: Situation) -> timedelta | None:
    if not now.push or now.event in NEVER_PUSHED:
        return None
    return HERE_DELAY if now.presence is Presence.HERE else AWAY_DELAY


def _mail(now: Situation) -> timedelta | None:
    wanted = now.mail == "all" or (
        now.mail == "personal" and (now.personal or now.event is not Event.MESSAGE)
    )
    return MAIL_DELAY if wanted else None
