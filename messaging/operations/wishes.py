"""Keeping what a person chose about being told."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts import relations
from accounts.models import User
from accounts.operations import preferences
from chatify.lib import db, events, text
from chatify.lib.errors import Invalid
from messaging import kinds
from messaging.events import NoticesChanged
from messaging.queries import wishes
from messaging.queries.wishes import LEVELS, MAIL_TIMES, MAILS, MOST_KEYWORDS, PART

KEYWORD_LENGTH = 40
MOST_EXCEPTIONS = 50
SWITCHES = ("push", "push_text", "sound", "toasts")
QUIET_SWITCHES = ("on", "calls", "mentions")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def choose(actor: User, **given: Any) -> None:
    """Change what is given and not None: `levels` by kind of conversation, `keywords`, `mail`, the switches, and of the
    `quiet` hours each value by itself. All of it or nothing; raises Invalid by field."""
    wanted = {name: value for name, value in given.items() if value is not None}
    with db.atomic():
        kept = User.objects.select_for_update(no_key=True).values_list("settings", flat=True).get(pk=actor.pk)
        before = kept.get(PART) or {}
        chosen = {name: CHECKS[name](actor, value, before.get(name)) for name, value in wanted.items()}
        preferences.keep(actor, PART, **chosen)
        events.emit(NoticesChanged((actor.pk,)))


def _levels(actor: User, given: Mapping[str, Any], before: Any) -> dict[str, str]:
    for name, level in given.items():
        if name not in kinds.BY_NAME or level not in LEVELS:
            raise Invalid.field("levels", f"Choose one of {', '.join(LEVELS)} for a kind of conversation.")
    return {**(before or {}), **given}


def _keywords(actor: User, given: Sequence[Any], before: Any) -> list[str]:
    words = [
        word
        for each in given
        if (word := text.clean_line(each, field="keywords", maximum=KEYWORD_LENGTH, required=False))
    ]
    unlike = {text.key(word): word for word in words}
    if len(unlike) > MOST_KEYWORDS:
        raise Invalid.field("keywords", f"At most {MOST_KEYWORDS} words.")
    return list(unlike.values())


def _mail(actor: User, given: Any, before: Any) -> str:
    if given not in MAILS:
        raise Invalid.field("mail", f"Choose one of {', '.join(MAILS)}.")
    return str(given)


def _mail_when(actor: User, given: Any, before: Any) -> str:
    if given not in MAIL_TIMES:
        raise Invalid.field("mail_when", f"Choose one of {', '.join(MAIL_TIMES)}.")
    return str(given)


def _mail_at(actor: User, given: Any, before: Any) -> str:
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        raise Invalid.field("mail_at", "Write a time of day as 08:00.")
    return given


def _switch(actor: User, given: Any, before: Any) -> bool:
    return bool(given)


def _quiet(actor: User, given: Mapping[str, Any], before: Any) -> dict[str, Any]:
    kept = dict(before or {})
    for name, value in given.items():
        if value is not None:
            kept[name] = QUIET[name](actor, value)
    return kept


def _hour(actor: User, given: Any) -> str:
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        raise Invalid.field("quiet", "Write a time of day as 22:00.")
    return given


def _days(actor: User, given: Sequence[Any]) -> list[int]:
    if any(day not in wishes.EVERY_DAY for day in given):
        raise Invalid.field("quiet", "Days are 0 (Monday) to 6 (Sunday).")
    return sorted(set(given))


def _people(actor: User, given: Sequence[Any]) -> list[str]:
    """Contacts alone: nobody else can be let through, and an id tells nothing of who is there."""
    known = {str(each) for each in relations.contact_ids(actor)}
    people = list(dict.fromkeys(str(each) for each in given))
    if len(people) > MOST_EXCEPTIONS:
        raise Invalid.field("quiet", f"At most {MOST_EXCEPTIONS} people.")
    if not known.issuperset(people):
        raise Invalid.field("quiet", "Only contacts of yours can be let through.")
    return people


QUIET: dict[str, Callable[[User, Any], Any]] = {
    "from": _hour,
    "until": _hour,
    "days": _days,
    "people": _people,
    **dict.fromkeys(QUIET_SWITCHES, lambda actor, given: bool(given)),
}
CHECKS: dict[str, Callable[[User, Any, Any], Any]] = {
    "levels": _levels,
    "keywords": _keywords,
    "mail": _mail,
    "mail_when": _mail_when,
    "mail_at": _mail_at,
    "quiet": _quiet,
    **dict.fromkeys(SWITCHES, _switch),
}
