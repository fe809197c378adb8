"""Makes .venv hold exactly what a lock file names, then becomes the wanted command.

Usage: _prepare.py LOCK SCRIPT [ARGUMENT...]. Needs the standard library only. Interrupted at any point, the next
run puts things right; started twice at once, the second waits for the first.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# There while packages are being changed; found at a start, it means that somebody was interrupted.
UNFINISHED = VENV / ".unfinished"


def main(lock_name: str, script: str, *arguments: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lock = ROOT / lock_name
    try:
        if not is_ready(lock):
            with one_at_a_time() as guard:
                if not is_ready(lock):
                    make_ready(lock, guard)
    except PermissionError as error:
        sys.exit(
            f"Chatify cannot write {error.filename}: run it as the owner of {ROOT}, or copy it to your own folder."
        )
    if data := os.environ.get("CHATIFY_DATA"):
        os.environ["CHATIFY_DATA"] = os.path.abspath(data)
    os.execv(PYTHON, [str(PYTHON), str(ROOT / script), *arguments])


def is_ready(lock: Path) -> bool:
    stamp = stamp_of(lock)
    return not UNFINISHED.exists() and works() and stamp.exists() and stamp.read_text() == fingerprint(lock)


def works() -> bool:
    """Whether the environment's own Python starts and finds its packages (it does not after a system upgrade)."""
    finds_pip = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
    try:
        return subprocess.run([PYTHON, "-c", finds_pip], capture_output=True).returncode == 0
    except OSError:
        return False


def stamp_of(lock: Path) -> Path:
    return VENV / f".installed-{lock.name}"


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[int]:
    """Holds a lock that the kernel frees when its last holder dies, and yields its descriptor."""
    guard = os.open(ROOT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another start is preparing .venv; waiting for it.")
        fcntl.flock(guard, fcntl.LOCK_EX)
    try:
        yield guard
    finally:
        os.close(guard)


def make_ready(lock: Path, guard: int) -> None:
    packages = sum("==" in line for line in lock.read_text().splitlines() if not line.startswith((" ", "#")))
    say(
        f"Preparing .venv: checking {packages} packages of {lock.name} (about half a minute the first time) …"
    )
    if UNFINISHED.exists() or (VENV.exists() and not works()):
        shutil.rmtree(VENV)
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    if not PYTHON.exists():
        create()
    install(lock, guard)
    stamp_of(lock).write_text(fingerprint(lock))
    UNFINISHED.unlink()


def create() -> None:
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode != 0:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"Python {version} here cannot make a virtual environment: its ensurepip module is missing.\n"
            f"On Debian or Ubuntu install it with: apt install python3-venv (or python{version}-venv)\n"
            f"{made.stdout}{made.stderr}"
        )


def install(lock: Path, guard: int) -> None:
    """Installs by uv where there is one (ten times faster), else by pip; both check every hash."""
    # The installer holds the guard too: should this process be killed, nobody starts a second one beside it.
    if uv := shutil.which("uv"):
        by_uv = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock]
        if subprocess.run(by_uv, capture_output=True, pass_fds=[guard]).returncode == 0:
            return
    by_pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    # Python compiles what it uses at the first import; compiling all of it takes longer.
    by_pip += ["--no-compile", "--require-hashes", "-r", lock]
    done = subprocess.run(by_pip, pass_fds=[guard], env=os.environ | {"PIP_USER": "0"})
    if done.returncode != 0:
        UNFINISHED.unlink(missing_ok=True)  # pip ended by itself and took back what it began
        sys.exit(
            "Chatify could not install its packages; the reason is above. Put it right and run this again."
        )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
