"""What the clients' logs must show beside the tables: P3, P4, P6, and that everybody ended level."""

from collections import defaultdict

from tests.faults import stored
from tests.faults.tables import ConversationRow, MemberRow, Tables
from tests.faults.verdict import Verdict
from tests.load.journal import Log, Record

Place = tuple[str, int]


def check(logs: list[Log], tables: Tables, verdict: Verdict) -> None:
    """Every rule about what clients sent, were promised and received."""
    check_acks(logs, tables, verdict)
    for log in logs:
        check_author_order(log, verdict)
        check_consecutive(log, verdict)
        check_received(log, tables, verdict)
        check_members_only(log, tables, verdict)
        check_shown(log, tables, verdict)


def check_acks(logs: list[Log], tables: Tables, verdict: Verdict) -> None:
    """P4: acked ⊆ stored, under the place, the id, the sender and the text that were promised; a text may have been
    changed or deleted since."""
    bodies = {record.fields["id"]: record.fields for log in logs for record in log.of("send")}
    verdict.sent = len(bodies)
    rows = {
        (log_id, message.client_id): message for log_id, row in tables.items() for message in row.messages
    }
    acked: dict[str, set[Place]] = defaultdict(set)
    for log in logs:
        for ack in log.of("ack"):
            acked[ack.fields["client_id"]].add((ack.fields["conversation"], ack.fields["seq"]))
            row = rows.get((ack.fields["conversation"], ack.fields["client_id"]))
            body = bodies.get(ack.fields["client_id"], {}).get("body")
            promised = (ack.fields["id"], ack.fields["seq"], ack.fields["number"], log.user)
            if (
                row is None
                or (row.id, row.seq, row.number, row.sender) != promised
                or not (body in (None, row.body) or row.edited or row.deleted)
            ):
                verdict.count("lost", f"{log.client}: acked {ack.fields} but stored {row}")
    verdict.acked = len(acked)
    for client_id, places in acked.items():
        if len(places) > 1:
            verdict.count("dup", f"{client_id} was acknowledged at {sorted(places)}", len(places) - 1)


def check_author_order(log: Log, verdict: Verdict) -> None:
    """What one client sent to one conversation, one after the other, stands there in that order."""
    acked = {record.fields["client_id"]: record.fields["seq"] for record in log.of("ack")}
    last: dict[str, int] = defaultdict(int)
    for record in log.of("send"):
        seq = acked.get(record.fields["id"])
        if seq is None or not record.fields["ordered"]:
            continue
        if seq < last[record.fields["conv"]]:
            verdict.count("reorder", f"{log.client}: {record.fields['id']} stands before what was sent first")
        last[record.fields["conv"]] = max(seq, last[record.fields["conv"]])


def check_consecutive(log: Log, verdict: Verdict) -> None:
    """P3: on one socket every conversation's seqs follow each other, from its cursor on.

    The answer to a `sync` may overlap what came before it. A `reset` goes on from the head that it names.
    """
    last: dict[str, int] = {}
    asked: set[str] = set()
    for record in log.records:
        if record.kind == "hello":
            last, asked = dict(record.fields["cursors"]), set()
        elif record.kind == "sync":
            asked.add(record.fields["conv"])
        elif record.kind == "reset":
            last[record.fields["conv"]] = record.fields["head"]
        elif record.kind == "raw":
            _follow(log, record, last, asked, verdict)


def _follow(log: Log, record: Record, last: dict[str, int], asked: set[str], verdict: Verdict) -> None:
    conversation, seq = record.fields["conv"], record.fields["seq"]
    before = last.get(conversation)
    # The answer to a sync may overlap what came live; a hole in front of it is still a hole.
    overlap = conversation in asked and before is not None and seq <= before
    if before is None or seq == before + 1:
        last[conversation] = seq
    elif seq > before:
        verdict.count("gap", f"{log.client}: {conversation} went from {before} to {seq}", seq - before - 1)
        last[conversation] = seq
    elif not overlap:
        verdict.count(
            "dup" if seq == before else "reorder", f"{log.client}: {conversation} {before} then {seq}"
        )


def check_received(log: Log, tables: Tables, verdict: Verdict) -> None:
    """Everything from where the client began to the head was applied once, in order, as the tables hold it."""
    position: dict[str, int] = {}
    began: set[str] = set()
    for record in log.of("start", "snapshot", "event"):
        conversation = record.fields["conv"]
        if record.kind == "event":
            _apply(log, record, position, tables, verdict)
        else:
            position[conversation] = max(position.get(conversation, 0), record.fields["head"])
        began.add(conversation)
    if not any(True for _ in log.of("shown")):
        return
    for conversation in began:
        row = tables.get(conversation)
        end = _last_for(row, log.user)
        missing = end - position.get(conversation, 0)
        if missing > 0:
            verdict.count("lost", f"{log.client}: {conversation} ended {missing} before {end}", missing)


def _apply(log: Log, record: Record, position: dict[str, int], tables: Tables, verdict: Verdict) -> None:
    conversation, seq = record.fields["conv"], record.fields["seq"]
    before = position.get(conversation, seq - 1)
    if seq <= before:
        verdict.count("dup", f"{log.client}: {conversation} {seq} applied after {before}")
    elif seq > before + 1:
        verdict.count("gap", f"{log.client}: {conversation} {seq} applied after {before}", seq - before - 1)
    position[conversation] = max(seq, before)
    row = tables.get(conversation)
    places = {} if row is None else row.digests
    if places.get(seq) != record.fields["digest"]:
        verdict.count("reorder", f"{log.client}: {conversation} {seq} is not what the log holds there")


def _last_for(row: ConversationRow | None, user: str) -> int:
    if row is None or user not in row.members:
        return 0
    left = row.members[user].left_seq
    return row.head if left is None else left


def check_members_only(log: Log, tables: Tables, verdict: Verdict) -> None:
    """P6: nothing beyond the removal, nothing below the place a newcomer reads from, nothing of others."""
    for record in log.of("raw"):
        conversation, seq = record.fields["conv"], record.fields["seq"]
        member = tables[conversation].members.get(log.user) if conversation in tables else None
        if not _may_see(member, seq):
            verdict.count("leak", f"{log.client}: {conversation} {seq} reached {member}")


def _may_see(member: MemberRow | None, seq: int) -> bool:
    if member is None or seq < member.visible_from_seq:
        return False
    return member.left_seq is None or seq <= member.left_seq


def check_shown(log: Log, tables: Tables, verdict: Verdict) -> None:
    """P5 at the door: the unread figure shown last equals the count."""
    shown = {record.fields["conv"]: record.fields["unread"] for record in log.of("shown")}
    for conversation, unread in shown.items():
        row = tables[conversation]
        member = row.members.get(log.user)
        if member is None or member.left_seq is not None:
            verdict.count("leak", f"{log.client} is shown {conversation} without being a member")
            continue
        counted = stored.unread_of(row, member)
        if counted != unread:
            verdict.count(
                "unread_diff",
                f"{log.client}: {conversation} shows {unread}, counted {counted}",
                abs(counted - unread),
            )
