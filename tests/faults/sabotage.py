"""The product with failpoints: `python -m tests.faults.sabotage serve …` is `manage.py serve …` for tests.

CHATIFY_TEST_FAILPOINTS names a file that says which are on (`rolled_back=0.05,publish_late=0.3`); it may change while
the server runs. Without the variable nothing starts. The product itself knows nothing of all this.
"""

import os
import sys
import threading
import time
from pathlib import Path

import django
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")
django.setup()

from tests.faults.broken_rules import BROKEN  # noqa: E402
from tests.faults.failpoints import FAILPOINTS  # noqa: E402
from tests.faults.seams import Patch, Switchboard  # noqa: E402

VARIABLE = "CHATIFY_TEST_FAILPOINTS"
LOOK_EVERY_S = 0.02
KNOWN: dict[str, list[Patch]] = FAILPOINTS | BROKEN


def watch(switchboard: Switchboard, wanted: Path) -> None:
    """Follow the file, and say in a second file, named for this process, what is on."""
    said, now = answer_file(wanted, os.getpid()), ""
    while True:
        text = read(wanted)
        if text != now:
            switchboard.set(text)
            now = text
            said.write_text(text, "utf-8")
        time.sleep(LOOK_EVERY_S)


def read(wanted: Path) -> str:
    """What the file asks for; nothing where there is none."""
    return wanted.read_text("utf-8") if wanted.exists() else ""


def answer_file(wanted: Path, pid: int) -> Path:
    """Where a process says what it has switched on."""
    return wanted.with_name(f"{wanted.name}.{pid}")


def arm() -> None:
    """Switch on what the environment asks for, before anything is done, and go on following it."""
    path = os.environ.get(VARIABLE)
    if not path:
        sys.exit(f"{VARIABLE} is not set: this entry is for tests only; serve with manage.py.")
    switchboard = Switchboard(KNOWN)
    switchboard.set(read(Path(path)))
    threading.Thread(target=watch, args=(switchboard, Path(path)), name="failpoints", daemon=True).start()


def main() -> None:
    """Be manage.py."""
    arm()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
