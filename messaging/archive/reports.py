"""What I reported, and what came of it."""

from typing import Any

from accounts.archive.folder import Folder
from accounts.archive.parts import Place
from accounts.models import User
from chatify.lib.digest import stamp
from messaging.models import Report
from messaging.queries import reports


def write(user: User, folder: Folder, place: Place) -> None:
    """All of them in one piece: nobody makes more than twenty a day."""
    found, cursor = [], None
    while True:
        page = reports.mine(user, cursor=cursor, limit=100)
        found += [_shown(row) for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    folder.json("reports/reports.json", found)
    folder.page("reports/index.html", "messaging/archive/reports.html", {"reports": found})
    folder.count("reports", len(found))


def _shown(row: Report) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "person": row.person.username if row.person else None,
        "message": str(row.message_id) if row.message_id else None,
        "reason": row.get_reason_display(),
        "text": row.text,
        "state": row.get_state_display(),
        "outcome": row.outcome,
        "created_at": stamp(row.created_at),
        "closed_at": stamp(row.closed_at) if row.closed_at else None,
    }
