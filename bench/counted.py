"""The product's `manage.py` with its database statements counted: `python -m bench.counted serve …`.

Ten times a second the count is written to the file named by BENCH_STATEMENTS.
"""

import os
import sys
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management import execute_from_command_line
from django.db.backends.utils import CursorWrapper

PAUSE_S = 0.1


class Statements:
    """Counts what any thread executes; a batch of `executemany` is one."""

    def __init__(self) -> None:
        self._counter = count()
        self._reads = 0
        for name in ("execute", "executemany"):
            self._wrap(name)

    def now(self) -> int:
        """How many so far; reading the counter moves it by one, which is taken off."""
        self._reads += 1
        return next(self._counter) - self._reads + 1

    def _wrap(self, name: str) -> None:
        inner = getattr(CursorWrapper, name)

        def counted(cursor: Any, *args: Any, **kwargs: Any) -> Any:
            next(self._counter)
            return inner(cursor, *args, **kwargs)

        setattr(CursorWrapper, name, counted)


def write(statements: Statements, file: Path) -> None:
    """Keep the file up to date, whole at every moment."""
    part = file.with_suffix(".part")
    while True:
        part.write_text(str(statements.now()))
        part.replace(file)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    told = Path(os.environ["BENCH_STATEMENTS"])
    threading.Thread(target=write, args=(Statements(), told), daemon=True).start()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
