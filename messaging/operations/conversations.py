"""Starting conversations. Starting is idempotent: the pair of people, or (creator, client_id)."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from chatify.lib import db, ids, text
from chatify.lib.errors import ChatifyError, Conflict, Invalid, NotFound
from messaging import kinds
from messaging.models import Conversation, Membership
from messaging.operations import blocks, claims, groups, log, messages, requests

SUBJECT_LENGTH = 200
Role = Membership.Role
MailRole = Membership.MailRole
Part = tuple[User, str, str]
"""Somebody with their role and their place on the letter."""


def start_direct(actor: User, *, other: User, at: datetime | None = None) -> Conversation:
    """Find the chat of two people, or start it: two people starting at once get the same one."""
    if other.id == actor.id:
        raise Invalid.field("members", "Choose somebody else: this is you.")
    if not other.is_active:
        raise NotFound("There is no such person.")
    key = ":".join(sorted((str(actor.id), str(other.id))))
    if existing := Conversation.objects.filter(direct_key=key).first():
        return existing
    try:
        with db.atomic():
            row = _create(kinds.DIRECT, actor, at=at, direct_key=key)
            _enrol(row, actor, [(actor, Role.MEMBER, MailRole.NONE), (other, Role.MEMBER, MailRole.NONE)])
    except IntegrityError:
        return Conversation.objects.get(direct_key=key)
    return row


def start_group(
    actor: User, *, title: str, members: Sequence[User], client_id: UUID | str, at: datetime | None = None
) -> Conversation:
    """Start a group that the actor owns. Raises Invalid for an empty title or too many people."""
    name = groups.clean_title(title)
    others = _unique(members, without=actor)
    _check_size(kinds.GROUP, 1 + len(others))
    roles = [(actor, Role.OWNER, MailRole.NONE), *((person, Role.MEMBER, MailRole.NONE) for person in others)]

    def fill(row: Conversation) -> None:
        requests.require_addable(actor, others)
        _enrol(row, actor, roles)
        with log.open_ledger(row.id) as ledger:
            groups.set_title(ledger, actor, name, created=True, at=at)

    return start_once(kinds.GROUP, actor, client_id, fill, at=at)


def start_mail(
    actor: User,
    *,
    subject: str,
    to: Sequence[User],
    cc: Sequence[User] = (),
    bcc: Sequence[User] = (),
    body: str,
    client_id: UUID | str,
    attachments: Sequence[UUID | str] = (),
    at: datetime | None = None,
) -> Conversation:
    """Start a mail thread with its first message, whose client_id is the conversation's own. Each person in `bcc` gets
    a conversation of their own with the actor, and is in nothing else."""
    wish = envelope(actor, subject=subject, to=to, cc=cc, bcc=bcc)
    placeholder = ids.uuid7()
    draft = messages.prepare(
        actor,
        conversation=placeholder,
        body=body,
        client_id=client_id,
        attachments=attachments,
        sent_at=at,
        first=True,
    )

    def fill(row: Conversation) -> None:
        deliver(row, actor, wish, draft, roles=[(actor, Role.OWNER, MailRole.FROM), *wish.roles])

    return start_once(kinds.MAIL, actor, client_id, fill, at=at, id=placeholder)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on a letter: its subject, and whom it goes to, each once."""

    subject: str
    to: Sequence[User]
    cc: Sequence[User]
    bcc: Sequence[User]

    @property
    def roles(self) -> list[Part]:
        """Who becomes a member by it."""
        to: list[Part] = [(person, Role.MEMBER, MailRole.TO) for person in self.to]
        return [*to, *((person, Role.MEMBER, MailRole.CC) for person in self.cc)]


def envelope(
    actor: User, *, subject: str, to: Sequence[User], cc: Sequence[User], bcc: Sequence[User]
) -> Envelope:
    """Raises Invalid for a letter without a subject, to nobody or to too many, NotFound for somebody who is not here
    any more."""
    name = text.clean_line(subject, field="subject", maximum=SUBJECT_LENGTH)
    recipients = _unique(to, without=actor)
    copies = [person for person in _unique(cc, without=actor) if person not in recipients]
    unseen = [person for person in _unique(bcc, without=actor) if person not in (*recipients, *copies)]
    if not recipients:
        raise Invalid.field("to", "Choose at least one person to write to.")
    _check_size(kinds.MAIL, 1 + len(recipients) + len(copies) + len(unseen))
    return Envelope(name, recipients, copies, unseen)


