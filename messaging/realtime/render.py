"""The HTML of an event: exactly the partial that a page shows, rendered for nobody in particular."""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, select_template
from django.utils import translation

from chatify.templatetags.look import is_long
from messaging.events import SENT
from messaging.realtime.mould import Moulds

log = logging.getLogger(__name__)


_moulds = Moulds(is_long)


def event(shown: dict[str, Any], language: str) -> str:
    """The `<li>` of a public event; empty when it cannot be drawn, so that the event itself still arrives."""
    try:
        if shown["event"] == SENT:
            chosen = _offered(language)
            return _moulds.html(shown["data"], chosen, lambda message: _message(message, chosen))
        return _drawn(_template(shown["event"]), {"event": shown, "message": shown["data"]}, language)
    except TemplateDoesNotExist:
        return ""
    except Exception:
        log.exception("event %s of %s cannot be drawn", shown["seq"], shown["conversation"])
        return ""


def _message(message: dict[str, Any], language: str) -> str:
    return _drawn(_template(SENT), {"message": message}, language)


def _drawn(template: Any, context: dict[str, Any], language: str) -> str:
    with translation.override(_offered(language)):
        drawn: str = template.render(context).strip()
        return drawn


def _template(kind: str) -> Any:
    return select_template([f"messaging/events/{kind.replace('.', '_')}.html", "messaging/events/_note.html"])


@lru_cache(100)
def _offered(language: str) -> str:
    offered = {code for code, _ in settings.LANGUAGES}
    short = language.split("-")[0].lower()
    return next((code for code in (language.lower(), short) if code in offered), settings.LANGUAGE_CODE)


def warm() -> None:
    """Compile the common template before the first message needs it."""
    try:
        get_template("messaging/events/message_sent.html")
    except TemplateDoesNotExist:
        log.warning("there is no template for a sent message")
