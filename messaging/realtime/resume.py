"""Where a socket starts: `level`, `replay` or `reset` for what the client named, the head for the rest."""

from collections.abc import Mapping, Sequence

from chatify.lib import db
from chatify.lib.errors import NotFound
from messaging.queries.sync import Missing, SocketMembership
from messaging.realtime import frames
from messaging.realtime.frames import Frame, Packet
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Hello, Sync
from messaging.realtime.sockets import Home, Socket

MOST_REPLAYED = 500
MOST_PER_HELLO = 1000
MOST_TOGETHER = 100
NO_SUCH = "There is no such conversation."


async def begin(hub: Hub, socket: Socket, hello: Hello, *, epoch: str, heartbeat_ms: int) -> None:
    """Attach the socket to its conversations, say `ready`, and answer each named one."""
    hub.greet(socket)
    rows = await _attach(hub, socket)
    socket.say(frames.ready(epoch=epoch, user=socket.id, heartbeat_ms=heartbeat_ms))
    late = _answer(socket, hello, rows, same_epoch=hello.epoch in (None, epoch))
    socket.open = True
    socket.fill(socket.behind())
    if sum(gap.until - gap.since for gap in late) <= MOST_TOGETHER:
        await _replay_together(socket, late)
        return
    for gap in late:
        await _replay(socket, str(gap.conversation))


async def sync(socket: Socket, command: Sync) -> None:
    """Answer a client that found a hole."""
    conversation = str(command.conversation)
    if conversation not in socket.sent:
        await socket.hub.attach_missing(socket)
    if conversation not in socket.sent:
        socket.say(frames.error("not_found", NO_SUCH, conversation=conversation))
        return
    if conversation in socket.holds:
        await _read(socket, conversation, command.since)
        return
    socket.hold(conversation)
    if await _read(socket, conversation, command.since):
        _go_on(socket, conversation)


async def _attach(hub: Hub, socket: Socket) -> dict[str, SocketMembership]:
    rows = await hub.reliably(hub.store.memberships, socket.id)
    for row in rows:
        hub.attach(socket, row)
    return {str(row.conversation): row for row in rows}


def _answer(
    socket: Socket, hello: Hello, rows: Mapping[str, SocketMembership], *, same_epoch: bool
) -> list[Missing]:
    """Answer what needs no look at the log; returns what is to be replayed."""
    late: list[Missing] = []
    budget = MOST_PER_HELLO
    for conversation, cursor in hello.cursors.items():
        if conversation not in socket.sent or conversation not in rows:
            socket.say(frames.error("not_found", NO_SUCH, conversation=conversation))
            continue
        head = rows[conversation].head
        since = _raise(socket, conversation, cursor, rows[conversation].visible_from_seq - 1)
        if not same_epoch or since > head or head - since > min(MOST_REPLAYED, budget):
            _reset(socket, conversation, head)
        elif since == head:
            socket.say(frames.level(conversation, head))
            socket.raise_to(conversation, head)
        else:
            budget -= head - since
            socket.sent[conversation] = since
            socket.hold(conversation)
            late.append(Missing(rows[conversation].conversation, since, head))
    return late


def _raise(socket: Socket, conversation: str, cursor: int, floor: int) -> int:
    """A position below what this person may read is raised, and the client told, or it would see a hole."""
    if cursor >= floor:
        return cursor
    socket.say(frames.reset(conversation, floor))
    return floor


async def _replay_together(socket: Socket, gaps: Sequence[Missing]) -> None:
    """A few events of each, as after a cut. Nothing beyond the head at which the row found a member here: what
    follows comes by way of the hub."""
    found = await _gather(socket.hub, gaps)
    for gap, packets in zip(gaps, found, strict=True):
        conversation = str(gap.conversation)
        await socket.writer.room()
        if packets and socket.open and socket.sent.get(conversation) == gap.since:
            _say_replay(socket, conversation, packets, _frame(socket, gap, packets))
        if conversation in socket.holds:  # else it was shown out
            _go_on(socket, conversation)


