"""Mail: written at once, sent by a job; without a mail server it lands in a folder and on the console."""

import os
import re
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from accounts import returned
from accounts.operations import bounces
from chatify.jobs import operations as jobs
from chatify.lib.ids import uuid7

KIND = "mail.send"


def put_down(
    message: EmailMessage,
    *,
    deliver: bool = True,
    seconds: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Have a job send `message`, within `seconds` when given (a code is worthless afterwards), with more `headers`."""
    html = [content for content, kind in getattr(message, "alternatives", []) if kind == "text/html"]
    payload = {
        "id": str(uuid7()),
        "to": list(message.to) if deliver else [],
        "subject": message.subject,
        "text": message.body,
        "html": html[0] if html else "",
        "until": time.time() + seconds if seconds else None,
        "headers": dict(headers or {}),
    }
    jobs.add(kind=KIND, payload=payload)


def tell(template: str, address: str, context: dict[str, Any]) -> None:
    """Have a job send the mail of a template (`<template>_subject.txt`, `_message.txt`, `_message.html`)."""
    put_down(get_adapter().render_mail(template, address, context))


def deliver(payload: dict[str, Any]) -> None:
    """The work of a `mail.send` job. What the mail server refuses for good is noted and not tried again."""
    if not payload["to"] or (payload["until"] and time.time() > payload["until"]):
        return
    headers = {**payload.get("headers", {}), "Message-ID": message_id(payload)}
    message = EmailMultiAlternatives(payload["subject"], payload["text"], to=payload["to"], headers=headers)
    if payload["html"]:
        message.attach_alternative(payload["html"], "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        if not bounces.note(refused.recipients):
            raise
    else:
        bounces.arrived(payload["to"])


def message_id(payload: dict[str, Any]) -> str:
    """The same however often the job runs: a worker may die between sending and saying so. It is signed, so that we
    know the letter again when it comes back."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{returned.sign(payload.get('id') or str(uuid7()), payload['to'])}@{domain}>"


class OutboxBackend(BaseEmailBackend):
    """Each mail as a text file in the outbox folder, newest last by name, and on the console. The same Message-ID again
    is the same file.
    """

    _turn = threading.Lock()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            text = _readable(message)
            _keep(text, ",".join(message.to), message.extra_headers.get("Message-ID", ""))
            with self._turn:
                _show(text)
        return len(email_messages)


def _readable(message: EmailMessage) -> str:
    heads = {"Date": datetime.now(UTC).isoformat(timespec="seconds"), "From": message.from_email}
    heads |= {"To": ", ".join(message.to), "Subject": str(message.subject)}
    heads |= {name: value for name, value in message.extra_headers.items() if name != "Message-ID"}
    return "\n".join(f"{name}: {value}" for name, value in heads.items()) + f"\n\n{message.body}\n"


def _keep(text: str, to: str, identity: str) -> None:
    folder = Path(settings.OUTBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    mark = re.sub(r"[^0-9a-f-]+", "", identity.partition("@")[0]) or uuid7().hex
    name = f"{stamp}-{re.sub(r'[^a-z0-9.@_-]+', '-', to.lower())[:80]}-{mark}.txt"
    name = next((known.name for known in folder.glob(f"*-{mark}.txt")), name)
    draft = folder / f".{name}.{uuid7().hex}"
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.rename(folder / name)


def _show(text: str) -> None:
    line = "-" * 72
    with suppress(OSError, ValueError):  # nobody listens any more; the file is what counts
        print(f"{line}\n{text}{line}", file=sys.stdout, flush=True)
