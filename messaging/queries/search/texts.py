"""What of a message is looked through."""

from collections.abc import Iterator

from messaging.models import Message


def of(row: Message) -> str:
    """Its text, the names of its files, which `queries.extras` loads, and who wrote it elsewhere."""
    if not row.files and row.letter is None:
        return row.body
    return " ".join([row.body, *(file.upload.name for file in row.files), *_correspondents(row)])


def _correspondents(row: Message) -> Iterator[str]:
    if row.letter is not None:
        for said in (row.letter["sender"], *row.letter["to"], *row.letter["cc"]):
            yield f"{said['name']} {said['address']}".strip()