async def _gather(hub: Home, gaps: Sequence[Missing]) -> list[Sequence[Packet]]:
    """What was delivered here lately, and for the rest one question to the log."""
    found = {gap: _kept(hub, gap) for gap in gaps}
    if None in found.values():
        async with hub.replays:
            # Whoever waited for others here may find that they missed the same.
            found |= {gap: _kept(hub, gap) for gap, packets in found.items() if packets is None}
            lacking = [gap for gap, packets in found.items() if packets is None]
            read = await hub.reliably(hub.store.missed, lacking) if lacking else {}
        for gap in lacking:
            found[gap] = [Packet.of(event) for event in read[str(gap.conversation)]]
            hub.recent.prime(found[gap] or [])
    return [found[gap] or [] for gap in gaps]


def _kept(hub: Home, gap: Missing) -> Sequence[Packet] | None:
    return hub.recent.between(str(gap.conversation), gap.since, gap.until)


def _frame(socket: Socket, gap: Missing, packets: Sequence[Packet]) -> Frame:
    conversation = str(gap.conversation)
    shared = socket.hub.recent.replay(conversation, gap.since, gap.until, socket.format)
    if shared is not None:
        return shared
    return frames.replay(conversation, packets, gap.until, socket.format, reader=socket.user_id)


async def _replay(socket: Socket, conversation: str) -> None:
    since = socket.sent.get(conversation)
    if since is not None and await _read(socket, conversation, since, once=True):
        _go_on(socket, conversation)


def _go_on(socket: Socket, conversation: str) -> None:
    """Live again; what a replay left out for its size follows as events."""
    socket.release(conversation)
    if conversation in socket.behind():
        socket.fill([conversation])


async def _read(socket: Socket, conversation: str, since: int, *, once: bool = False) -> bool:
    """Read and say what follows `since`; whether the conversation may go on live (else something else sees to it).

    With `once`, only if nothing else has taken the socket further meanwhile.
    """
    hub = socket.hub
    try:
        found = await hub.reliably(hub.store.since, socket.user, conversation, since)
    except NotFound:
        return _gone(socket, conversation)
    if conversation not in socket.sent:
        return False
    if found.state == "reset" or found.head - since > MOST_REPLAYED:
        return _reset(socket, conversation, found.head)
    if found.state == "level":
        socket.say(frames.level(conversation, found.head))
        socket.raise_to(conversation, found.head)
        return True
    # Rendering hundreds of events would hold up every other socket of the process.
    packets = [Packet.of(event) for event in found.events]
    frame = await db.in_thread(
        db.READS,
        frames.replay,
        conversation,
        packets,
        found.head,
        socket.format,
        reader=socket.user_id,
    )
    await socket.writer.room()
    if conversation not in socket.sent or not socket.open:
        return False
    start = found.events[0]["seq"] - 1
    if once and socket.sent[conversation] != start:
        return True
    _raise(socket, conversation, since, start)
    return _say_replay(socket, conversation, packets, frame)


def _say_replay(socket: Socket, conversation: str, packets: Sequence[Packet], frame: Frame) -> bool:
    socket.writer.push(frame, paced=True)
    socket.raise_to(conversation, packets[-1].seq)
    if any(packet.removes(socket.user_id) for packet in packets):
        socket.hub.detach(socket, conversation)
        return False
    return True


def _reset(socket: Socket, conversation: str, head: int) -> bool:
    socket.say(frames.reset(conversation, head))
    socket.raise_to(conversation, head)
    return True


def _gone(socket: Socket, conversation: str) -> bool:
    """No member any more. When the hub knows of the removal, the socket still gets that event."""
    if conversation in socket.leaving:
        socket.fill([conversation])
    else:
        socket.say(frames.error("not_found", NO_SUCH, conversation=conversation))
        socket.hub.detach(socket, conversation)
    return False
