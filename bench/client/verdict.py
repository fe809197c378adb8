"""What became of the sends of one run: what was lost, doubled or out of order, and how late the rest was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.report import spread


@dataclass(frozen=True)
class Heard:
    """What one socket heard of one room: indexes and times, in the order of their coming."""

    indexes: Sequence[int]
    times: Sequence[float]


@dataclass(frozen=True)
class Verdict:
    """Deliveries that are missing, that came twice, and that came behind one they precede at the first socket."""

    lost: int
    dup: int
    reorder: int


def judge(rooms: Mapping[str, Sequence[Heard]], sent: Mapping[str, Sequence[int]]) -> Verdict:
    """Compare what every socket of a room heard with what was sent there, and with what the first one heard."""
    lost = dup = reorder = 0
    for room, heard in rooms.items():
        wanted = set(sent.get(room, ()))
        places = {index: place for place, index in enumerate(heard[0].indexes)} if heard else {}
        for one in heard:
            known = set(one.indexes)
            lost += len(wanted - known)
            dup += len(one.indexes) - len(known)
            order = [places[index] for index in one.indexes if index in places]
            reorder += sum(later < earlier for earlier, later in zip(order, order[1:], strict=False))
    return Verdict(lost, dup, reorder)


def lateness(heard: Sequence[Heard], intended: Mapping[int, float]) -> list[float]:
    """Seconds from the intended moment of a send to each of its deliveries."""
    return [
        at - intended[index]
        for one in heard
        for index, at in zip(one.indexes, one.times, strict=True)
        if index in intended
    ]


def figures(
    acks: Mapping[int, float],
    intended: Mapping[int, float],
    rooms: Mapping[str, Sequence[Heard]],
    sent: Mapping[str, Sequence[int]],
) -> dict[str, object]:
    """The run in numbers: `ack` and `delivery` in ms, `lost`, `dup`, `reorder`, `unacked`."""
    verdict = judge(rooms, sent)
    late = lateness([one for heard in rooms.values() for one in heard], intended)
    return {
        "sent": len(intended),
        "unacked": len(intended.keys() - acks.keys()),
        "ack": spread([at - intended[index] for index, at in acks.items() if index in intended]),
        "deliveries": len(late),
        "delivery": spread(late),
        "lost": verdict.lost,
        "dup": verdict.dup,
        "reorder": verdict.reorder,
    }
