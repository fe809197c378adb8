"""Mail: what somebody missed and has not read meanwhile, gathered into one letter at the time they chose."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import endpoints, mail
from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db
from chatify.lib.ids import uuid7
from messaging.models import Notice
from messaging.models.notice import BY_NAME
from messaging.notifications import slots, unsubscribing, words
from messaging.notifications.words import Words
from messaging.operations import notices as operations
from messaging.queries import inbox, notices, people, wishes

KIND = "mail.digest"
TEMPLATE = "messaging/mail/digest"
SLOT = timedelta(minutes=1)
MOST, MOST_OF_ONE = 100, 5
AT_ONCE = BY_NAME | {Notice.Kind.MISSED_CALL}
"""What does not wait for the day of a digest: somebody called them by name."""


@dataclass(slots=True)
class Group:
    """What was missed in one place."""

    title: str
    url: str
    unread: int = 0
    items: list[Words] = field(default_factory=list)
    more: int = 0


def reaches(people: Collection[UUID]) -> set[UUID]:
    """Who of these has an address that is proven and takes mail."""
    return endpoints.mailed(people)


def send(person: User, notice: Notice) -> None:
    """See to it that a letter goes out when theirs is due; what waits until then is in the same one."""
    chosen = wishes.of(person)
    now = timezone.now()
    soon = chosen.mail_when == "soon" or notice.kind in AT_ONCE
    at = slots.end_of(SLOT, now) if soon else chosen.next_mail(now, wishes.zone_of(person.time_zone))
    payload = {"user": str(person.pk), "all": chosen.mail_when == "soon" or not soon}
    key = f"{person.pk}:{at.isoformat()}"
    if jobs.add(kind=KIND, key=key, payload=payload, due=at).done_at:  # by a process whose clock is ahead
        jobs.add(kind=KIND, key=f"{key} {uuid7()}", payload=payload, due=at)


def deliver(payload: dict[str, Any]) -> None:
    """The work of a digest: gather what still waits, and put down one letter of it."""
    person = people.listening(UUID(payload["user"]))
    if person is None or wishes.of(person).mail == "off" or not endpoints.mailed([person.pk]):
        return
    rows = notices.handed("mail", person.pk, limit=MOST)
    rows = [row for row in rows if payload["all"] or row.kind in AT_ONCE]
    with db.atomic():
        taken = operations.mailed(rows)
        if taken:
            mail.put_down(letter(person, taken), headers=headers(person))


def letter(person: User, rows: Sequence[Notice]) -> Any:
    """The mail, as text and as HTML."""
    groups = _groups(person, rows)
    origin = settings.CHATIFY_ORIGINS[0]
    context = {
        "groups": groups,
        "subject": _subject(groups),
        "why": groups[0].items[0].why if len(rows) == 1 else "",
        "origin": origin,
        "settings_url": origin + reverse("settings_notifications"),
        "unsubscribe_url": unsubscribing.url(person),
    }
    return get_adapter().render_mail(TEMPLATE, person.email, context)


def headers(person: User) -> dict[str, str]:
    """One click ends it (RFC 8058), no machine answers it (RFC 3834), and an answer reaches nobody's own address."""
    return {
        "List-Unsubscribe": f"<{unsubscribing.url(person)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Reply-To": settings.DEFAULT_FROM_EMAIL,
    }


def _groups(person: User, rows: Iterable[Notice]) -> list[Group]:
    rows = list(rows)
    known = inbox.rows(person, {row.conversation_id for row in rows if row.conversation_id})
    groups: dict[UUID, Group] = {}
    for row in rows:
        said = words.of(person, row)
        place = known.get(row.conversation_id) if row.conversation_id else None
        key = row.conversation_id if place and row.conversation_id else row.pk
        if key not in groups:
            title = place.title if place else said.title
            groups[key] = Group(title, said.url, place.unread if place else 0)
        _add(groups[key], said)
    return list(groups.values())


def _add(group: Group, said: Words) -> None:
    if len(group.items) < MOST_OF_ONE:
        group.items.append(said)
    else:
        group.more += 1


def _subject(groups: Sequence[Group]) -> str:
    first = groups[0]
    if len(groups) > 1:
        return f"New for you in {len(groups)} places"
    return first.items[0].title if len(first.items) == 1 else f"New for you in {first.title}"
