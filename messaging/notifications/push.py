"""Push: a notice calls each browser that its person switched on, one line for each conversation."""

import json
from collections.abc import Collection
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
from messaging.notifications import words
from messaging.queries import counts, notices, wishes

SEND = "push.send"
WORTH_IT = timedelta(days=1)
LONGEST_TITLE, LONGEST_TEXT = 120, 300
URGENT = frozenset((Notice.Kind.MISSED_CALL, Notice.Kind.MENTION, Notice.Kind.REPLY, Notice.Kind.KEYWORD))


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


def call_of(person: User, notice: Notice) -> Call:
    """What the browser gets: neither names nor text where its person does not want them there."""
    told = _words(person, notice) if wishes.of(person).push_text else _quietly(notice)
    place = str(notice.conversation_id) if notice.conversation_id else ""
    told |= {"tag": place or str(notice.pk), "unread": counts.unread_total(person.pk)}
    return Call(
        json.dumps(told, ensure_ascii=False).encode(),
        topic=place.replace("-", ""),
        urgent=notice.kind in URGENT,
    )


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
