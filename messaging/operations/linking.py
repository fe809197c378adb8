"""Links of messages: which get cards, and who is asked to make them. The work itself is in `previews`."""

import html
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.utils import timezone

from chatify.jobs import operations as jobs
from chatify.lib import guard, ids
from messaging.models import Message, Preview
from messaging.operations.records import NewMessage

LOOK = "messaging.preview"
MOST = 3
LINK = '<a href="http'
_ADDRESS = re.compile(r'<a href="(https?://[^"]+)"')
# What carries these is for who has it, and for nobody else.
_SECRETS = (
    "access_token api_key apikey auth code credential hash invite key otp pass passwd password pwd secret session sid "
    "sig signature state ticket token x-amz-signature"
)
SECRETS = frozenset(_SECRETS.split())


def ask(messages: Sequence[NewMessage]) -> None:
    """Have new messages looked at for links, in the transaction that stores them. Nothing for plain ones, and nothing
    for what only its sender sees."""
    for message in messages:
        if LINK in message.html and not message.withheld and settings.CHATIFY_PREVIEWS:
            jobs.add(kind=LOOK, key=message.id, payload={"message": message.id})


def renew(row: Message) -> None:
    """The message says something else, in the running transaction: cards of links that it lost go, new ones follow."""
    if row.previewed_at:
        Preview.objects.filter(message=row).exclude(url__in=links_of(row.html)).delete()
        mark(row)
    if LINK in row.html and not row.withheld and settings.CHATIFY_PREVIEWS:
        jobs.add(kind=LOOK, key=f"{row.pk} {ids.uuid7()}", payload={"message": str(row.pk)})


def release(row: Message) -> None:
    """The message is deleted: in its transaction its cards go, too."""
    if row.previewed_at:
        Preview.objects.filter(message=row).delete()
        row.previewed_at, row.previews = None, ()  # type: ignore[misc]


def links_of(markup: str) -> list[str]:
    """The first three addresses of a message that a stranger may be asked for."""
    found = dict.fromkeys(html.unescape(each) for each in _ADDRESS.findall(markup))
    return [url for url in found if _is_public(url)][:MOST]


def mark(row: Message) -> None:
    """Whether readers need to look for cards."""
    has = Preview.objects.filter(message=row).exists()
    row.previewed_at = timezone.now() if has else None
    row.save(update_fields=["previewed_at"])


def _is_public(url: str) -> bool:
    """Whether the address may be asked for, and does not look like a key to something."""
    try:
        guard.target(url)
        parts = urlsplit(url)
        names = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    except (guard.Refused, ValueError):
        return False
    return not names & SECRETS