def deliver(
    row: Conversation, actor: User, wish: Envelope, draft: log.Draft, *, roles: Sequence[Part]
) -> None:
    """The first letter enters its thread, in the transaction of the caller: these people become members with it, and
    each person of `bcc` has it alone."""
    _write_first(row, actor, roles, wish.subject, draft)
    for person in wish.bcc:
        _copy(row, actor, person, wish.subject, draft)


def _write_first(row: Conversation, actor: User, roles: Sequence[Part], name: str, draft: log.Draft) -> None:
    _enrol(row, actor, roles)
    with log.open_ledger(row.id) as ledger:
        groups.set_title(ledger, actor, name, created=True, at=draft.sent_at)
        ledger.bump_membership()
    (outcome,) = log.append([draft])
    if isinstance(outcome, ChatifyError):
        raise outcome


def _copy(original: Conversation, actor: User, person: User, name: str, draft: log.Draft) -> None:
    """The same letter to one person alone. It is out of the actor's way until it is answered."""
    key = uuid5(original.id, str(person.pk))
    row = _create(kinds.MAIL, actor, at=draft.sent_at, client_id=key, copy_of=original)
    files = claims.copies(draft, owner=actor, key=key)
    roles = [(actor, Role.OWNER, MailRole.FROM), (person, Role.MEMBER, MailRole.BCC)]
    _write_first(
        row,
        actor,
        roles,
        name,
        replace(
            draft, conversation=row.pk, client_id=key, salt=secrets.token_hex(16), attachments=files, files=()
        ),
    )
    mine = Membership.objects.filter(conversation=row, user=actor)
    mine.update(done_at=timezone.now(), done_number=1)


def open_imported(owner: User, *, subject: str, at: datetime) -> Conversation:
    """A mail thread that came from elsewhere: its owner alone is in it. Anything may be its subject."""
    row = _create(kinds.MAIL, owner, at=at, imported=True)
    _enrol(row, owner, [(owner, Role.OWNER, MailRole.NONE)])
    with log.open_ledger(row.id, announce=False) as ledger:
        groups.set_title(ledger, owner, subject, created=True, at=at)
    return row


def started(actor: User, client_id: str) -> bool:
    """Whether the actor began something under this id already."""
    key = ids.read(client_id)
    return key is not None and Conversation.objects.filter(created_by=actor, client_id=key).exists()


def start_once(
    kind: kinds.Kind, actor: User, client_id: UUID | str, fill: Any, *, at: datetime | None, **fields: Any
) -> Conversation:
    """Create the row and fill it, or return what this creator started under this id before. Raises Conflict for a first
    letter that was taken back."""
    key = ids.parse(client_id, field="client_id")
    if existing := Conversation.objects.filter(created_by=actor, client_id=key).first():
        return _same(actor, existing, kind)
    try:
        with db.atomic():
            row = _create(kind, actor, at=at, client_id=key, **fields)
            fill(row)
    except IntegrityError:
        return _same(actor, Conversation.objects.get(created_by=actor, client_id=key), kind)
    row.refresh_from_db()
    return row


def _same(actor: User, row: Conversation, kind: kinds.Kind) -> Conversation:
    if row.traits is not kind:
        raise Invalid.field("client_id", "This client_id already started another conversation.")
    if kind.has_subject and not row.head and not row.memberships.filter(user=actor).exists():
        raise Conflict("This letter was taken back.")
    return row


def _create(kind: kinds.Kind, actor: User, *, at: datetime | None, **fields: Any) -> Conversation:
    moment = at or timezone.now()
    row = Conversation.objects.create(
        kind=kind.name, created_by=actor, created_at=moment, last_activity_at=moment, **fields
    )
    row.started_now = True
    return row


def _enrol(row: Conversation, actor: User, roles: Sequence[Part]) -> None:
    people = [user for user, _, _ in roles]
    asked = requests.first_states(row.traits, actor, people)
    Membership.objects.bulk_create(
        Membership(
            conversation=row,
            user=user,
            role=role,
            mail_role=mail_role,
            joined_at=row.created_at,
            request=asked.get(user.id, Membership.Request.NONE),
            asked_by=actor if user.id in asked else None,
        )
        for user, role, mail_role in roles
    )
    blocks.introduce(row, people)


def _unique(people: Iterable[User], *, without: User) -> list[User]:
    unique = {person.id: person for person in people if person.id != without.id}
    if any(not person.is_active for person in unique.values()):
        raise NotFound("There is no such person.")
    return list(unique.values())


def _check_size(kind: kinds.Kind, size: int) -> None:
    if size > kind.maximum_members:
        raise Invalid.field("members", f"Too many people: at most {kind.maximum_members:,}.")
