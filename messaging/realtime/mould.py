"""The partial of a message that was just sent, without rendering it each time.

For each minute, language and sort of message the template is rendered with marks in place of what differs, and then
only filled in. The template stays the one source: a mould is made by two renderings with different marks, and kept only
if filling it in with the second ones gives exactly the second rendering. Where it does not (the template does more with
a value than show it) every message is rendered. What chooses between branches of the template is part of the key: every
field that is no slot, whether there is a picture, whether the text is long.
"""

import html
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import orjson

Shape = dict[str, Any]
Key = tuple[str, str, bool, bool, bytes]
Render = Callable[[Shape], str]

MOST = 256
OWN = ("id", "conversation", "client_id", "number", "seq", "body", "html_body", "created_at")
SENDERS = ("id", "username", "display_name", "initials", "hue", "avatar_url")
SLOTS = (*OWN, *(f"sender.{name}" for name in SENDERS))
_DIFFERENT = frozenset((*OWN, "sender"))
_MINUTE = len("2026-11-21T09:41")


class Mould:
    """Pieces of HTML with the names of the values between them."""

    def __init__(self, marked: Shape, rendered: str) -> None:
        names = {mark: slot for slot in SLOTS if (mark := _value(marked, slot))}
        parts = re.split(f"({'|'.join(map(re.escape, names))})", rendered)
        self._first = parts[0]
        self._rest = [(names[mark], piece) for mark, piece in zip(parts[1::2], parts[2::2], strict=True)]

    def filled(self, message: Shape) -> str:
        return self._first + "".join([_value(message, slot) + piece for slot, piece in self._rest])


class Moulds:
    """The latest moulds by key. `is_long` is the template's own question about a body."""

    def __init__(self, is_long: Callable[[str], bool]) -> None:
        self._is_long = is_long
        self._kept: OrderedDict[Key, Mould | None] = OrderedDict()
        self._seen: OrderedDict[Key, None] = OrderedDict()

    def html(self, message: Shape, language: str, render: Render) -> str:
        """What `render(message)` returns."""
        key = self._key(message, language)
        if key in self._kept:
            mould = self._kept[key]
            return render(message) if mould is None else mould.filled(message)
        if key in self._seen:  # one of its sort was there before, so more will come
            _keep(self._kept, key, _made(message, long=key[2], render=render))
        else:
            _keep(self._seen, key, None)
        return render(message)

    def _key(self, message: Shape, language: str) -> Key:
        sender = message["sender"]
        rest = {name: value for name, value in message.items() if name not in _DIFFERENT}
        rest["sender"] = {name: value for name, value in sender.items() if name not in SENDERS}
        return (
            language,
            message["created_at"][:_MINUTE],
            self._is_long(message["body"]),
            sender["avatar_url"] is None,
            orjson.dumps(rest),
        )


def _keep(kept: OrderedDict[Key, Any], key: Key, value: Any) -> None:
    kept[key] = value
    if len(kept) > MOST:
        kept.popitem(last=False)


def _made(message: Shape, *, long: bool, render: Render) -> Mould | None:
    first, second = (_marked(message, *marks, long=long) for marks in (("Aa", "17.717"), ("Bbb", "59.929")))
    mould = Mould(first, render(first))
    return mould if mould.filled(second) == render(second) else None


def _marked(message: Shape, name: str, seconds: str, *, long: bool) -> Shape:
    """The message with values that stand out: they need escaping, and each marking has others, of another length."""

    def mark(slot: str) -> str:
        return f"{name}&<{slot}>'\"{name}"

    sender = {**message["sender"]}
    for slot in SENDERS:
        if sender[slot] is not None:
            sender[slot] = mark(f"sender.{slot}")
    return {
        **message,
        **{slot: mark(slot) for slot in OWN},
        "body": mark("body") + "\n" * 9_999 * long,
        "created_at": f"{message['created_at'][:_MINUTE]}:{seconds}Z",
        "sender": sender,
    }


def _value(message: Shape, slot: str) -> str:
    """What stands in the HTML for a slot."""
    if slot == "html_body":
        return str(message[slot])
    value = message["sender"][slot[7:]] if slot.startswith("sender.") else message[slot]
    return "" if value is None else html.escape(str(value))
