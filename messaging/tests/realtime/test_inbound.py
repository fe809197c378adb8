"""A byte stream is cut into the same frames however it arrives, and what is no plain text goes to the judge."""

import random

import pytest
from websockets.frames import Frame, Opcode

from messaging.realtime.inbound import Frames


def masked(text: str | bytes, *, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return Frame(opcode, data, fin=fin).serialize(mask=True)


def texts(frames: Frames) -> list[str | None]:
    return [text.decode() if text is not None else None for text, _ in frames.whole()]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
def test_a_text_of_any_length_is_read_here(size: int) -> None:
    frames = Frames(65_536)
    frames.feed(masked("x" * size))
    assert [len(text or b"") for text, _ in frames.whole()] == [size]


@pytest.mark.parametrize("seed", range(20))
def test_the_pieces_in_which_it_arrives_do_not_matter(seed: int) -> None:
    chance = random.Random(seed)
    said = ["x" * chance.choice([0, 3, 125, 126, 400, 70_000]) + str(place) for place in range(30)]
    stream, heard = b"".join(map(masked, said)), []
    frames = Frames(100_000)
    while stream:
        size = chance.choice([1, 2, 5, 50, 3000, 200_000])
        frames.feed(stream[:size])
        stream = stream[size:]
        heard += texts(frames)
    assert heard == said


def test_who_stops_in_the_middle_gets_the_rest_next_time() -> None:
    frames = Frames(100)
    third = masked("three")
    frames.feed(masked("one") + masked("two") + third[:4])
    assert next(frames.whole()) == (b"one", None)
    frames.feed(third[4:])
    assert texts(frames) == ["two", "three"]


@pytest.mark.parametrize(
    "frame",
    [
        masked(b"\x00", opcode=Opcode.BINARY),
        masked(b"hi", opcode=Opcode.PING),
        masked(b"", opcode=Opcode.CLOSE),
        masked("part", fin=False),
        b"\xc1" + masked("compressed")[1:],
    ],
    ids=["binary", "ping", "close", "part", "compressed"],
)
def test_anything_else_is_given_as_it_stands(frame: bytes) -> None:
    frames = Frames(100)
    frames.feed(frame + masked("after"))
    assert list(frames.whole()) == [(None, frame), (b"after", None)]


def test_while_a_message_comes_in_parts_every_frame_is_given_as_it_stands() -> None:
    frames = Frames(100)
    frames.in_parts = True
    frame = masked("whole")
    frames.feed(frame)
    assert list(frames.whole()) == [(None, frame)]


@pytest.mark.parametrize(
    "start", [b"\x81\x05hel", b"\x81\xfe\xff\xff", b"\x81\xff" + (2**40).to_bytes(8, "big")]
)
def test_what_can_only_be_an_error_is_given_at_once(start: bytes) -> None:
    frames = Frames(1000)
    frames.feed(start)
    assert list(frames.whole()) == [(None, start)]


def test_many_small_frames_are_no_work_to_speak_of() -> None:
    frames = Frames(100)
    frames.feed(masked("") * 40_000)
    assert sum(1 for _ in frames.whole()) == 40_000
    frames.feed(b"")
    assert len(frames._bytes) == 0
