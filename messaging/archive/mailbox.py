"""A conversation as an mbox, made from the pages and files that lie in the folder already: other mail programs open it,
and so does an import."""

import base64
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from accounts.archive.folder import Folder
from accounts.archive.parts import Place
from accounts.models import User
from chatify.lib import mbox

PAGES = "conversations/*/messages-*.json"
BOUNDARY = "=_chatify_"
# Bytes of a file at a time: whole lines of 76 letters each.
PIECE = 57 * 4096
# Without it, long ids would be folded into what is none.
POLICY = policy.default.clone(max_line_length=998)
Shape = dict[str, Any]


def write(user: User, folder: Folder, place: Place) -> Place | None:
    """The next page of messages as mail. What was deleted is in none."""
    pages, index = folder.names(PAGES), place.get("page", 0)
    if index >= len(pages):
        return None
    home = PurePosixPath(pages[index]).parent
    facts = folder.read(str(home / "conversation.json"))
    name = PurePosixPath(pages[index]).name.removeprefix("messages-").removesuffix(".json")
    listed = {each["id"]: each["path"] for each in _files(folder, home, name)}
    with folder.open(str(home / f"messages-{name}.mbox")) as file:
        for message in folder.read(pages[index]):
            if not message["deleted"]:
                _write(file, _mail(user, facts, message), list(_enclosed(folder, home, message, listed)))
    return {"page": index + 1}


def _files(folder: Folder, home: PurePosixPath, name: str) -> list[Shape]:
    path = str(home / f"files-{name}.json")
    found: list[Shape] = folder.read(path) if folder.names(path) else []
    return found


def _enclosed(
    folder: Folder, home: PurePosixPath, message: Shape, listed: dict[str, str]
) -> Iterator[tuple[Shape, Path]]:
    """The files of a message that were there to copy."""
    for file in message["attachments"]:
        path = folder.path / home / listed.get(file["id"], "")
        if path.is_file():
            yield file, path


def _mail(user: User, facts: Shape, message: Shape) -> EmailMessage:
    host = urlsplit(settings.CHATIFY_ORIGINS[0]).hostname or "chatify.invalid"
    letter = message["letter"] or {}
    mail = EmailMessage(POLICY)
    mail["From"] = _from(user, message, host)
    for name in ("to", "cc"):
        said = letter[name] if letter else _members(facts, name, message, host)
        if line := [found for each in said if (found := _address(each["name"], each["address"]))]:
            mail[name.capitalize()] = line
    title, id = facts["title"], f"{message['id']}@{host}"
    mail["Subject"] = title if message["number"] == 1 else f"Re: {title}"
    mail["Date"] = format_datetime(datetime.fromisoformat(message["created_at"]).replace(microsecond=0))
    mail["Message-ID"] = f"<{letter.get('id') or id}>"
    mail["References"] = f"<{facts['id']}@{host}>"
    mail.set_content(message["body"])
    mail.add_alternative(message["html_body"], subtype="html")
    return mail


def _from(user: User, message: Shape, host: str) -> Address:
    """Who wrote it: of myself my own address, of others no more than their name here."""
    sender = message["sender"]
    if message["letter"] and (said := message["letter"]["sender"])["address"]:
        found = _address(said["name"], said["address"])
        if found:
            return found
    if sender["id"] == str(user.pk):
        return _address(sender["display_name"], user.email) or Address("unknown")
    return Address(_plain(sender["display_name"]), sender["username"], host)


def _members(facts: Shape, role: str, message: Shape, host: str) -> list[dict[str, str]]:
    wanted = (
        (role,) if any(each["mail_role"] for each in facts["members"]) else ("to" if role == "to" else "",)
    )
    others = [each for each in facts["members"] if each["id"] != message["sender"]["id"]]
    named = [each for each in others if (each["mail_role"] or "to").replace("from", "to") in wanted]
    return [{"name": each["display_name"], "address": f"{each['username']}@{host}"} for each in named[:100]]


def _address(name: str, address: str) -> Address | None:
    """None for what is no address: a header would be broken by it."""
    try:
        return Address(_plain(name), addr_spec=address) if address else None
    except (ValueError, IndexError):
        return Address(_plain(f"{name} {address}"), "unknown", "invalid")


def _plain(name: str) -> str:
    return " ".join(name.split())


def _write(file: IO[bytes], mail: EmailMessage, enclosed: list[tuple[Shape, Path]]) -> None:
    """One message with its files, of any size."""
    sender = mail["From"].addresses[0].addr_spec if mail["From"].addresses else ""
    file.write(mbox.began(sender, mail["Date"].datetime))
    if not enclosed:
        file.write(mbox.quoted(mail.as_bytes()) + b"\n")
        return
    boundary = f"{BOUNDARY}{mail['Message-ID'].strip('<>').encode().hex()[:40]}"
    mail.make_mixed(boundary)
    whole = mail.as_bytes()
    end = f"--{boundary}--".encode()
    file.write(mbox.quoted(whole[: whole.rindex(end)]))
    for about, path in enclosed:
        _enclose(file, boundary, about, path)
    file.write(end + b"\n\n")


def _enclose(file: IO[bytes], boundary: str, about: Shape, path: Path) -> None:
    head = (
        f"--{boundary}\nContent-Type: {about['type']}\nContent-Transfer-Encoding: base64\n"
        f"Content-Disposition: attachment; filename*=UTF-8''{quote(about['name'], safe='')}\n\n"
    )
    file.write(head.encode())
    with path.open("rb") as source:
        while piece := source.read(PIECE):
            file.write(base64.encodebytes(piece))
