"""Events that this process delivered lately: who was away for a moment is caught up without a look at the log."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from itertools import islice

from messaging.events import JOINED, LEFT, PINNED, REACTED, ROLE, SENT, UPDATED
from messaging.realtime import frames
from messaging.realtime.frames import Format, Frame, Packet

MOST_BYTES = 16 * 1024 * 1024
MOST_OF_ONE = 512 * 1024
EVENT_BYTES = 4096
# Everything else may change what an earlier event shows: a text that was deleted is not told again.
HARMLESS = frozenset((SENT, REACTED, PINNED, UPDATED, JOINED, LEFT, ROLE))


class Track:
    """The end of one conversation's log, without a hole."""

    __slots__ = ("_frames", "packets", "size")

    def __init__(self) -> None:
        self.packets: deque[Packet] = deque()
        self.size = 0
        self._frames: dict[tuple[int, int, tuple[str, str]], Frame] = {}

    @property
    def last(self) -> int:
        return self.packets[-1].seq if self.packets else 0

    def add(self, packet: Packet) -> None:
        """The next event; the oldest make room."""
        self._forget_frames()
        self.packets.append(packet)
        self.size += weight(packet)
        while self.size > MOST_OF_ONE and len(self.packets) > 1:
            self.size -= weight(self.packets.popleft())

    def clear(self) -> None:
        self._forget_frames()
        self.packets.clear()
        self.size = 0

    def between(self, since: int, until: int) -> list[Packet] | None:
        """The events after `since` up to `until`; None when not all of them are here."""
        if not self.packets or since + 1 < self.packets[0].seq or until > self.last or since >= until:
            return None
        skipped = since + 1 - self.packets[0].seq
        return list(islice(self.packets, skipped, skipped + until - since))

    def replay(self, since: int, until: int, format: Format) -> Frame | None:
        """The frame of a replay, made once for all who are at the same place."""
        key = (since, until, format.key)
        if key not in self._frames and (packets := self.between(since, until)):
            frame = frames.replay(packets[0].conversation, packets, until, format)
            self._frames[key] = frame
            self.size += len(frame.wire)
        return self._frames.get(key)

    def _forget_frames(self) -> None:
        if self._frames:
            self.size -= sum(len(frame.wire) for frame in self._frames.values())
            self._frames.clear()


class Recent:
    """Tracks by conversation, the least recently touched forgotten first. Bounded by an estimate of their memory."""

    def __init__(self) -> None:
        self._tracks: OrderedDict[str, Track] = OrderedDict()
        self._size = 0

    def follows(self, conversation: str) -> bool:
        """Whether the next event of this conversation is of use here, even with nobody listening."""
        return conversation in self._tracks

    def keep(self, packet: Packet) -> None:
        """Remember an event that was delivered. After a hole, or once an event changes earlier ones, only what
        follows is remembered."""
        track = self._tracks.get(packet.conversation)
        if track is not None and packet.seq <= track.last:
            return
        if packet.json is None or packet.only:  # what is here may be told to everybody
            self._drop(packet.conversation)
            return
        track = self._touch(packet.conversation)
        before = track.size
        if packet.seq != track.last + 1 or packet.kind not in HARMLESS:
            track.clear()
        track.add(packet)
        self._grow(track.size - before)

    def prime(self, packets: Iterable[Packet]) -> None:
        """Remember what was read from the log, oldest first and without a hole, unless more recent events are here."""
        read = list(packets)
        if not read or self._last(read[0].conversation) >= read[-1].seq:
            return
        if any(packet.only for packet in read):
            return
        track = self._touch(read[0].conversation)
        before = track.size
        track.clear()
        for packet in read:
            track.add(packet)
        self._grow(track.size - before)

    def between(self, conversation: str, since: int, until: int) -> list[Packet] | None:
        """The events after `since` up to `until`, oldest first; None when the log must be asked."""
        track = self._tracks.get(conversation)
        return track.between(since, until) if track else None

    def replay(self, conversation: str, since: int, until: int, format: Format) -> Frame | None:
        """The same as a frame that is shared by all who ask for it; None when the log must be asked."""
        track = self._tracks.get(conversation)
        if track is None:
            return None
        before = track.size
        frame = track.replay(since, until, format)
        self._grow(track.size - before)
        return frame

    def _last(self, conversation: str) -> int:
        track = self._tracks.get(conversation)
        return track.last if track else 0

    def _touch(self, conversation: str) -> Track:
        track = self._tracks.setdefault(conversation, Track())
        self._tracks.move_to_end(conversation)
        return track

    def _drop(self, conversation: str) -> None:
        track = self._tracks.pop(conversation, None)
        self._size -= track.size if track else 0

    def _grow(self, by: int) -> None:
        self._size += by
        while self._size > MOST_BYTES and len(self._tracks) > 1:
            self._drop(next(iter(self._tracks)))


def weight(packet: Packet) -> int:
    """About how many bytes an event takes with its frames."""
    return EVENT_BYTES + 5 * len(packet.json or b"")
