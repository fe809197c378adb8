"""Mail from elsewhere becomes conversations of the one who brings it: theirs alone, read, by its own date.

A letter belongs where an earlier one is that it names, or that named it; else it begins a conversation. What was
brought before is known by its Message-ID for ever, so that the same mailbox again brings nothing.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.utils import timezone

from accounts import identity, relations
from accounts.models import User
from accounts.operations import people
from chatify.lib import db, events, markup, text
from chatify.lib.errors import ChatifyError
from chatify.lib.letters import Address, Letter, Unreadable, read, topic
from chatify.lib.mbox import LARGEST, Raw
from media.models import Upload
from media.operations import uploads
from media.policy import in_words
from messaging.events import MailBrought
from messaging.models import Attachment, Conversation, MailReference
from messaging.operations import conversations, log
from messaging.operations.conversations import SUBJECT_LENGTH
from messaging.queries import imports

IDS = UUID("6f5d0f5e-6d3b-5c8f-9d0e-3f6b8f1f2a57")
LONGEST = 200_000
NAME_LENGTH = 80
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
Known = dict[UUID, MailReference]


@dataclass(slots=True)
class Brought:
    """What became of some messages of a mailbox: each is in exactly one of the first three."""

    created: int = 0
    merged: int = 0
    skipped: int = 0
    threads: int = 0
    remarks: list[dict[str, str]] = field(default_factory=list)
    conversations: set[UUID] = field(default_factory=set)

    def skip(self, subject: str, reason: str) -> None:
        self.skipped += 1
        self.remark(subject, reason)

    def remark(self, subject: str, reason: str) -> None:
        self.remarks.append({"subject": text.clean_foreign_line(subject, maximum=100), "reason": reason})


@dataclass(slots=True)
class _Arriving:
    """A letter on its way in: where it is known by, what it carries, who wrote it."""

    letter: Letter
    key: UUID
    sender: User
    files: list[Upload] = field(default_factory=list)
    earlier: Sequence[UUID] = ()


def bring(
    owner: User,
    raws: Sequence[Raw],
    *,
    room: int | None = None,
    settle: Callable[[Brought], object] = lambda told: None,
) -> Brought:
    """Take in some messages in one transaction, in which `settle` puts down what became of them. Whatever is in one of
    them, the others are taken. Of a mailbox with `room` for so many more, those beyond are skipped."""
    told = Brought()
    taken = raws if room is None else raws[: max(room, 0)]
    letters = [letter for raw in taken if (letter := _read(raw, told))]
    told.skipped += len(raws) - len(taken)
    if room is not None and 0 <= room < len(raws):  # said once, where it begins
        told.remark("", "This and all behind it is more than one file may bring: put it into another one.")
    known = imports.known(owner, {_key(name) for each in letters for name in (each.id, *each.references)})
    writers = _writers(owner, letters)
    arriving: dict[UUID, _Arriving] = {}
    for letter in letters:
        key = _key(letter.id)
        if key in arriving or (key in known and known[key].held):
            told.merged += 1
            continue
        sender = writers[identity.fold_email(letter.sender.address)]
        arriving[key] = _Arriving(letter, key, sender, earlier=[_key(name) for name in letter.references])
    for each in arriving.values():
        each.files = _files(owner, each.letter, told)
    with db.atomic():
        _store(owner, list(arriving.values()), known, told)
        settle(told)
        events.emit(MailBrought(owner.pk, tuple(told.conversations)))
    return told


def _read(raw: Raw, told: Brought) -> Letter | None:
    if raw.data is None:
        told.skip("", f"It is larger than {in_words(LARGEST)}.")
        return None
    try:
        return read(raw.data)
    except Unreadable as error:
        told.skip(raw.data[:200].decode("utf-8", "replace"), f"This is no mail: {error}.")
        return None


def _key(name: str) -> UUID:
    return uuid5(IDS, name.encode("utf-8", "replace").decode())


def _writers(owner: User, letters: Sequence[Letter]) -> dict[str, User]:
    """Who wrote from which address: the owner and their contacts are known by a proven one, everybody else is not."""
    wanted = {identity.fold_email(letter.sender.address) for letter in letters}
    return dict.fromkeys(wanted, people.outside()) | relations.known_by_address(owner, wanted)


def _files(owner: User, letter: Letter, told: Brought) -> list[Upload]:
    found = []
    for file in letter.files:
        name = text.clean_foreign_line(file.name, maximum=150) or "file"
        try:
            found.append(uploads.bring(owner, name=name, type=file.type, data=file.data))
        except ChatifyError as error:
            told.remark(letter.subject, f"Without a file: {error.detail}")
    return found


def _store(owner: User, arriving: Sequence[_Arriving], known: Known, told: Brought) -> None:
    told_before = {row.pk for row in known.values()}
    drafts = [_draft(each, _place(owner, each, known, told)) for each in arriving]
    sent = log.bring(owner, drafts)
    for each, place in zip(arriving, sent, strict=True):
        known[each.key].message_id, known[each.key].held = place.id, True
    named_before = [known[each.key] for each in arriving if known[each.key].pk in told_before]
    MailReference.objects.bulk_update(named_before, ["message", "held"])
    MailReference.objects.bulk_create(row for row in known.values() if row.pk not in told_before)
    told.created += len(sent)
    told.conversations.update(place.conversation for place in sent)


def _place(owner: User, each: _Arriving, known: Known, told: Brought) -> UUID:
    """The conversation of a letter; from now on it is that of everything it names, too."""
    named = (each.key, *each.earlier)
    found = next((known[key].conversation_id for key in named if key in known), None)
    if found is None:
        found = _begin(owner, each).pk
        told.threads += 1
    for key in named:
        if key not in known:
            known[key] = MailReference(user=owner, key=key, conversation_id=found)
    return found


def _begin(owner: User, each: _Arriving) -> Conversation:
    subject = text.clean_foreign_line(topic(each.letter.subject), maximum=SUBJECT_LENGTH)
    return conversations.open_imported(owner, subject=subject, at=_when(each.letter))


def _draft(each: _Arriving, conversation: UUID) -> log.Draft:
    letter = each.letter
    body, html = _words(letter)
    return log.Draft(
        conversation=conversation,
        sender=each.sender,
        client_id=each.key,
        body=body,
        html=html,
        salt=secrets.token_hex(16),
        sent_at=_when(letter),
        files=[
            Attachment(upload=file, place=place, salt=secrets.token_hex(16))
            for place, file in enumerate(each.files)
        ],
        letter={
            "id": "" if letter.id.startswith("sha256:") else letter.id,
            "sender": _said(letter.sender),
            "to": [_said(one) for one in letter.to],
            "cc": [_said(one) for one in letter.cc],
        },
    )


def _words(letter: Letter) -> tuple[str, str]:
    """The text of a letter and what is shown of it: its own HTML, where it has some that says anything."""
    said = text.clean_foreign(letter.text or "", maximum=LONGEST)
    html = markup.letter(text.clean_foreign(letter.html, maximum=LONGEST)) if letter.html else ""
    words = markup.words_of(html) if html else ""
    if not words:
        return said, markup.plain(said) if said else ""
    return said or words, html


def _said(one: Address) -> dict[str, str]:
    return {
        "name": text.clean_foreign_line(one.name, maximum=NAME_LENGTH),
        "address": text.clean_foreign_line(one.address, maximum=identity.EMAIL_LENGTH),
    }


def _when(letter: Letter) -> datetime:
    """Its date; now, where it has none that can be true."""
    now = timezone.now()
    return letter.at if letter.at and EARLIEST <= letter.at <= now else now
