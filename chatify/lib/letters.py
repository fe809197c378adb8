"""Mail as other programs wrote it, read into plain values. Nothing in it is believed, and nothing makes it fail: what
cannot be read as it is declared is read as well as it can be.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from chatify.lib import charsets

MOST_PARTS = 500
# Beyond these a mail is not read: what the parser makes of a part, or of a line, is many times what it is.
MOST_MADE = 2_000
MOST_LINES = 1_000_000
LONGEST_HEADER = 10_000
MOST_ADDRESSES = 200
MOST_REFERENCES = 20
LARGEST_HTML = 2**20
_ID = re.compile(r"<([^<>\s]{1,900})>")
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|sv|vs|antw?|tr|rv|odp)\s*(?:\[\d+\])?\s*:\s*)+", re.I)
_ENDINGS = {"text/plain": ".txt", "text/html": ".html", "message/rfc822": ".eml", "text/calendar": ".ics"}


class Unreadable(Exception):
    """What this is said to be it is not; the words say why."""


class _Cut(Compat32):
    """Headers are cut before anything reads them, the parser itself included: all readers take the square of their
    length. What a letter answers is named at the end."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[-LONGEST_HEADER:] if name.lower() == "references" else value[:LONGEST_HEADER]


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody in a line of addresses."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a letter."""

    name: str
    type: str
    data: bytes


@dataclass(slots=True)
class Letter:
    """One mail. `id` names it for ever: its Message-ID, or what its bytes are where it has none."""

    id: str
    references: list[str]
    subject: str
    at: datetime | None
    sender: Address
    to: list[Address]
    cc: list[Address]
    text: str | None = None
    html: str | None = None
    files: list[Enclosed] = field(default_factory=list)


def read(data: bytes) -> Letter:
    """Raises Unreadable for what has neither headers nor a text, and for what has lines or parts without end."""
    try:
        return _read(data)
    except RecursionError:
        raise Unreadable("its parts are nested without end") from None


def parsed(data: bytes) -> Message:
    """Its parts, for who reads something else in them than a letter. Raises Unreadable as `read`."""
    try:
        return _parsed(data)
    except RecursionError:
        raise Unreadable("its parts are nested without end") from None


def topic(subject: str) -> str:
    """A subject without what answers and forwards put before it."""
    return _PREFIX.sub("", subject).strip()


def _read(data: bytes) -> Letter:
    mail = _parsed(data)
    if not mail.keys():
        raise Unreadable("it has no headers")
    letter = Letter(
        id=next(iter(_ids(mail, "Message-ID")), "") or f"sha256:{hashlib.sha256(data).hexdigest()}",
        references=[*_ids(mail, "References"), *_ids(mail, "In-Reply-To")[:1]][-MOST_REFERENCES:],
        subject=" ".join(_header(mail, "Subject").split()),
        at=_date(mail),
        sender=next(iter(_addresses(mail, "From") or _addresses(mail, "Sender")), Address("", "")),
        to=_addresses(mail, "To"),
        cc=_addresses(mail, "Cc"),
    )
    for part in _leaves(mail):
        _add(letter, part)
    return letter


def _parsed(data: bytes) -> Message:
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > MOST_LINES:
        raise Unreadable("it has more lines than any mail")
    made, cut = 0, _Cut()

    def counted(policy: Compat32 = cut) -> Message:
        nonlocal made
        made += 1
        if made > MOST_MADE:
            raise Unreadable("it has more parts than any mail")
        return Message(policy)

    return message_from_bytes(data, counted, policy=cut)


def _leaves(mail: Message) -> list[Message]:
    """The parts that hold something; a message inside of a message is one of them."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(_inside(part))
        else:
            found.append(part)
    return found


def _inside(part: Message) -> list[Message]:
    """The parts of a part. One without is not asked for its payload: that decodes it by whatever codec it names."""
    inner = part.get_payload() if part.is_multipart() else []
    return [each for each in inner if isinstance(each, Message)]


def _add(letter: Letter, part: Message) -> None:
    """A part is the text, or a file."""
    kind, name = part.get_content_type(), _name(part)
    if kind.startswith("multipart/"):  # it only says that it has parts
        kind = "text/plain"
    shown = part.get_content_disposition() != "attachment" and not name
    if kind == "text/html" and shown and letter.html is None:
        letter.html = _text(part)[:LARGEST_HTML]
    elif kind == "text/plain" and shown:
        said = _text(part)
        letter.text = said if letter.text is None else f"{letter.text}\n\n{said}"
    elif data := _bytes(part):
        number = len(letter.files) + 1
        ending = _ENDINGS.get(kind, "")
        letter.files.append(Enclosed(name or f"part-{number}{ending}", kind, data))


def _name(part: Message) -> str:
    given = _param(part, "filename", "content-disposition") or _param(part, "name")
    return _decoded(given).strip()


def _param(part: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header; nothing, where it cannot be read."""
    try:
        given = part.get_param(name, "", header)
        if isinstance(given, tuple):
            given = (charsets.usable(given[0] or ""), given[1], given[2])
        return collapse_rfc2231_value(given)
    except (LookupError, ValueError):
        return ""


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        return b"\n".join(each.as_bytes() for each in _inside(part))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    return _as_text(_bytes(part), _param(part, "charset"))


def _as_text(data: bytes, charset: str) -> str:
    """In its declared charset where that works, else as what mail without one mostly is."""
    for name in (charsets.usable(charset.strip().strip("\"'")), charsets.DEFAULT):
        try:
            return data.decode(name)
        except ValueError:
            continue
    return data.decode("cp1252", "replace")


def _header(mail: Message, name: str) -> str:
    found = mail.get(name)
    return "" if found is None else _decoded(str(found))


def _decoded(value: str) -> str:
    """A header with its encoded words read. Bytes that came without any are taken for UTF-8."""
    try:
        parts = decode_header(value[:LONGEST_HEADER])
    except (HeaderParseError, ValueError):
        return value
    text, before = "", False
    for part, charset in parts:
        said = _as_text(part, charset or "") if isinstance(part, bytes) else part
        encoded = charset is not None
        apart = text and encoded != before and not text[-1:].isspace() and not said[:1].isspace()
        text, before = f"{text} {said}" if apart else text + said, encoded
    return text


def _ids(mail: Message, name: str) -> list[str]:
    return [each for found in mail.get_all(name, []) for each in _ID.findall(str(found))]


def _addresses(mail: Message, name: str) -> list[Address]:
    """Parsed before the names are decoded: a comma in a name is not the end of an address."""
    line = ", ".join(str(found) for found in mail.get_all(name, []))
    try:
        pairs = getaddresses([line[:LONGEST_HEADER]])
    except (IndexError, ValueError, RecursionError):
        pairs = []
    found = [Address(_decoded(said).strip(), address.strip()) for said, address in pairs[:MOST_ADDRESSES]]
    return [each for each in found if each.name or each.address]


def _date(mail: Message) -> datetime | None:
    """When it was written, else when it was last handed on."""
    lines = [
        *mail.get_all("Date", [])[:1],
        *(str(each).rpartition(";")[2] for each in mail.get_all("Received", [])),
    ]
    for line in lines[:20]:
        try:
            found = parsedate_to_datetime(str(line).strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
    return None
