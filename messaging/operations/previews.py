"""Cards under messages for what they link to: looked up by a worker, told by the log, gone with their message."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db, ratelimit
from chatify.lib.errors import Conflict, Forbidden, TooMany
from media import storage
from media.operations import looking
from messaging.events import CHANGED, UPDATED
from messaging.models import LinkedPage, Message, Preview
from messaging.operations import acting, linking, log
from messaging.queries import access, extras, preferences, previews, rights

FORGET = "messaging.preview.forget"
KEPT = timedelta(days=1)
NOTHING_KEPT = timedelta(hours=1)
UNUSED_KEPT = timedelta(days=2)
AT_ONCE = 2
HOST_SECONDS = 20


def switch(actor: User, *, conversation: UUID, on: bool) -> None:
    """Whether links get cards in a conversation from now on; the same again changes nothing. Raises Forbidden by right,
    NotFound."""
    access.conversation_for(actor, conversation)
    with log.open_ledger(conversation) as ledger:
        row = ledger.conversation
        if not rights.may_switch_previews(row, access.membership_for(actor, conversation)):
            raise Forbidden("Only owners and admins say whether links get previews in this group.")
        if rights.shows_previews(row) != on:
            row.previews = on
            row.save(update_fields=["previews"])
            ledger.event(CHANGED, actor, {"previews": on})


def remove(actor: User, *, preview: UUID) -> None:
    """Take a card away from one's own message, for everybody and for good. Raises NotFound, Forbidden."""
    found = previews.shown_to(actor, preview)
    with acting.on(actor, found.message_id) as act:
        if not act.own:
            raise Forbidden("Only the person who wrote a message can take its previews away.")
        if Preview.objects.filter(pk=preview, page__isnull=False).update(page=None):
            act.tell(UPDATED, {"preview": str(preview)})


def look(payload: dict[str, Any]) -> None:
    """The work of such a job: look at what a message links to, and show it. Repeated, it adds what is missing."""
    row = _wanted(payload["message"])
    if row is None:
        return
    known = set(Preview.objects.filter(message=row).values_list("url", flat=True))
    found = {
        url: page
        for url in linking.links_of(row.html)
        if url not in known and (page := _page(row.sender, url))
    }
    if not found:
        return
    with log.open_ledger(row.conversation_id) as ledger:
        fresh = _wanted(payload["message"])
        if fresh is None or not _add(fresh, found):
            return
        extras.load([fresh])
        ledger.event(UPDATED, fresh.sender, {"message": str(fresh.pk), "previews": len(found)}, message=fresh)


def sweep() -> None:
    """Forget pages that no message shows any more, with their pictures."""
    old = LinkedPage.objects.filter(looked_at__lt=timezone.now() - UNUSED_KEPT, previews=None)
    while rows := list(old.order_by("looked_at")[:100]):
        with db.atomic():
            if keys := [row.picture for row in rows if row.picture]:
                jobs.add(kind=FORGET, payload={"keys": keys})
            LinkedPage.objects.filter(pk__in=[row.pk for row in rows]).delete()


def forget(payload: dict[str, Any]) -> None:
    """Remove pictures that no page has any more from the store."""
    storage.current().remove(payload["keys"])


def _wanted(message: str) -> Message | None:
    """The message, if cards are to be made for it now."""
    rows = Message.objects.select_related("conversation", "sender", "reply_to__sender")
    row = rows.filter(pk=message, deleted_at=None, withheld=False).first()
    if row is None or not rights.shows_previews(row.conversation) or not preferences.previews(row.sender):
        return None
    return row


def _add(row: Message, found: dict[str, LinkedPage]) -> bool:
    kept = {each.url: each for each in Preview.objects.filter(message=row)}
    place = max((each.place + 1 for each in kept.values()), default=0)
    fresh = [url for url in linking.links_of(row.html) if url in found and url not in kept]
    fresh = fresh[: linking.MOST - len(kept)]
    Preview.objects.bulk_create(
        Preview(message=row, place=place + each, url=url, page=found[url]) for each, url in enumerate(fresh)
    )
    linking.mark(row)
    return bool(fresh)


def _page(asker: User, url: str) -> LinkedPage | None:
    """What is there, by a look of today or by another one; None where nothing is to be shown."""
    address = hashlib.sha256(url.encode()).hexdigest()
    latest = LinkedPage.objects.filter(address=address, looked_at__gt=timezone.now() - KEPT)
    page = latest.order_by("looked_at").last()
    if page is None or not (page.title or page.looked_at > timezone.now() - NOTHING_KEPT):
        try:
            ratelimit.hit("preview", asker.pk)
        except TooMany:
            return None
        with _turn(urlsplit(url).hostname or ""):
            page = _looked_up(address, url)
    return page if page.title else None


def _looked_up(address: str, url: str) -> LinkedPage:
    row, seen = LinkedPage(address=address), looking.look(url)
    if seen:
        row.title, row.text, row.site = seen.title, seen.text, seen.site
    if seen and (picture := seen.picture):
        row.picture, row.picture_type = picture.key, picture.type
        row.width, row.height, row.placeholder = picture.width, picture.height, picture.placeholder
    row.save()
    return row


@contextmanager
def _turn(host: str) -> Iterator[None]:
    """Two visits of one host at once, from all processes. Raises Conflict where others are there: it is tried again."""
    places = [f"preview:{host}:{place}" for place in range(AT_ONCE)]
    key = next((place for place in places if cache.add(place, 1, HOST_SECONDS)), None)
    if key is None:
        raise Conflict("This host is being visited.")
    try:
        yield
    finally:
        cache.delete(key)
