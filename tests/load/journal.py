"""The log a client keeps for the checker: one JSON array a line, `[kind, seconds, fields]`."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class Record(NamedTuple):
    """One thing that happened to a client. `at` is the machine's monotonic clock in seconds."""

    kind: str
    at: float
    fields: dict[str, Any]


@dataclass
class Log:
    """Everything one client did and saw, in the order it happened."""

    client: str
    user: str
    records: list[Record] = field(default_factory=list)

    def of(self, *kinds: str) -> Iterator[Record]:
        """The records of these kinds, oldest first."""
        return (record for record in self.records if record.kind in kinds)


class Journal:
    """Writes a client's log. Closing it is what makes the last lines readable to others."""

    def __init__(self, folder: Path, client: str, user: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / f"{client}.jsonl").open("a", encoding="utf-8")
        self.write("client", client=client, user=user)

    def write(self, kind: str, **fields: Any) -> None:
        """Note one happening, now."""
        if not self._file.closed:
            self._file.write(json.dumps([kind, time.monotonic(), fields]) + "\n")

    def close(self) -> None:
        """Make everything readable and stop writing."""
        self._file.close()


def read(folder: Path) -> list[Log]:
    """All logs of a folder. A last line cut off by a kill is left out."""
    return [_read_one(path) for path in sorted(folder.glob("*.jsonl"))]


def _read_one(path: Path) -> Log:
    records = [
        Record(*json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.endswith("]")
    ]
    head = records[0].fields
    return Log(head["client"], head["user"], records)
