"""bin/_prepare, with a lock that names no packages: what is tried is the environment around them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.processes import ROOT

Prepare = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with our scripts, a lock without packages and a program that tells its arguments."""
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "bin", folder / "bin")
    (folder / "empty.txt").write_text("# nothing\n")
    (folder / "tell.py").write_text("import os, sys; print(sys.argv[1:], os.environ.get('CHATIFY_DATA'))\n")
    return folder


@pytest.fixture
def prepare(checkout: Path, tmp_path: Path) -> Prepare:
    def run(*arguments: str, path: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        command = [checkout / "bin" / "_prepare", "empty.txt", "tell.py", *arguments]
        env = {**os.environ, "PATH": path or f"{Path(sys.executable).parent}:/usr/bin:/bin", **env}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    return run


def test_it_makes_the_environment_once_and_becomes_the_command(prepare: Prepare, tmp_path: Path) -> None:
    first = prepare("--port", "1", CHATIFY_DATA="data")
    second = prepare()
    assert first.stdout == f"['--port', '1'] {tmp_path / 'data'}\n", first.stderr
    assert "Preparing .venv" in first.stderr
    assert (second.returncode, second.stderr) == (0, "")


def test_it_heals_what_an_interrupted_start_left(prepare: Prepare, checkout: Path) -> None:
    prepare()
    (checkout / ".venv" / ".unfinished").touch()
    shutil.rmtree(next((checkout / ".venv" / "lib").glob("*/site-packages/pip")))
    done = prepare("again")
    assert done.stdout.startswith("['again']"), done.stderr
    assert not (checkout / ".venv" / ".unfinished").exists()


def test_it_heals_an_environment_whose_python_is_gone(prepare: Prepare, checkout: Path) -> None:
    prepare()
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert prepare().returncode == 0


def test_a_changed_lock_is_installed_again(prepare: Prepare, checkout: Path) -> None:
    prepare()
    (checkout / "empty.txt").write_text("# nothing, in other words\n")
    assert "Preparing .venv" in prepare().stderr
    assert "Preparing .venv" not in prepare().stderr


def test_two_starts_at_once_make_one_environment(checkout: Path) -> None:
    command = [checkout / "bin" / "_prepare", "empty.txt", "tell.py"]
    starts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    answers = [start.communicate() for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0], answers
    assert sum("Preparing .venv" in said for _, said in answers) == 1


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
