"""Starting, waiting for and ending child processes."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Unavailable(Exception):
    """A service cannot run on this machine; the text says why."""


class NotStarted(Exception):
    """A process ended or stayed silent instead of getting ready; the text holds its log."""


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
    cwd: Path = ROOT,
) -> subprocess.Popen[bytes]:
    """Start `command` with both outputs appended to `log`, as the numeric `user` when one is given."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, user=user, cwd=cwd
        )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return once `ready()`. Raises NotStarted when the process ends first or `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise NotStarted(f"{process.args!r} ended with {process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            end(process, signal.SIGKILL)
            raise NotStarted(f"{process.args!r} was not ready after {seconds} s:\n{tail(log)}")
        time.sleep(0.03)


def end(process: subprocess.Popen[bytes], by: signal.Signals, seconds: float = 30) -> int:
    """Send the signal, wait, and return the exit code; a process that stays is killed, which its code shows."""
    if process.poll() is None:
        process.send_signal(by)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(seconds)


def tail(log: Path, characters: int = 4000) -> str:
    return log.read_text(errors="replace")[-characters:] if log.exists() else ""


def clean_environment(**wanted: str) -> dict[str, str]:
    """This process's environment without anything that configures Chatify, and `wanted` on top."""
    switches = {
        "DATABASE_URL",
        "REDIS_URL",
        "CELERY_BROKER_URL",
        "EMAIL_URL",
        "SECRET_KEY",
        "PORT",
        "ALLOWED_HOSTS",
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in switches and not name.startswith(("CHATIFY_", "DJANGO_", "PYTEST_"))
    }
    return kept | {"DJANGO_SETTINGS_MODULE": "chatify.settings", "PYTHONUNBUFFERED": "1"} | wanted
