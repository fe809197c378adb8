"""The HTML of an event: exactly the partial that a page shows, rendered for nobody in particular."""

import logging
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, select_template
from django.utils import translation

log = logging.getLogger(__name__)


def event(shown: dict[str, Any], language: str) -> str:
    """The `<li>` of a public event; empty when it cannot be drawn, so that the event itself still arrives."""
    name = shown["event"].replace(".", "_")
    context = {"event": shown, "message": shown["data"]}
    try:
        with translation.override(_offered(language)):
            template = select_template([f"messaging/events/{name}.html", "messaging/events/_note.html"])
            return template.render(context).strip()
    except TemplateDoesNotExist:
        return ""
    except Exception:
        log.exception("event %s of %s cannot be drawn", shown["seq"], shown["conversation"])
        return ""


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
