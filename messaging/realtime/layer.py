"""The channel layer of the embedded default: there is one process, so there is nobody to tell."""

from channels.layers import InMemoryChannelLayer


class InProcessLayer(InMemoryChannelLayer):
    """Channels' own in-memory layer, marked as heard by nobody outside this process.

    The hub does not listen to it: a serving process hands its events to its own sockets directly, hopping to the
    server's loop (docs/decisions/0006-own-sockets-first.md). Its queues would not wake the loop from another thread.
    """

    shared = False
