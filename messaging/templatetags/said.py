"""A message as it is drawn in the timeline: what decides about its form, and gaps for what is only shown.

Messages of one form are drawn once, in pages as in live events, and filled in: see `chatify.lib.drawing`.
"""

from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from chatify.lib import addresses, drawing
from chatify.lib.drawing import Part, mark
from chatify.lib.reader import Reader
from chatify.templatetags.look import is_long, snippet, words

Shape = dict[str, Any]
WHOLE = "messaging/messages/_message.html"
FOLDED = "messaging/messages/_folded.html"
_FORM = ("deleted", "letter", "origin", "attachments", "previews", "reactions")
_SHOWN = {
    name: mark(name)
    for name in ("id", "number", "seq", "client_id", "created_at", "time", "words", "snippet")
}
_SENDER = {name: mark(f"sender_{name}") for name in ("id", "hue", "initials", "display_name")}
_QUOTE = {name: mark(f"quote_{name}") for name in ("id", "url", "display_name", "snippet")}
_DAY = {"iso": mark("day_iso"), "name": mark("day_name")}


def part(message: Shape, template: str = WHOLE, reader: Reader | None = None) -> Part:
    """What one of these templates is drawn from, of a message's public shape."""
    reader = reader or Reader.of_now()
    sender, quote = message["sender"], message["quote"]
    folded = template == FOLDED
    form: Shape = {
        **{name: message.get(name) for name in _FORM},
        "sender": _face(sender) if folded else _SENDER,
        "edited_at": bool(message["edited_at"]),
        "pinned_at": bool(message["pinned_at"]),
        "long": is_long(message["body"]),
        "quote": {**_QUOTE, "deleted": quote["deleted"]} if quote else None,
    }
    gaps: Shape = {
        "id": message["id"],
        "number": message["number"],
        "seq": message["seq"],
        "client_id": message["client_id"],
        "created_at": message["created_at"],
        "time": reader.time(message["created_at"], "row" if folded else "clock"),
        "words": words(message),
        "snippet": snippet(message["body"]) if folded else "",
        "sender_id": sender["id"],
        "sender_hue": sender["hue"],
        "sender_initials": sender["initials"],
        "sender_display_name": sender["display_name"],
        "sender_avatar_url": sender["avatar_url"],
        **(_of_quote(message) if quote else {}),
    }
    return Part({**form, **_SHOWN}, gaps)


def _face(sender: Shape) -> Shape:
    picture = {"avatar_url": mark("sender_avatar_url")} if sender["avatar_url"] else {}
    return {**_SENDER, **picture, "username": bool(sender["username"])}


def _of_quote(message: Shape) -> Shape:
    quote = message["quote"]
    conversation = addresses.of("conversation", message["conversation"])
    return {
        "quote_id": quote["id"],
        "quote_url": f"{conversation}?at={quote['number']}#m-{quote['id']}",
        "quote_display_name": quote["sender"]["display_name"],
        "quote_snippet": quote["snippet"],
    }


def of_day(day: date, reader: Reader) -> Part:
    """The day that is told above a message."""
    return Part(_DAY, {"day_iso": f"{day:%Y-%m-%d}", "day_name": reader.day_name(day)})


def drawn(message: Shape) -> SafeString:
    """The bubble, as everybody sees it."""
    reader = Reader.of_now()
    made = part(message, reader=reader)
    return drawing.drawn(WHOLE, {"message": made.values}, made.gaps, reader=reader)
