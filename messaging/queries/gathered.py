"""What a conversation holds besides words, the newest first: pictures and films, other files, links."""

from django.db.models import Exists, OuterRef, QuerySet

from chatify.lib import paging
from chatify.lib.errors import NotFound
from chatify.lib.paging import Page
from media.models import Kind, State
from messaging.models import Attachment, Conversation, Message
from messaging.queries import extras, timeline

KINDS = {"media": (Kind.IMAGE, Kind.VIDEO), "files": (Kind.AUDIO, Kind.FILE), "links": ()}
LOOKED_AT = 2_000
"""Links are in no index: so many messages are looked at for a page, however seldom there is one."""
_LINK = '<a href="http'


def page(
    conversation: Conversation, kind: str, *, cursor: str | None = None, limit: int = 30
) -> Page[Message]:
    """Messages that carry this kind, of those the member `conversation.my` may read.

    Raises NotFound for an unknown kind, Invalid for a foreign cursor.
    """
    if kind not in KINDS:
        raise NotFound("There is no such page.")
    limit = paging.clamp(limit)
    before = paging.decode(cursor, int)[0] if cursor else conversation.message_count + 1
    rows = timeline.readable(conversation).filter(deleted_at=None, number__lt=before)
    rows = _linking(rows, before) if kind == "links" else _carrying(rows, kind)
    found = list(rows.order_by("-number")[: limit + 1])
    shown = found[:limit]
    extras.load(shown, reader=conversation.my.user_id)  # type: ignore[attr-defined]
    if len(found) > limit:
        return Page(shown, paging.encode(shown[-1].number))
    further = kind == "links" and before - LOOKED_AT > 1
    return Page(shown, paging.encode(before - LOOKED_AT) if further else None)


def _carrying(rows: QuerySet[Message], kind: str) -> QuerySet[Message]:
    files = Attachment.objects.filter(message=OuterRef("pk"), upload__kind__in=KINDS[kind])
    return rows.filter(Exists(files.exclude(upload__state=State.REFUSED)), attached__isnull=False)


def _linking(rows: QuerySet[Message], before: int) -> QuerySet[Message]:
    return rows.filter(number__gte=before - LOOKED_AT, html__contains=_LINK)
