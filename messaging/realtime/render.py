"""The HTML of an event: exactly the partial that a page shows, drawn for nobody in particular."""

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, select_template
from django.utils import translation

from messaging.events import CHANGES, SENT
from messaging.templatetags import said

log = logging.getLogger(__name__)


def event(shown: dict[str, Any], language: str) -> str:
    """The `<li>` of a public event; empty when it cannot be drawn, so that the event itself still arrives."""
    wanted = _offered(language)
    try:
        if (
            wanted == translation.get_language()
        ):  # nearly always; putting another in place takes as long as drawing
            return _drawn(shown).strip()
        with translation.override(wanted):
            return _drawn(shown).strip()
    except TemplateDoesNotExist:
        return ""
    except Exception:
        log.exception("event %s of %s cannot be drawn", shown["seq"], shown["conversation"])
        return ""


def _drawn(shown: dict[str, Any]) -> str:
    if shown["event"] == SENT or shown["event"] in CHANGES:
        return said.drawn(shown["data"])
    names = [f"messaging/events/{shown['event'].replace('.', '_')}.html", "messaging/events/_note.html"]
    return select_template(names).render({"event": shown})


@lru_cache(100)
def _offered(language: str) -> str:
    offered = {code for code, _ in settings.LANGUAGES}
    short = language.split("-")[0].lower()
    return next((code for code in (language.lower(), short) if code in offered), settings.LANGUAGE_CODE)


def warm() -> None:
    """Compile the common template before the first message needs it."""
    get_template(said.WHOLE)
