"""What the tables alone must show: P2 places without holes, the chain, one row per client_id, P5 unread."""

import hashlib
import json
from collections import Counter

from tests.faults.tables import ConversationRow, EventRow, MemberRow, Tables
from tests.faults.verdict import Verdict


def check(tables: Tables, verdict: Verdict) -> None:
    """Every rule that needs no client."""
    for row in tables.values():
        check_places(row, verdict)
        check_chain(row, verdict)
        check_rows_once(row, verdict)
        for member in row.members.values():
            check_skip(row, member, verdict)


def check_places(row: ConversationRow, verdict: Verdict) -> None:
    """P2: seq is exactly floor+1…head, number floor+1…message_count, and every message has its event."""
    seqs = [event.seq for event in row.events]
    numbers = [message.number for message in row.messages]
    _compare_range(row.id, "seq", seqs, row.floor_seq, row.head, verdict)
    _compare_range(row.id, "number", numbers, row.floor_number, row.message_count, verdict)
    sent = {event.seq for event in row.events if event.type == "message.sent"}
    placed = [message.seq for message in row.messages]
    if sorted(placed) != placed:
        verdict.count("reorder", f"{row.id}: numbers and seqs of messages disagree about the order")
    for seq in sent ^ set(placed):
        verdict.count("gap", f"{row.id}: seq {seq} has an event or a message, not both")


def _compare_range(
    conversation: str, what: str, found: list[int], floor: int, last: int, verdict: Verdict
) -> None:
    missing = set(range(floor + 1, last + 1)) - set(found)
    beyond = [place for place in found if not floor < place <= last]
    doubled = len(found) - len(set(found))
    for figure, places in (("gap", sorted(missing)), ("gap", beyond)):
        if places:
            verdict.count(
                figure, f"{conversation}: {what} {places[:5]} not in {floor + 1}…{last}", len(places)
            )
    if doubled:
        verdict.count("dup", f"{conversation}: {doubled} rows share a {what}", doubled)


def check_chain(row: ConversationRow, verdict: Verdict) -> None:
    """Each digest follows from the one before it and from its own event; the head keeps the last."""
    previous = row.floor_digest
    for event in row.events:
        expected = hashlib.sha256(bytes.fromhex(previous) + canonical(row.id, event)).hexdigest()
        if event.digest != expected:
            verdict.count("reorder", f"{row.id}: the digest of seq {event.seq} does not follow")
            return
        previous = event.digest
    if row.events and row.head_digest != previous:
        verdict.count("reorder", f"{row.id}: the head keeps another digest than the last event")


def canonical(conversation: str, event: EventRow) -> bytes:
    """RFC 8785 bytes of an event as stored."""
    told = {
        "conversation": conversation,
        "seq": event.seq,
        "event": event.type,
        "actor": event.actor,
        "at": event.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{event.at.microsecond // 1000:03d}Z",
        "data": event.data,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_rows_once(row: ConversationRow, verdict: Verdict) -> None:
    """P4, its second half: one row per sender and client_id."""
    rows = Counter((message.sender, message.client_id) for message in row.messages)
    for (sender, client_id), times in rows.items():
        if times > 1:
            verdict.count("dup", f"{row.id}: {times} rows of {sender} under {client_id}", times - 1)


def unread_of(row: ConversationRow, member: MemberRow) -> int:
    """What counts as unread for a member, counted one by one."""
    return sum(
        message.number > member.read_number
        and message.sender != member.user
        and not (message.deleted or message.withheld or message.id in member.hidden)
        and message.sender not in member.blocked
        and message.seq >= member.visible_from_seq
        for message in row.messages
    )


def check_skip(row: ConversationRow, member: MemberRow, verdict: Verdict) -> None:
    """P5 in the tables: the derived figure equals the count."""
    if member.left_seq is not None:
        return
    derived = row.message_count - member.read_number - member.skip
    counted = unread_of(row, member)
    if derived != counted:
        verdict.count(
            "unread_diff",
            f"{row.id} {member.user}: {derived} kept, {counted} counted",
            abs(derived - counted),
        )
