"""What a greeted socket may do: one fixed table, so that a client can never name a handler."""

from collections.abc import Callable
from functools import partial
from typing import Any

from chatify.lib import strain
from chatify.lib.errors import ChatifyError, Forbidden, NotFound, TooLarge, TooMany
from messaging.operations.inbox import Advance
from messaging.operations.log import Sent
from messaging.operations.rows import Busy
from messaging.operations.scheduled import Held
from messaging.queries.preferences import undo_in
from messaging.realtime import frames, protocol, resume
from messaging.realtime.limits import MOST_SYNC_WAIT, Patience, Window
from messaging.realtime.process import ServingProcess
from messaging.realtime.protocol import READERS, Close, Fields, InvalidCommand, Mark, Send, Sync, Typing
from messaging.realtime.sending import Posting
from messaging.realtime.sockets import Socket

RETRY_MS = 2000
# Sends of one socket that may be on their way at once: beyond it nothing is read from that client.
MOST_UNANSWERED = 64
LATER = "This could not be kept just now. Try again."
TOO_FAST = "You are doing this too often."


class Commands:
    """The commands of one socket. None of them waits for the database in the receive loop."""

    def __init__(self, process: ServingProcess, socket: Socket) -> None:
        self._process = process
        self._socket = socket
        self._patience = Patience()
        self._window = Window("socket.command")
        self._syncs: dict[str, Window] = {}
        self._syncing: set[tuple[str, int]] = set()
        self._unanswered = 0

    def hear(self, text: str) -> None:
        """Take one frame after the hello."""
        try:
            fields = protocol.parse(text)
        except protocol.BadFrame as error:
            self.nonsense(str(error), error.client_id)
            return
        kind = fields["type"]
        if kind == "hello":
            self._socket.close(Close.PROTOCOL)
        elif kind == "sync":
            self._read(fields, self._sync)
        elif kind not in HANDLERS:
            if self._allowed():
                self._say("unknown", "There is no such command.", client_id=protocol.given_client_id(fields))
        elif kind == "send":
            self._read(fields, self._send)
        elif self._allowed():
            self._read(fields, partial(HANDLERS[kind], self))

    def nonsense(self, detail: str, client_id: str | None = None) -> None:
        """A frame that is no command; the fifth ends the socket."""
        self._say("bad", detail, client_id=client_id)
        if self._patience.nonsense():
            self._socket.close(Close.PROTOCOL)

    def _read(self, fields: Fields, handler: Callable[[Any], None]) -> None:
        try:
            command = READERS[fields["type"]](fields)
        except InvalidCommand as error:
            if fields["type"] not in ("send", "sync") or self._allowed(client_id=error.client_id):
                self._say("invalid", error.detail, client_id=error.client_id)
            return
        handler(command)

    # Limits

    def _allowed(self, *, client_id: str | None = None) -> bool:
        wait = self._window.hit()
        if not wait:
            self._patience.allowed()
            return True
        self._refuse(wait, client_id=client_id)
        return False

    def _refuse(self, wait: float, *, client_id: str | None = None) -> None:
        self._say("rate", TOO_FAST, client_id=client_id, retry_ms=int(wait * 1000) + 1)
        if self._patience.refused():
            self._socket.close(Close.RATE)

    # Commands

    def _send(self, command: Send) -> None:
        if strain.sheds("send"):  # nobody's fault: this does not count against the socket
            retry_ms = int(strain.pause() * 1000)
            self._say("rate", strain.TOO_MUCH, client_id=str(command.client_id), retry_ms=retry_ms)
            return
        # Over the limit it goes on, marked: a send that was kept before is answered whatever the limit.
        undo = undo_in(self._socket.reach.sending)
        posting = Posting(self._socket.user, command, self._window.hit(), undo)
        self._unanswered += 1
        if self._unanswered == MOST_UNANSWERED:
            self._socket.writer.outlet.pause()
        self._process.sends.put(posting, partial(self._sent, command))

    def _sent(self, command: Send, outcome: Any) -> None:
        self._unanswered -= 1
        if self._unanswered == MOST_UNANSWERED // 2:
            self._socket.writer.outlet.resume()
        if isinstance(outcome, Sent | Held):
            if not outcome.duplicate:
                self._patience.allowed()
            self._socket.say(frames.ack(outcome))
        elif isinstance(outcome, TooMany) and not isinstance(outcome, Busy):
            self._refuse(outcome.retry_after, client_id=str(command.client_id))
        else:
            self._fail(outcome, client_id=str(command.client_id))

    def _mark(self, command: Mark) -> None:
        step = Advance(self._socket.id, command.conversation, command.kind, command.number)  # type: ignore[arg-type]
        self._process.marks.put(step, partial(self._marked, str(command.conversation)))

    def _marked(self, conversation: str, outcome: Any) -> None:
        if isinstance(outcome, Exception):
            self._fail(outcome, conversation=conversation)

    def _typing(self, command: Typing) -> None:
        self._process.typing(self._socket, str(command.conversation))

    def _sync(self, command: Sync) -> None:
        conversation = str(command.conversation)
        known = conversation if conversation in self._socket.sent else ""
        wait = self._syncs.setdefault(known, Window("socket.sync")).hit()
        if wait:
            retry_ms = int(min(wait, MOST_SYNC_WAIT) * 1000)
            self._say("rate", TOO_FAST, conversation=conversation, retry_ms=retry_ms)
        elif (conversation, command.since) not in self._syncing:
            self._syncing.add((conversation, command.since))
            task = self._socket.run(resume.sync(self._socket, command))
            task.add_done_callback(lambda _: self._syncing.discard((conversation, command.since)))

    # Answers

    def _fail(self, error: Exception, **about: str) -> None:
        if isinstance(error, ChatifyError) and not isinstance(error, Busy):
            self._say(_code(error), error.detail, **about)
            return
        retry_ms = int(error.retry_after * 1000) if isinstance(error, Busy) else RETRY_MS
        self._say("retry", LATER, **about, retry_ms=retry_ms)

    def _say(self, code: str, detail: str, **about: Any) -> None:
        self._socket.say(frames.error(code, detail, **about))


def _code(error: ChatifyError) -> str:
    codes = {NotFound: "not_found", Forbidden: "forbidden", TooLarge: "too_large", TooMany: "rate"}
    return next((code for kind, code in codes.items() if isinstance(error, kind)), "invalid")


HANDLERS: dict[str, Callable[..., None]] = {
    "send": Commands._send,
    "read": Commands._mark,
    "got": Commands._mark,
    "unread": Commands._mark,
    "typing": Commands._typing,
    "sync": Commands._sync,
}
