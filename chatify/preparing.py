"""What must be done before the first page: tables, static files, the demo world. Done again, it changes nothing."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from chatify.demo.people import SIGN_INS


def prepare(say: Callable[[str], object]) -> None:
    """Bring the data folder up to date, telling `say` what takes a while."""
    call_command("migrate", interactive=False, verbosity=0)
    _collect_static(say)
    if not settings.PRODUCTION:
        _make_demo_world(say)
        for person in SIGN_INS:
            say(f"{person.username}  {person.email}  {person.password}")


def _collect_static(say: Callable[[str], object]) -> None:
    """Collect and compress when a source changed; comparing times and sizes takes milliseconds, collecting seconds."""
    stamp = Path(settings.DATA_DIR) / "static.stamp"
    now = _static_sources()
    if stamp.exists() and stamp.read_text() == now and any(Path(settings.STATIC_ROOT).iterdir()):
        return
    say("Collecting static files …")
    _apart("collectstatic", "--no-input", "--clear", "--verbosity=0")
    stamp.write_text(now)


def _static_sources() -> str:
    sources = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            sources.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return sources.hexdigest()


def _make_demo_world(say: Callable[[str], object]) -> None:
    stamp = Path(settings.DATA_DIR) / "demo.stamp"
    if stamp.exists():
        return
    say("Making the demo world …")
    _apart("seed_demo")
    stamp.write_text("made once; remove the people in the admin if they are not wanted\n")


def _apart(*command: str) -> None:
    """Run a command in a process of its own: compressing alone takes 200 MB that the server would keep for ever."""
    manage = Path(settings.BASE_DIR) / "manage.py"
    subprocess.run([sys.executable, str(manage), *command], check=True, stdout=subprocess.DEVNULL)
