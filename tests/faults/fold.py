"""P1: a snapshot taken early, with the events received since, is the snapshot taken late."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chatify.lib.markup import snippet
from tests.faults.verdict import Verdict
from tests.load.journal import Log, Record

Shown = dict[str, Any]
VIEWERS_OWN = frozenset({"starred", "mine", "presence", "duplicate", "draft", "my", "blocked"})


@dataclass
class State:
    """A conversation as somebody sees it: messages by number, members by id, its title."""

    head: int
    messages: dict[int, Shown]
    members: dict[str, str]
    title: str

    @classmethod
    def of(cls, shown: Shown) -> "State":
        """From `{"conversation": …, "messages": […]}` in the API's shapes."""
        conversation = shown["conversation"]
        return cls(
            conversation["head"],
            # Position first, then rows: what is newer than the position comes again as an event.
            {
                message["number"]: for_all(message)
                for message in shown["messages"]
                if message["seq"] <= conversation["head"]
            },
            {member["person"]["id"]: member["role"] for member in members_of(conversation)},
            conversation["title"],
        )

    def apply(self, event: Shown) -> None:
        """Fold one event in. An unknown type is an error: the fold would silently miss a change."""
        CHANGES[event["event"]](self, event["data"] or {})
        self.head = event["seq"]


def members_of(conversation: Shown) -> list[Shown]:
    """The first page of members, as a list."""
    members = conversation["members"]
    return members["items"] if isinstance(members, dict) else members


def for_all(value: Any) -> Any:
    """A shape without what depends on who looks."""
    if isinstance(value, dict):
        return {key: for_all(item) for key, item in value.items() if key not in VIEWERS_OWN}
    return [for_all(item) for item in value] if isinstance(value, list) else value


def _message(state: State, data: Shown) -> None:
    state.messages[data["number"]] = for_all(data)


def _reacted(state: State, data: Shown) -> None:
    """Beside the message as it is now, the event says which reaction came or went."""
    _message(state, {key: value for key, value in data.items() if key != "reaction"})


def _changed(state: State, data: Shown) -> None:
    """Also what answers quote of it."""
    _message(state, data)
    for message in state.messages.values():
        quote = message["quote"]
        if quote and quote["id"] == data["id"]:
            message["quote"] = {**quote, "deleted": data["deleted"], "snippet": snippet(data["body"])}


def _joined(state: State, data: Shown) -> None:
    state.members[data["user"]["id"]] = data.get("role", "member")


def _left(state: State, data: Shown) -> None:
    state.members.pop(data["user"]["id"], None)


def _title(state: State, data: Shown) -> None:
    state.title = data.get("title", state.title)


CHANGES: dict[str, Callable[[State, Shown], None]] = {
    "message.sent": _message,
    "message.edited": _changed,
    "message.deleted": _changed,
    "message.reacted": _reacted,
    "message.pinned": _message,
    "message.updated": _message,
    "member.joined": _joined,
    "member.role": _joined,
    "member.left": _left,
    "conversation.changed": _title,
}


def check(logs: list[Log], verdict: Verdict) -> int:
    """Compare every snapshot of every observer with the one before it. How many pairs there were."""
    pairs = 0
    for log in logs:
        snapshots = [record for record in log.of("snapshot") if record.fields.get("shown")]
        for conversation in {record.fields["conv"] for record in snapshots}:
            taken = [record for record in snapshots if record.fields["conv"] == conversation]
            for early, late in pairwise(taken):
                # After a reset the snapshot stands in for the events: there is nothing to fold up to it.
                if not late.fields.get("reset"):
                    compare(log, early, late, verdict)
                    pairs += 1
    return pairs


def compare(log: Log, early: Record, late: Record, verdict: Verdict) -> None:
    """Fold what lies between two snapshots, by seq, and count the differences."""
    state, wanted = State.of(early.fields["shown"]), State.of(late.fields["shown"])
    events = {
        record.fields["seq"]: record.fields
        for record in log.of("event")
        if record.fields["conv"] == early.fields["conv"]
    }
    for seq in range(state.head + 1, wanted.head + 1):
        if seq in events:
            state.apply(events[seq])
        else:
            verdict.count("lost", f"{log.client}: {early.fields['conv']} {seq} lies between two snapshots")
    _differences(log.client, early.fields["conv"], state, wanted, verdict)


def _differences(client: str, conversation: str, state: State, wanted: State, verdict: Verdict) -> None:
    where = f"{client}: {conversation}"
    for number in wanted.messages.keys() - state.messages.keys():
        verdict.count("lost", f"{where}: message {number} is in the later snapshot only")
    for number in state.messages.keys() - wanted.messages.keys():
        verdict.count("dup", f"{where}: message {number} is not in the later snapshot")
    for number in state.messages.keys() & wanted.messages.keys():
        if state.messages[number] != wanted.messages[number]:
            changed = {
                key: (state.messages[number].get(key), wanted.messages[number].get(key))
                for key in state.messages[number].keys() | wanted.messages[number].keys()
                if state.messages[number].get(key) != wanted.messages[number].get(key)
            }
            verdict.count("reorder", f"{where}: message {number} differs: {changed}")
    if state.members != wanted.members:
        verdict.count("reorder", f"{where}: members {state.members} but shown {wanted.members}")
    if state.title != wanted.title:
        verdict.count("reorder", f"{where}: title {state.title!r} but shown {wanted.title!r}")
