"""Mail that comes back as mail: reading a delivery status notification (RFC 3464), and knowing our own letters in it.

Anybody may write to the address that our mail is from, so a report counts only where it shows the identity of a letter
that we wrote to that very address: the identity is signed, and nothing has to be remembered.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from chatify.lib import letters

SALT = "chatify.letter"
LONGEST = 2**21
MOST_RECIPIENTS = 50
GONE_FOR_GOOD = re.compile(r"5\.\d{1,3}\.\d{1,3}")
SMTP_CODE = re.compile(r"\b(5\d\d)(?!\.\d)[ -]*")
IDENTITY = re.compile(r"<([0-9a-f-]{36})\.([0-9a-f]{32})@[^<>@\s]+>")
NO_CODE = 550


@dataclass(frozen=True, slots=True)
class Failure:
    """What a mail server said of one address that it gave up."""

    addresses: tuple[str, ...]
    """The address that we wrote to, and where it was passed on to."""
    code: int
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """`letter` is the Message-ID of what came back, or empty where the report does not show it."""

    letter: str
    failures: tuple[Failure, ...]


def sign(id: str, to: Sequence[str]) -> str:
    """What stands before the @ of the Message-ID of a letter to these."""
    return f"{id}.{_mark(id, to[0] if to else '', settings.SECRET_KEY)}"


def is_ours(letter: str, address: str) -> bool:
    """Whether we wrote this letter, and to this address."""
    found = IDENTITY.fullmatch(letter.strip())
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return found is not None and any(
        constant_time_compare(found[2], _mark(found[1], address, key)) for key in keys
    )


def read(data: bytes) -> Report | None:
    """The report in a mail, or None where it is none. What it says of delays and successes is left out."""
    try:
        return _report(letters.parsed(data[:LONGEST]))
    except letters.Unreadable:
        return None


def _report(mail: Message) -> Report | None:
    if mail.get_content_type() != "multipart/report":
        return None
    parts = _parts(mail)
    told = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if not told:
        return None
    failures = tuple(failure for part in told for failure in _failures(part))
    return Report(_letter(parts), failures[:MOST_RECIPIENTS])


def _failures(status: Message) -> Iterator[Failure]:
    for block in _parts(status):
        said = _text(block, "Status").strip()
        if _text(block, "Action").strip().lower() == "failed" and GONE_FOR_GOOD.match(said):
            names = (_address(block, "Original-Recipient"), _address(block, "Final-Recipient"))
            yield Failure(tuple(filter(None, names)), *_diagnosis(block, said))


def _diagnosis(block: Message, status: str) -> tuple[int, str]:
    _, _, words = _text(block, "Diagnostic-Code").partition(";")
    words = " ".join(words.split())
    code = SMTP_CODE.match(words)
    return (int(code[1]), words[code.end() :]) if code else (NO_CODE, words or status)


def _address(block: Message, name: str) -> str:
    kind, _, address = _text(block, name).partition(";")
    return parseaddr(address.strip())[1].lower() if kind.strip().lower() in ("rfc822", "utf-8") else ""


def _letter(parts: Sequence[Message]) -> str:
    """The Message-ID of what came back, whole or as its headers alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            return next((_text(inner, "Message-ID").strip() for inner in _parts(part)), "")
        data = part.get_payload(decode=True) if part.get_content_type() == "text/rfc822-headers" else None
        if isinstance(data, bytes):
            return _text(letters.parsed(data), "Message-ID").strip()
    return ""


def _parts(message: Message) -> list[Message]:
    found = message.get_payload()
    return [part for part in found if isinstance(part, Message)] if isinstance(found, list) else []


def _text(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _mark(id: str, address: str, key: str) -> str:
    return salted_hmac(SALT, f"{id} {address.lower()}", secret=key, algorithm="sha256").hexdigest()[:32]
