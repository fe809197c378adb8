"""bin/_prepare, with a lock that names no packages: what is tried is the environment around them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.processes import ROOT

Prepare = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return _checkout(tmp_path)


def _checkout(parent: Path) -> Path:
    """A folder with our scripts, a lock without packages and a program that tells its arguments."""
    folder = parent / "a checkout"
    shutil.copytree(ROOT / "bin", folder / "bin")
    (folder / "empty.txt").write_text("# nothing\n")
    (folder / "tell.py").write_text("import os, sys; print(sys.argv[1:], os.environ.get('CHATIFY_DATA'))\n")
    return folder


@dataclass(frozen=True)
class Made:
    """A checkout that was started three times at once, and what was said by each."""

    checkout: Path
    said: list[tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """To make an environment takes longer than all that is tried with it."""
    checkout = _checkout(tmp_path_factory.mktemp("made"))
    command = [checkout / "bin" / "_prepare", "empty.txt", "tell.py", "--port", "1"]
    env = _environment() | {"CHATIFY_DATA": "data"}
    starts = [
        subprocess.Popen(
            command, cwd=checkout, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = [start.communicate() for start in starts]
    return Made(checkout, [(start.returncode, *said) for start, said in zip(starts, answers, strict=True)])


@pytest.fixture
def prepared(made: Made, checkout: Path) -> Path:
    """The same as `checkout`, with an environment as an earlier start left it."""
    shutil.copytree(made.checkout / ".venv", checkout / ".venv", symlinks=True)
    return checkout


@pytest.fixture
def prepare(checkout: Path, tmp_path: Path) -> Prepare:
    def run(*arguments: str, path: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        command = [checkout / "bin" / "_prepare", "empty.txt", "tell.py", *arguments]
        env = _environment() | ({"PATH": path} if path else {}) | env
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    return run


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


def test_starts_at_once_make_one_environment_and_become_the_command(made: Made) -> None:
    said = f"['--port', '1'] {made.checkout / 'data'}\n"
    assert [(code, told) for code, told, _ in made.said] == [(0, said)] * 3, made.said
    assert sum("Preparing .venv" in errors for _, _, errors in made.said) == 1


def test_a_start_that_finds_it_made_says_nothing(prepare: Prepare, prepared: Path) -> None:
    again = prepare()
    assert (again.returncode, again.stderr) == (0, "")


def test_it_heals_what_an_interrupted_start_left(prepare: Prepare, prepared: Path) -> None:
    (prepared / ".venv" / ".unfinished").touch()
    shutil.rmtree(next((prepared / ".venv" / "lib").glob("*/site-packages/pip")))
    done = prepare("again")
    assert done.stdout.startswith("['again']"), done.stderr
    assert not (prepared / ".venv" / ".unfinished").exists()


def test_it_heals_an_environment_whose_python_is_gone(prepare: Prepare, prepared: Path) -> None:
    (prepared / ".venv" / "bin" / "python").unlink()
    (prepared / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert prepare().returncode == 0


def test_a_changed_lock_is_installed_again(prepare: Prepare, prepared: Path) -> None:
    (prepared / "empty.txt").write_text("# nothing, in other words\n")
    assert "Preparing .venv" in prepare().stderr
    assert "Preparing .venv" not in prepare().stderr


def test_a_python_that_is_too_old_is_named(prepare: Prepare, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "python3").write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9.2;; *) exit 1;; esac\n')
    (old / "python3").chmod(0o755)
    for tool in ("sh", "dirname"):
        (old / tool).symlink_to(shutil.which(tool) or "")
    done = prepare(path=str(old))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this machine has only 3.9.2" in done.stderr
    assert "python3-venv" in done.stderr


def test_a_python_that_cannot_make_environments_says_what_to_install(
    prepare: Prepare, tmp_path: Path
) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "venv.py").write_text("raise SystemExit('ensurepip is not available')\n")
    done = prepare(PYTHONPATH=str(tmp_path / "without"))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert "ensurepip is not available" in done.stderr
