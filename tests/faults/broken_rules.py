"""The product with one rule broken on purpose: runs against it show that the verdict, or a named check, turns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import OperationalError, transaction
from django.db.models import F

from accounts import mail, queries
from chatify.jobs import operations as jobs
from chatify.jobs.models import Job
from chatify.lib import db, ratelimit, strain
from messaging.models import Conversation
from messaging.operations import inbox, log, settle
from messaging.queries import counts
from messaging.realtime import frames, groups, handshake, publish, resume, sessions, writer
from messaging.realtime.conversation_state import Room
from messaging.realtime.frames import Packet
from messaging.realtime.hub import Hub
from messaging.realtime.outlet import DirectOutlet
from messaging.realtime.process import ServingProcess
from messaging.realtime.receipts import Receipts
from messaging.realtime.store import DatabaseStore
from messaging.realtime.transport import SocketProtocol
from tests.faults.seams import Patch, happens


def _ack_without_commit(original: Any, share: float) -> Any:
    """R1: acknowledged, and then the transaction does not happen."""

    def append(drafts: Sequence[Any], **options: Any) -> Any:
        with db.atomic():
            outcomes = original(drafts, **options)
            if happens(share):
                transaction.set_rollback(True)
        return outcomes

    return append


def _counter_apart(original: Any, share: float) -> Any:
    """R2: places are taken in a transaction of their own, which the send's failure does not give back."""

    def append(drafts: Sequence[Any], **options: Any) -> Any:
        if happens(share):
            rows = Conversation.objects.filter(id__in={draft.conversation for draft in drafts})
            rows.update(head=F("head") + 1, message_count=F("message_count") + 1)
            raise OperationalError("sabotage: failed after the places were taken")
        return original(drafts, **options)

    return append


def _every_send_new(original: Any, _: float) -> Any:
    """R3: the client's id is not looked at."""

    def append(drafts: Sequence[Any], **options: Any) -> Any:
        outcomes = original([replace(draft, client_id=uuid4()) for draft in drafts], **options)
        pairs = zip(drafts, outcomes, strict=True)
        return [
            outcome if isinstance(outcome, Exception) else outcome._replace(client_id=draft.client_id)
            for draft, outcome in pairs
        ]

    return append


def _whatever_comes(_: Any, share: float) -> Any:
    """R7: events go out as they come, though some of them were lost."""

    def hear(self: Hub, packets: Any) -> None:
        for packet in packets:
            room = self.rooms.get(packet.conversation)
            if room is None or happens(share):
                continue
            room.last = packet.seq
            for socket in tuple(room.sockets):
                socket.sent[packet.conversation] = packet.seq
                socket.say(packet.frame(socket.format))

    return hear


def _without_its_oldest(original: Any, _: float) -> Any:
    """R8: a replay that leaves something out."""

    def replay(conversation: str, events: Any, *args: Any) -> Any:
        told = list(events)
        return original(conversation, told[1:] if len(told) > 1 else told, *args)

    return replay


def _any_epoch(original: Any, _: float) -> Any:
    """R9: positions of another lineage are believed."""

    def answer(socket: Any, hello: Any, rows: Any, **options: Any) -> Any:
        return original(socket, hello, rows, **{**options, "same_epoch": True})

    return answer


def _constant(value: Any) -> Any:
    return lambda original, amount: value


def _calls(answer: Any) -> Any:
    """A function that says the same whatever it is asked."""
    return lambda original, amount: lambda *args, **kwargs: answer


def _awaits(answer: Any) -> Any:
    def make(_: Any, __: float) -> Any:
        async def say(*_: Any, **__: Any) -> Any:
            return answer

        return say

    return make


def _reads_back(_: Any, __: float) -> Any:
    """R21: what one tab says it has read, another takes back."""

    def move(row: Any, kind: str, number: int) -> bool:
        row.read_number = row.delivered_number = number
        return True

    return move


def _hangs_up(_: Any, __: float) -> Any:
    """R24: the line ends without a word."""
    return lambda self: self.transport.close()


def _ends_late(original: Any, _: float) -> Any:
    """R13: work that was done stays due, as if a worker had died at its very end and nobody had noticed."""

    def finish(job: Job) -> None:
        if job.attempts:
            original(job)
        else:
            Job.objects.filter(pk=job.pk).update(attempts=1, claimed_until=None)

    return finish


def _waits_for_ever(original: Any, _: float) -> Any:
    """R15: a reader may take as long as it likes."""

    async def send(self: DirectOutlet, frame: Any) -> None:
        self._patience = UNBOUNDED
        await original(self, frame)

    return send


UNBOUNDED = 10**12

BROKEN: dict[str, list[Patch]] = {
    "R1": [Patch(log, "append", _ack_without_commit)],
    "R2": [Patch(log, "append", _counter_apart)],
    "R3": [Patch(log, "append", _every_send_new)],
    "R7": [Patch(Hub, "hear", _whatever_comes)],
    "R8": [Patch(frames, "replay", _without_its_oldest)],
    "R9": [Patch(resume, "_answer", _any_epoch)],
    "R10": [Patch(DatabaseStore, "heads", _awaits({}))],
    "R12": [Patch(publish, "batch", _calls(None)), Patch(settle, "unsettled", _calls(None))],
    # A mail has the same Message-ID whenever it is sent: that must be broken too for a second one to be seen.
    "R13": [Patch(jobs, "_finish", _ends_late), Patch(mail, "message_id", _calls("<>"))],
    "R14": [Patch(groups, "genuine", _calls(True))],
    "R15": [
        Patch(writer, "MOST_FRAMES", _constant(UNBOUNDED)),
        Patch(writer, "MOST_BYTES", _constant(UNBOUNDED)),
        Patch(DirectOutlet, "send", _waits_for_ever),
    ],
    "R16": [Patch(ratelimit, "limit_for", _calls(None))],
    "R17": [Patch(handshake, "refused", _calls(False))],
    "R18": [
        Patch(sessions.Sessions, "revoke", _awaits(None)),
        Patch(queries, "sessions_alive", _calls(frozenset())),
    ],
    "R19": [Patch(Packet, "removes", _calls(False)), Patch(Room, "_dismiss", _calls(None))],
    "R20": [Patch(sessions, "MOST_SOCKETS", _constant(UNBOUNDED))],
    "R21": [Patch(inbox, "_move", _reads_back)],
    # The property: what one wrote oneself, hid or does not want is not taken off when a count is made anew.
    "P5": [Patch(counts, "skip_after", _calls(0))],
    "R22": [Patch(Receipts, "_furthest", _calls((-1, -1)))],
    "R24": [Patch(ServingProcess, "farewell", _awaits(None)), Patch(SocketProtocol, "shutdown", _hangs_up)],
    "R25": [Patch(strain, "sheds", _calls(False))],
}
