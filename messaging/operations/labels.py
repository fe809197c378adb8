"""A person's own labels: making them, changing them, putting them on conversations. Nobody else sees them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError

from accounts.models import User
from accounts.operations import preferences
from chatify.lib import db, events, text
from chatify.lib.errors import Conflict, Invalid
from messaging.events import RowsChanged
from messaging.models import InboxChange, Label, Labelling
from messaging.models.label import NAME_LENGTH
from messaging.operations import changes
from messaging.operations.standing import locked
from messaging.queries import labels as queries

MOST = 50


def create(actor: User, *, name: str, colour: str = Label.Colour.TEAL) -> Label:
    """A new label. Raises Invalid for a name that is empty, too long or taken, Conflict beyond fifty."""
    cleaned = _name(name)
    with db.atomic():
        if Label.objects.filter(user=actor).count() >= MOST:
            raise Conflict(f"You have {MOST} labels, which is the most there can be.")
        row = _save(Label(user=actor, name=cleaned, key=text.key(cleaned), colour=_colour(colour)))
        _remember_that_there_are(actor)
    return row


def change(actor: User, *, label: UUID, name: str | None = None, colour: str | None = None) -> Label:
    """Another name or colour. Raises NotFound, or Invalid as for a new one."""
    row = queries.one(actor, label)
    if name is not None:
        row.name = _name(name)
        row.key = text.key(row.name)
    if colour is not None:
        row.colour = _colour(colour)
    with db.atomic():
        _save(row)
        _tell(actor, row)
    return row


def delete(actor: User, *, label: UUID) -> None:
    """It is gone from all conversations."""
    row = queries.one(actor, label)
    with db.atomic():
        _tell(actor, row)
        row.delete()
        _remember_that_there_are(actor)


def put(actor: User, *, label: UUID, conversations: Sequence[UUID], on: bool = True) -> InboxChange:
    """Put the label on conversations, or take it off. Raises NotFound for what is not the actor's."""
    row = queries.one(actor, label)
    with db.atomic():
        rows = locked(actor, conversations)
        carried = set(
            Labelling.objects.filter(label=row, membership__in=rows).values_list("membership_id", flat=True)
        )
        changed = [each for each in rows if (each.pk in carried) != on]
        if on:
            Labelling.objects.bulk_create(Labelling(label=row, membership=each) for each in changed)
        else:
            Labelling.objects.filter(label=row, membership__in=changed).delete()
        events.emit(RowsChanged(actor.pk, tuple(each.conversation_id for each in changed)))
        before = [(row.pk, each.pk, not on) for each in changed]
        words = f"labelled {row.name}" if on else f"no longer labelled {row.name}"
        return changes.remember(
            actor, words, len(rows), rows={str(each.conversation_id): {} for each in rows}, labels=before
        )


def _save(row: Label) -> Label:
    try:
        with db.atomic():
            row.save()
    except IntegrityError:
        raise Invalid.field("name", "You have a label of this name.") from None
    return row


def _name(name: str) -> str:
    return text.clean_line(name, field="name", maximum=NAME_LENGTH)


def _colour(colour: str) -> str:
    if colour not in Label.Colour.values:
        raise Invalid.field("colour", f"Choose one of {', '.join(Label.Colour.values)}.")
    return colour


def _remember_that_there_are(actor: User) -> None:
    preferences.keep(actor, "inbox", labels=Label.objects.filter(user=actor).count())


def _tell(actor: User, row: Label) -> None:
    carried = row.labellings.values_list("membership__conversation_id", flat=True)[:100]
    events.emit(RowsChanged(actor.pk, tuple(carried)))
