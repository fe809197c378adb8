"""What follows each fact: the one table to read to know everything that happens after a message is sent."""

from chatify.lib import events
from messaging import settling
from messaging.events import LogAppended, ReadStateChanged
from messaging.realtime import publish


def connect() -> None:
    """Subscribe the table below. Called once, when the app is ready."""
    events.subscribe(LogAppended, tell_sockets)
    events.subscribe(ReadStateChanged, tell_readers)


def tell_sockets(fact: LogAppended) -> None:
    """Publish what was appended; what the layer took is settled, the rest is left to the relay."""
    if publish.batch(fact.rows):
        settling.soon(row.id for row in fact.rows)


def tell_readers(fact: ReadStateChanged) -> None:
    """Show the others how far somebody has read."""
    publish.receipts(fact.states)
