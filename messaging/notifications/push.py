"""Push: a notice calls each browser that its person switched on, one line for each conversation."""

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts import endpoints, push
from accounts.models import User
from accounts.push import Call
from chatify.jobs import operations as jobs
from messaging.models import Notice
from messaging.models.notice import BY_NAME
from messaging.notifications import slots, words
from messaging.queries import counts, notices, wishes

SEND = "push.send"
OVER = "push.over"
OVER_SLOT = timedelta(seconds=5)
OVER_SECONDS = 3600
MOST_NAMED = 20
WORTH_IT = timedelta(days=1)
LONGEST_TITLE, LONGEST_TEXT = 120, 300
URGENT = BY_NAME | {Notice.Kind.MISSED_CALL}


def reaches(people: Collection[UUID]) -> set[UUID]:
    """Who of these has a browser that is called."""
    return endpoints.called(people)


def send(person: User, notice: Notice) -> None:
    """Put down a call of each of their browsers."""
    for browser in endpoints.ids_of(person.pk):
        payload = {"notice": str(notice.pk), "to": str(browser)}
        jobs.add(kind=SEND, key=f"{notice.pk}:{notice.number}:{browser}", payload=payload)


def deliver(payload: dict[str, str]) -> None:
    """The work of one call: not any more where it was read, deleted or muted meanwhile, or is a day old."""
    browser = endpoints.one(payload["to"])
    wanted = notices.still_wanted([UUID(payload["notice"])])
    if browser is None or not wanted:
        return
    (notice,) = wanted
    if timezone.now() - notice.created_at < WORTH_IT and notice.user_id == browser.user_id:
        push.send(browser, call_of(browser.user, notice))


def over(users: Iterable[UUID]) -> None:
    """Put down that browsers take away what was read elsewhere: once for all that is read within seconds."""
    due = slots.end_of(OVER_SLOT, timezone.now())
    for user in users:
        for browser in endpoints.ids_of(user):
            jobs.add(kind=OVER, key=f"{browser}:{due.isoformat()}", payload={"to": str(browser)}, due=due)


def take_away(payload: dict[str, str]) -> None:
    """The work of it. Where it does not come through nothing is lost: the next call names what is left, too."""
    browser = endpoints.one(payload["to"])
    if browser is None or not push.may_be_silent(browser):
        return
    told = {"over": True, "unread": counts.unread_total(browser.user_id), **_left(browser.user_id)}
    with suppress(push.Later):
        push.send(browser, Call(json.dumps(told).encode(), seconds=OVER_SECONDS))


def call_of(person: User, notice: Notice) -> Call:
    """What the browser gets: neither names nor text where its person does not want them there."""
    told = _words(person, notice) if wishes.of(person).push_text else _quietly(notice)
    place = str(notice.conversation_id) if notice.conversation_id else ""
    told |= {"tag": _tag(notice), "unread": counts.unread_total(person.pk), **_left(person.pk)}
    return Call(
        json.dumps(told, ensure_ascii=False).encode(),
        topic=place.replace("-", ""),
        urgent=notice.kind in URGENT,
    )


def _tag(notice: Notice) -> str:
    """A browser shows one line for each."""
    return str(notice.conversation_id or notice.pk)


def _left(user: UUID) -> dict[str, list[str]]:
    """All that is still to be shown, so that a browser takes away the rest; nothing where it would not fit."""
    rows = notices.called_for(user, since=timezone.now() - WORTH_IT)
    tags = list(dict.fromkeys(_tag(row) for row in rows))
    return {"left": tags} if len(tags) <= MOST_NAMED else {}


def _words(person: User, notice: Notice) -> dict[str, Any]:
    said = words.of(person, notice)
    return {"title": _cut(said.title, LONGEST_TITLE), "body": _cut(said.text, LONGEST_TEXT), "url": said.url}


def _quietly(notice: Notice) -> dict[str, Any]:
    """There is something, and where it is found."""
    name = "conversation"
    url = reverse(name, args=[notice.conversation_id]) if notice.conversation_id else reverse("inbox")
    return {"title": "Chatify", "body": "There is something new for you.", "url": url}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
