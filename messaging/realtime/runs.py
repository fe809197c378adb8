"""Consecutive events of one conversation as one piece of bytes: what a batch said there costs a socket one write."""

from collections.abc import Iterator, Sequence

from messaging.realtime.frames import Format, Packet

LARGEST_RUN = 32 * 1024


class Run:
    """Events `before + 1` … `last`, none of which changes who may read. Joined once per format and language."""

    __slots__ = ("_wires", "before", "conversation", "last", "packets")

    def __init__(self, packets: Sequence[Packet]) -> None:
        self.packets = packets
        self.conversation = packets[0].conversation
        self.before = packets[0].seq - 1
        self.last = packets[-1].seq
        self._wires: dict[tuple[str, str], bytes] = {}

    def wire(self, format: Format) -> bytes:
        """All their frames, ready for the wire."""
        wire = self._wires.get(format.key)
        if wire is None:
            wire = b"".join([packet.frame(format).wire for packet in self.packets])
            self._wires[format.key] = wire
        return wire


def cut(packets: Sequence[Packet]) -> Iterator[Run]:
    """The packets as runs of at most 32 KiB (or one event): what a reader that stops leaves with us stays small."""
    part: list[Packet] = []
    size = 0
    for packet in packets:
        own = len(packet.json or b"")
        if part and size + own > LARGEST_RUN:
            yield Run(part)
            part, size = [], 0
        part.append(packet)
        size += own
    if part:
        yield Run(part)
