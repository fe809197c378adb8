"""What staff do with reports. Every act is written down with its actor, its time and its reason."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts import mail
from accounts.models import User
from chatify.lib import db, text
from chatify.lib.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.models import Report, ReportAct
from messaging.models.report import OUTCOME_LENGTH, REASON_LENGTH
from messaging.operations import notices

Act = ReportAct.Act
State = Report.State
CHANGE = "messaging.change_report"
OUTCOME_MAIL = "messaging/reports/email/outcome"


def record_reading(actor: User, *, report: UUID) -> None:
    """Staff opened a report, which shows what people wrote to each other."""
    with db.atomic():
        _write(actor, [_pending_or_closed(report)], Act.READ, "Opened it.")


def assign(actor: User, *, report: UUID, assignee: User | None, reason: str = "") -> Report:
    """Have somebody of staff look at it, or nobody. Raises Invalid for who may not, Conflict for a closed one."""
    _require(actor)
    if assignee and not _may(assignee):
        raise Invalid.field("assignee", "Choose somebody of staff who may handle reports.")
    with db.atomic():
        row = _pending(report)
        row.assignee, row.assigned_at = assignee, timezone.now() if assignee else None
        row.state = State.ASSIGNED if assignee else State.OPEN
        row.save(update_fields=["assignee", "assigned_at", "state"])
        row.merged.update(assignee=assignee, assigned_at=row.assigned_at, state=row.state)
        act, said = (Act.ASSIGNED, f"To {assignee.username}.") if assignee else (Act.RELEASED, "To nobody.")
        _write(actor, [row], act, reason or said)
    return row


def merge(actor: User, *, reports: Sequence[UUID], reason: str = "") -> Report:
    """Make one of several open reports about the same person: the oldest leads, the others follow its fate.

    Raises Invalid for fewer than two and for reports about different people, Conflict for a closed one.
    """
    _require(actor)
    with db.atomic():
        rows = sorted((_pending(id) for id in sorted(set(reports), key=str)), key=lambda row: row.created_at)
        if len(rows) < 2:
            raise Invalid.field("reports", "Choose at least two reports.")
        if len({row.person_id for row in rows}) > 1:
            raise Invalid.field("reports", "Only reports about the same person become one.")
        lead, *others = rows
        followers = [*others, *(each for row in others for each in row.merged.all())]
        Report.objects.filter(pk__in=[row.pk for row in followers]).update(
            merged_into=lead, assignee=lead.assignee, assigned_at=lead.assigned_at, state=lead.state
        )
        _write(actor, others, Act.MERGED, reason or f"About the same as {lead.id}.")
    return lead


def resolve(actor: User, *, report: UUID, outcome: str, reason: str = "") -> Report:
    """Close it as acted upon, and tell who reported. Raises Invalid about `outcome`, Conflict for a closed one."""
    return _close(actor, report, State.RESOLVED, Act.RESOLVED, outcome, reason)


def dismiss(actor: User, *, report: UUID, outcome: str, reason: str = "") -> Report:
    """Close it without action, and tell who reported. Raises Invalid about `outcome`, Conflict for a closed one."""
    return _close(actor, report, State.DISMISSED, Act.DISMISSED, outcome, reason)


def _close(actor: User, report: UUID, state: str, act: str, outcome: str, reason: str) -> Report:
    _require(actor)
    told = text.clean_paragraphs(outcome, field="outcome", maximum=OUTCOME_LENGTH)
    if not told:
        raise Invalid.field("outcome", "Say what those are told who reported.")
    with db.atomic():
        lead = _pending(report)
        rows = [lead, *lead.merged.select_related("reporter")]
        for row in rows:
            row.state, row.outcome, row.closed_at, row.open_key = state, told, timezone.now(), None
            row.assignee = row.assignee or actor
            row.save(update_fields=["state", "outcome", "closed_at", "open_key", "assignee"])
            _tell(row)
        _write(actor, rows, act, reason or told[:REASON_LENGTH])
    return lead


def _tell(row: Report) -> None:
    """The mail names nobody: a mailbox may have other readers."""
    if row.reporter and row.reporter.is_active:
        notices.tell(row.reporter.pk, event="report", key=f"report:{row.pk}")
        told = {"report": row, "url": f"{settings.CHATIFY_ORIGINS[0]}/settings/reports/"}
        mail.tell(OUTCOME_MAIL, row.reporter.email, told)


def _require(actor: User) -> None:
    if not _may(actor):
        raise Forbidden("Only staff who may handle reports can do this.")


def _may(user: User) -> bool:
    return user.is_active and user.is_staff and user.has_perm(CHANGE)


def _pending(report: UUID) -> Report:
    row = _pending_or_closed(report)
    if not row.pending:
        raise Conflict("This report is closed already.")
    if row.merged_into_id:
        raise Conflict("This report follows another one: handle that.")
    return row


def _pending_or_closed(report: UUID) -> Report:
    rows = Report.objects.select_for_update(of=("self",)).select_related("reporter", "assignee")
    row = rows.filter(pk=report).first()
    if row is None:
        raise NotFound("There is no such report.")
    return row


def _write(actor: User, rows: Sequence[Report], act: str, reason: str) -> None:
    said = text.clean_line(" ".join(reason.split()), field="reason", maximum=REASON_LENGTH)
    for row in rows:
        ReportAct.objects.create(report=row, actor=actor, act=act, reason=said)
