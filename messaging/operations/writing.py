"""How a text looks where it is read; made once, when it is written."""

from uuid import UUID

from chatify.lib import markup
from chatify.lib.html import fold_quotes
from messaging import kinds
from messaging.models import Conversation
from messaging.operations import mentions


def html_of(source: str, called: mentions.Called, *, conversation: UUID, letter: bool = False) -> str:
    """Safe HTML of a text. What a letter quotes is folded: one answers above the whole of what was said before, while
    in a chat somebody quotes the line that they mean. `letter`: it is one, of a thread that is not there yet."""
    html = mentions.mark(markup.render(source), called)
    if "<blockquote>" in html and (letter or _is_mail(conversation)):
        return fold_quotes(html)
    return html


def _is_mail(conversation: UUID) -> bool:
    return Conversation.objects.filter(pk=conversation, kind__in=kinds.MAILS).exists()
