"""What a client does with each frame of the server."""

import time
from typing import TYPE_CHECKING, Any

from tests.load import contract
from tests.load.cursor import Cursor, Event
from tests.load.door import Refused, in_pool

if TYPE_CHECKING:
    from tests.load.client import Client

Frame = dict[str, Any]


class Handlers:
    """One method per frame type; frames without one (typing, presence, notify …) are only noted."""

    def handle(self: "Client", frame: Frame) -> None:
        """Dispatch one frame of the server."""
        handler = getattr(self, f"on_{frame['type']}", None)
        if handler is not None:
            handler(frame)
        else:
            self.journal.write("frame", type=frame["type"], conv=frame.get("conversation"))

    def on_ready(self: "Client", frame: Frame) -> None:
        if self.epoch is not None and self.epoch != frame["epoch"]:
            self.journal.write("epoch", old=self.epoch, new=frame["epoch"])
        self.epoch = frame["epoch"]
        self._was_ready = True
        self.journal.write("ready", socket=self.socket_number, user=frame["user"])
        self.ready.set()
        self._flush()

    def on_ack(self: "Client", frame: Frame) -> None:
        kept = {key: frame[key] for key in ("conversation", "id", "seq", "number", "duplicate")}
        self.journal.write("ack", client_id=frame["client_id"], **kept)
        self.acks[frame["client_id"]] = frame
        entry = self.outbox.settle(frame["client_id"])
        if entry is not None and not entry.done.done():
            entry.done.set_result(frame)
        self._flush()

    def on_error(self: "Client", frame: Frame) -> None:
        self.errors.append(frame)
        self.journal.write(
            "error", code=frame["code"], id=frame.get("client_id"), detail=frame["detail"][:200]
        )
        client_id = frame.get("client_id")
        if client_id is None:
            return
        if frame["code"] in contract.FINAL_REFUSALS:
            self._give_up(frame)
        else:
            patience = frame.get("retry_ms")
            self.outbox.postpone(client_id, patience / 1000 if patience is not None else None)

    def _give_up(self: "Client", frame: Frame) -> None:
        entry = self.outbox.settle(frame["client_id"])
        self.journal.write("refused", id=frame["client_id"], code=frame["code"])
        if entry is not None and not entry.done.done():
            entry.done.set_result(frame)

    def on_event(self: "Client", frame: Frame) -> None:
        self._take(frame, "live")

    def on_replay(self: "Client", frame: Frame) -> None:
        cursor = self._cursor(frame["conversation"])
        cursor.asked_at = None
        for event in frame["events"]:
            self._take(event, "replay")
        self._compare(frame["conversation"], frame["head"])

    def on_level(self: "Client", frame: Frame) -> None:
        cursor = self._cursor(frame["conversation"])
        cursor.asked_at = None
        if cursor.seq is None:
            cursor.jump(frame["head"])
            self.journal.write("start", conv=frame["conversation"], head=frame["head"])
        self._compare(frame["conversation"], frame["head"])

    def on_reset(self: "Client", frame: Frame) -> None:
        self.journal.write("reset", conv=frame["conversation"], head=frame["head"], socket=self.socket_number)
        self.start_over(frame["conversation"])

    def on_heartbeat(self: "Client", frame: Frame) -> None:
        for conversation, head in frame["heads"].items():
            self._compare(conversation, head)

    def on_bye(self: "Client", frame: Frame) -> None:
        self.bye_after_ms = frame["after_ms"]
        self.journal.write("bye", after_ms=frame["after_ms"])

    def chase(self: "Client", now: float) -> None:
        """Ask for what has been missing for half a second."""
        for conversation, cursor in self.cursors.items():
            missing = cursor.behind_since is not None and now - cursor.behind_since > contract.BEHIND_S
            if missing and not cursor.resetting and (cursor.asked_at is None or now - cursor.asked_at > 5):
                cursor.asked_at = now
                self.journal.write("sync", conv=conversation, since=cursor.seq, socket=self.socket_number)
                self.say("sync", conversation=conversation, since=cursor.seq)

    def start_over(self: "Client", conversation: str) -> None:
        """Load the conversation afresh: position first, then go on from it."""
        cursor = self._cursor(conversation)
        if not cursor.resetting:
            cursor.resetting = True
            self.in_background(self._reload(conversation, cursor))

    async def _reload(self: "Client", conversation: str, cursor: Cursor) -> None:
        while cursor.resetting and not self.stopped:
            try:
                shown = await in_pool(self.api.snapshot, conversation)
            except (OSError, Refused) as error:
                self.journal.write("snapshot_failed", conv=conversation, why=str(error)[:200])
                await self._pause(1.0)
                continue
            head = shown["conversation"]["head"]
            kept = shown if self.observer else None
            self.journal.write("snapshot", conv=conversation, head=head, shown=kept, reset=True)
            self._apply(cursor.jump(head), "held")
            self.say("sync", conversation=conversation, since=cursor.seq)

    def _cursor(self: "Client", conversation: str) -> Cursor:
        return self.cursors.setdefault(conversation, Cursor(None))

    def _take(self: "Client", event: Event, source: str) -> None:
        self.journal.write(
            "raw", conv=event["conversation"], seq=event["seq"], socket=self.socket_number, by=source
        )
        cursor = self._cursor(event["conversation"])
        self._apply(cursor.offer(event), source)
        if cursor.gap and cursor.behind_since is None:
            cursor.behind_since = time.monotonic()
            self.journal.write("gap", conv=event["conversation"], cursor=cursor.seq, seq=event["seq"])
        elif not cursor.gap:
            cursor.behind_since = None

    def _apply(self: "Client", events: list[Event], source: str) -> None:
        for event in events:
            self._note(event, source)
            if self.heard is not None:
                self.heard(self, event, time.monotonic())
            if event["event"] == "member.left" and event["data"]["user"]["id"] == self.account.id:
                del self.cursors[event["conversation"]]

    def _note(self: "Client", event: Event, source: str) -> None:
        data = event["data"] or {}
        told = {"data": data, "actor": event["actor"]} if self.observer else {}
        self.journal.write(
            "event",
            conv=event["conversation"],
            seq=event["seq"],
            event=event["event"],
            digest=event["digest"],
            id=data.get("client_id"),
            number=data.get("number"),
            by=source,
            **told,
        )

    def _compare(self: "Client", conversation: str, head: int) -> None:
        cursor = self.cursors.get(conversation)
        if cursor is None:
            return
        if cursor.seq is not None and cursor.seq < head:
            cursor.behind_since = cursor.behind_since or time.monotonic()
        elif not cursor.gap:
            cursor.behind_since = None
