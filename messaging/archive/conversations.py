"""All conversations I am in, each as pages and as JSON: read as the page and the API read them, piece by piece.

A piece is up to a thousand messages of one conversation, so that memory stays small whatever there is. The order is
that of my memberships, which no new message changes.
"""

import json
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.archive.folder import Folder
from accounts.archive.parts import Place
from accounts.models import User
from chatify.lib.digest import stamp
from chatify.lib.errors import NotFound
from messaging import presenters
from messaging.archive import chain, files
from messaging.models import Conversation, Event, Message
from messaging.queries import access, history, inbox, members, timeline
from messaging.queries.inbox import InboxRow
from messaging.queries.people import people_of

PIECE = 1_000
AT_A_TIME = 100
MOST_NOTES = 1_000
FOLDER = "conversations"
Shape = dict[str, Any]


def size(user: User) -> int:
    return inbox.messages_of(user) + 1


def write(user: User, folder: Folder, place: Place) -> Place | None:
    """The next piece of the conversation that `place` names by its membership, else the first of the next one."""
    row = _at(user, folder, place)
    if row is None:
        _index(folder)
        return None
    number = place.get("number", 0) + (0 if "in" in place else 1)
    conversation = access.conversation_for(user, row.conversation.id)
    said = _messages(conversation, after=place.get("after", 0))
    last = len(said) < PIECE
    low = place.get("seq", 0)
    notes = timeline.notes_between(
        conversation, low, conversation.head if last else said[-1].seq, limit=MOST_NOTES
    )
    page = place.get("page", 0) + 1
    _write_page(folder, row, number, page, said, notes, last=last)
    high = conversation.head if last else said[-1].seq
    folder.json(f"{FOLDER}/{number:04}/log-{page}.json", chain.entries(conversation, low, high))
    folder.count("messages", len(said))
    done = place.get("done", 0) + len(said)
    if not last:
        after = {"after": said[-1].number, "seq": said[-1].seq, "page": page}
        return {**place, **after, "in": str(row.my.pk), "number": number, "done": done}
    _write_facts(folder, row, number, conversation, pages=page, messages=(page - 1) * PIECE + len(said))
    folder.count("conversations", 1)
    over = {"only": ""} if "only" in place else {}
    return {"after_membership": str(row.my.pk), "number": number, "done": done, **over}


def _at(user: User, folder: Folder, place: Place) -> InboxRow | None:
    """The conversation that is half written, if it is still mine, else the next one; or the only one."""
    if "only" in place:
        return _only(user, place["only"])
    after = place.get("after_membership")
    row = inbox.next_of(user, after=UUID(after) if after else None)
    if "in" in place and (row is None or str(row.my.pk) != place["in"]):
        _forget(folder, place)
    return row


def _only(user: User, conversation: str) -> InboxRow | None:
    """None once it is written, and where it is not mine to read any more."""
    try:
        return inbox.row(user, conversation) if conversation else None
    except NotFound:
        return None


def _forget(folder: Folder, place: Place) -> None:
    """I left it meanwhile: what was written of it goes, and the next one begins anew under its number."""
    folder.drop(f"{FOLDER}/{place['number']:04}/*", f"search/{place['number']:04}-*")
    folder.count("messages", -place["page"] * PIECE)
    place["number"] -= 1
    for name in ("in", "after", "seq", "page"):
        del place[name]


def _messages(conversation: Conversation, *, after: int) -> list[Message]:
    found: list[Message] = []
    while len(found) < PIECE:
        page = timeline.page(conversation, after=after, limit=AT_A_TIME)
        found += page.messages
        if not page.has_newer or not page.messages:
            break
        after = page.newest
    return found


def _write_page(
    folder: Folder,
    row: InboxRow,
    number: int,
    page: int,
    said: list[Message],
    notes: list[Event],
    *,
    last: bool,
) -> None:
    earlier = history.versions_of(said)
    shapes = [{**presenters.message(each), **chain.proof(each, earlier.get(each.pk, []))} for each in said]
    people = people_of(notes)
    wanted = files.listed(said)
    paths = {each["id"]: each["path"] for each in wanted}
    entries = [{"seq": each["seq"], "message": each, "files": _linked(each, paths)} for each in shapes]
    entries += [{"seq": note.seq, "event": presenters.event(note, people)} for note in notes]
    entries.sort(key=lambda entry: entry["seq"])
    home = f"{FOLDER}/{number:04}"
    folder.json(f"{home}/messages-{page}.json", shapes)
    if wanted:
        folder.json(f"{home}/files-{page}.json", wanted)
    context = {"title": row.title, "kind": row.conversation.traits.label, "entries": entries, "page": page}
    folder.page(f"{home}/page-{page}.html", "messaging/archive/page.html", {**context, "last": last})
    folder.text(f"search/{number:04}-{page}.js", _searchable(row.title, f"{home}/page-{page}.html", shapes))


def _linked(message: Shape, paths: dict[str, str]) -> list[Shape]:
    """The files of a message with where they lie beside its page."""
    return [
        {**file, "path": path, "picture": path.endswith(files.PICTURES)}
        for file in message["attachments"]
        if (path := paths.get(file["id"]))
    ]


def _searchable(title: str, page: str, shapes: list[Shape]) -> str:
    """What the search reads: pages opened from a disk may load scripts, and nothing else."""
    lines = [
        [each["number"], each["sender"]["display_name"], each["created_at"], each["body"]]
        for each in shapes
        if each["body"]
    ]
    return f"chatify({json.dumps([title, page, lines], ensure_ascii=False)});\n"


def _write_facts(
    folder: Folder, row: InboxRow, number: int, conversation: Conversation, *, pages: int, messages: int
) -> None:
    facts = {
        "id": str(conversation.id),
        "kind": conversation.kind,
        "label": conversation.traits.label,
        "title": row.title,
        **chain.names(conversation),
        "messages": messages,
        "pages": pages,
        "my": presenters.my(row.my),
        "members": _members(conversation),
        "created_at": stamp(conversation.created_at),
        "last_activity_at": stamp(conversation.last_activity_at),
        "read_at": stamp(timezone.now()),
        "number": f"{number:04}",
    }
    folder.json(f"{FOLDER}/{number:04}/conversation.json", facts)


def _members(conversation: Conversation) -> list[Shape]:
    found: list[Shape] = []
    cursor: str | None = None
    while True:
        page = members.page(conversation, cursor=cursor, limit=100)
        found += [_member(each) for each in page.items]
        cursor = page.next
        if cursor is None:
            return found


def _member(row: Any) -> Shape:
    known = {"id": str(row.user_id), "username": row.user.username, "display_name": row.user.label}
    return {**known, "role": row.role, "mail_role": row.mail_role or None}


def _index(folder: Folder) -> None:
    """The first page: what there is, and the search through all of it."""
    found = [folder.read(name) for name in folder.names(f"{FOLDER}/*/conversation.json")]
    found.sort(key=lambda each: each["last_activity_at"], reverse=True)
    searched = " ".join(folder.names("search/*.js"))
    folder.page("index.html", "messaging/archive/index.html", {"conversations": found, "searched": searched})
