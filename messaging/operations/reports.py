"""Telling staff about a person or a message."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from accounts import queries as people
from accounts.models import User
from chatify.lib import db, ratelimit
from chatify.lib import text as texts
from chatify.lib.errors import Conflict, Invalid
from messaging.models import Message, Report
from messaging.models.report import TEXT_LENGTH
from messaging.operations import blocks
from messaging.queries import reports, timeline

CONTEXT_KEPT = timedelta(days=180)


def report(
    actor: User,
    *,
    reason: str,
    text: object = "",
    user: UUID | str | None = None,
    message: UUID | str | None = None,
    block: bool = False,
) -> tuple[Report, bool]:
    """Report a person, or a message and who wrote it; with `block` also block them. Returns it and whether it is new:
    what I reported about the same and is still open is not reported twice.

    Raises NotFound for a person or message that the actor cannot see, Invalid by field, TooMany beyond 20 a day.
    """
    person, about = _subject(actor, user, message)
    if reason not in Report.Reason.values:
        raise Invalid.field("reason", "Choose a reason from the list.")
    words = texts.clean_paragraphs(text, field="text", maximum=TEXT_LENGTH)
    if reason == Report.Reason.OTHER and not words:
        raise Invalid.field("text", "Say in a few words what it is about.")
    known = reports.open_about(actor, person, about)
    if known is None:
        ratelimit.hit("report", actor.pk)
    with db.atomic():
        if block:
            blocks.block(actor, other=person)
        return (known, False) if known else _store(actor, person, about, reason=reason, text=words)


def _subject(actor: User, user: UUID | str | None, message: UUID | str | None) -> tuple[User, Message | None]:
    about = timeline.message(actor, message) if message else None
    if about and about.letter is not None:
        raise Invalid.field("message", "This mail was imported. Nobody sent it to you here.")
    if about is None and user is None:
        raise Invalid.field("user", "Say whom or which message you report.")
    person = about.sender if about else people.person(actor, user or "")
    if about and user and str(user) != str(person.id):
        raise Invalid.field("user", "This message is somebody else's.")
    if person.id == actor.id:
        raise Invalid.field("user", "This is you.")
    return person, about


def _store(
    actor: User, person: User, message: Message | None, *, reason: str, text: str
) -> tuple[Report, bool]:
    seen = reports.context(actor, person, message)
    try:
        with db.atomic():
            row = Report.objects.create(
                reporter=actor,
                person=person,
                message=message,
                reason=reason,
                text=text,
                context=seen,
                open_key=reports.open_key(actor, person, message),
            )
    except IntegrityError:  # sent twice at once
        known = reports.open_about(actor, person, message)
        if known is None:
            raise Conflict("This was just closed. Look again.") from None
        return known, False
    return row, True


def forget_contexts() -> None:
    """Half a year after a report was closed, what was copied for it is erased."""
    over = Report.objects.filter(closed_at__lt=timezone.now() - CONTEXT_KEPT).exclude(context={})
    with db.atomic():
        over.update(context={}, text="")
