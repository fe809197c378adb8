"""What happened in a conversation besides messages, as one sentence each."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging import events

register = template.Library()
Shape = dict[str, Any]


@register.simple_tag
def note(event: Shape) -> SafeString:
    """The sentence of a public event, names and titles escaped and isolated; empty for what nobody is told."""
    write = _SENTENCES.get(event["event"])
    return write(event["data"]) if write else SafeString("")


def _name(person: Shape | None) -> SafeString:
    return format_html("<b><bdi>{}</bdi></b>", (person or {}).get("display_name") or "Somebody")


def _own(data: Shape) -> bool:
    actor, user = data.get("actor") or {}, data.get("user") or {}
    return actor.get("id") == user.get("id")


def _joined(data: Shape) -> SafeString:
    if _own(data):
        return format_html("{} joined{}", _name(data.get("user")), _WAYS.get(data.get("by", ""), ""))
    if data.get("by"):
        return format_html("{} let {} in", _name(data.get("actor")), _name(data.get("user")))
    return format_html("{} added {}", _name(data.get("actor")), _name(data.get("user")))


def _left(data: Shape) -> SafeString:
    if data.get("erased"):
        return SafeString("Somebody deleted their account and left")
    if _own(data):
        return format_html("{} left", _name(data.get("user")))
    return format_html("{} removed {}", _name(data.get("actor")), _name(data.get("user")))


def _role(data: Shape) -> SafeString:
    role = {"owner": "an owner", "admin": "an admin"}.get(str(data.get("role")), "a member")
    if data.get("actor") is None:
        return format_html("{} became {}", _name(data.get("user")), role)
    return format_html("{} made {} {}", _name(data.get("actor")), _name(data.get("user")), role)


def _changed(data: Shape) -> SafeString:
    if data.get("created"):
        return format_html("{} started this conversation", _name(data.get("actor")))
    if "rights" in data:
        return format_html("{} lets {}", _name(data.get("actor")), _allowed(data["rights"]))
    if "topic" in data:
        return _topic(data)
    if "picture" in data:
        done = "changed the picture" if data["picture"] else "took the picture away"
        return format_html("{} {}", _name(data.get("actor")), done)
    if "previews" in data:
        way = "on" if data["previews"] else "off"
        return format_html("{} switched previews of links {}", _name(data.get("actor")), way)
    return format_html(
        "{} changed the name to <b><bdi>{}</bdi></b>", _name(data.get("actor")), data.get("title", "")
    )


def _topic(data: Shape) -> SafeString:
    if not data["topic"]:
        return format_html("{} took the topic away", _name(data.get("actor")))
    return format_html(
        "{} changed the topic to <b><bdi>{}</bdi></b>", _name(data.get("actor")), data["topic"]
    )


def _allowed(rights: dict[str, str]) -> str:
    """“only admins post, and all members add people”."""
    said = [words.format(_WHO.get(rights[name], "")) for name, words in _RIGHTS.items() if name in rights]
    if history := rights.get("history"):
        said.append(f"new members read {_HISTORY.get(history, history)}")
    return ", and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


_WAYS = {"link": " by a link", "invitation": " by an invitation", "return": " again"}
_WHO = {"everyone": "all members", "admins": "only admins"}
_RIGHTS = {
    "post": "{} post",
    "add": "{} add people",
    "pin": "{} pin messages",
    "edit": "{} change name, topic and picture",
}
_HISTORY = {"all": "what was said before", "joining": "only what is said after they join"}
_SENTENCES = {
    events.JOINED: _joined,
    events.LEFT: _left,
    events.ROLE: _role,
    events.CHANGED: _changed,
}
