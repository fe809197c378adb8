"""A client's byte stream cut into frames (RFC 6455, 5.2).

Nearly all of what clients say is one masked text in one frame. That is read here, in half the time of the general
parser, which still judges everything else; and whoever reads may stop between two frames.
"""

from collections.abc import Iterator

from websockets.frames import apply_mask

WHOLE_TEXT = 0x81
MASKED = 0x80


class Frames:
    """Feed it bytes; it gives whole frames back, in order.

    `whole()` yields (text payload, None) for a masked text in one frame, and (None, bytes of the frame) for any other
    one, and for all while `in_parts` is set: a message of several frames is under way. What can only be an error (an
    unmasked frame, one larger than `largest`) is given as it stands, unfinished.
    """

    in_parts = False

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._bytes = bytearray()
        self._at = 0

    def feed(self, data: bytes) -> None:
        del self._bytes[: self._at]
        self._at = 0
        self._bytes += data

    def whole(self) -> Iterator[tuple[bytes | None, bytes | None]]:
        """The frames so far. Whoever stops in the middle gets the rest next time."""
        data = self._bytes
        while (sizes := _sizes(data, self._at)) is not None:
            start, body, end = self._at, self._at + sizes[0], self._at + sum(sizes)
            if not data[start + 1] & MASKED or sizes[1] > self._largest:
                self._at = len(data)
                yield None, bytes(data[start:])
                return
            if len(data) < end:
                return
            self._at = end
            if data[start] == WHOLE_TEXT and not self.in_parts:
                yield apply_mask(data[body:end], data[body - 4 : body]), None
            else:
                yield None, bytes(data[start:end])


def _sizes(data: bytearray, start: int) -> tuple[int, int] | None:
    """The lengths of a frame's head, mask included, and of its payload; None when it cannot be told yet."""
    there = len(data) - start
    if there < 2:
        return None
    size = data[start + 1] & 0x7F
    if size < 126:
        return 6, size
    wide = 2 if size == 126 else 8
    if there < 2 + wide:
        return None
    return 6 + wide, int.from_bytes(data[start + 2 : start + 2 + wide], "big")
