"""What is joined to messages, for many at once: read wherever messages are shown, and never for a plain send."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import RowNumber

from accounts.models.user import unshown
from chatify.lib.prepared import Prepared
from messaging.models import Attachment, Message, Preview, Reacted, Reaction

USERS_SHOWN = 100
"""How many of those who put the same emoji are named."""


def load(messages: Iterable[Message], *, reader: UUID | None = None) -> None:
    """Set on each row what belongs to it, with what only the `reader` may see. A constant number of queries, none for
    what no message has."""
    rows = list(messages)
    for row in rows:
        if row.pinned_apart:
            row.reader = reader  # type: ignore[misc]
    _load_reactions([row for row in rows if row.reacted_at], reader)
    _load_origins([row for row in rows if row.forwarded_from_id])
    _load_files([row for row in rows if row.attached])
    _load_previews([row for row in rows if row.previewed_at])


def load_answered(messages: Iterable[Message]) -> None:
    """Set on each row that was read without it the message that it answers, with its sender. One query, none where
    none answers."""
    rows = [row for row in messages if row.reply_to_id]
    if not rows:
        return
    found = {each.pk: each for each in _quoted([row.reply_to_id for row in rows if row.reply_to_id])}
    for row in rows:
        row.reply_to = found.get(row.reply_to_id)  # type: ignore[arg-type]


@Prepared
def _quoted(messages: Sequence[UUID]) -> QuerySet[Message]:
    rows = Message.objects.filter(pk__in=messages).select_related("sender")
    return rows.defer("html", *unshown("sender"))


def _load_reactions(rows: Sequence[Message], reader: UUID | None) -> None:
    if not rows:
        return
    found = reactions([row.pk for row in rows], reader=reader)
    for row in rows:
        row.reactions = found.get(row.pk, ())  # type: ignore[misc]


def _load_origins(rows: Sequence[Message]) -> None:
    """Who wrote what was forwarded. Nothing else of it: where it was said is not for everybody here to know."""
    if not rows:
        return
    wanted = [row.forwarded_from_id for row in rows if row.forwarded_from_id]
    found = {row.pk: row.author for row in Message.objects.filter(pk__in=wanted).select_related("sender")}
    for row in rows:
        row.origin = found.get(row.forwarded_from_id)  # type: ignore[misc, arg-type]


def _load_files(rows: Sequence[Message]) -> None:
    if not rows:
        return
    found: dict[UUID, list[Attachment]] = {}
    files = _carried([row.pk for row in rows])
    prefetch_related_objects([file.upload for file in files], "renditions")
    for file in files:
        found.setdefault(file.message_id, []).append(file)
    for row in rows:
        row.files = found.get(row.pk, ())  # type: ignore[misc]


@Prepared
def _carried(messages: Sequence[UUID]) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(message_id__in=messages).select_related("upload")
    return rows.order_by("message_id", "place")


def _load_previews(rows: Sequence[Message]) -> None:
    if not rows:
        return
    found: dict[UUID, list[Preview]] = {}
    for card in _cards([row.pk for row in rows]):
        found.setdefault(card.message_id, []).append(card)
    for row in rows:
        row.previews = found.get(row.pk, ())  # type: ignore[misc]


@Prepared
def _cards(messages: Sequence[UUID]) -> QuerySet[Preview]:
    cards = Preview.objects.filter(message_id__in=messages, page__isnull=False)
    return cards.select_related("page").order_by("message_id", "place")


def reactions(messages: Sequence[UUID], *, reader: UUID | None = None) -> dict[UUID, list[Reacted]]:
    """The reactions to these messages, in the order in which each emoji was first used; one query."""
    found: dict[UUID, dict[str, Reacted]] = {}
    for row in _reacted(list(messages), reader, named=USERS_SHOWN):
        kinds, count = found.setdefault(row.message_id, {}), row.count  # type: ignore[attr-defined]
        kinds.setdefault(row.emoji, Reacted(row.emoji, count, [])).users.append(row.user_id)
    return {message: list(kinds.values()) for message, kinds in found.items()}


@Prepared
def _reacted(messages: Sequence[UUID], reader: UUID | None, *, named: int) -> QuerySet[Reaction]:
    each = [F("message_id"), F("emoji")]
    heard = Q(withheld=False)
    if reader:
        heard = Q(~Q(user_id=reader), withheld=False) | Q(user_id=reader, retracted=False)
    rows = Reaction.objects.filter(heard, message_id__in=messages).annotate(
        place=Window(RowNumber(), partition_by=each, order_by="id"),
        count=Window(Count("id"), partition_by=each),
    )
    return rows.filter(place__lte=named).order_by("id")


def mine(user: UUID, messages: Iterable[Message]) -> set[tuple[UUID, str]]:
    """Which of these messages the person reacted to, and how; one query, none where nobody did."""
    wanted = [row.pk for row in messages if row.reactions]
    if not wanted:
        return set()
    rows = Reaction.objects.filter(user_id=user, message_id__in=wanted, retracted=False)
    return set(rows.values_list("message_id", "emoji"))
