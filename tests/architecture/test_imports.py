import subprocess
import sys
from pathlib import Path

import pytest

from .graph import cycle, imports
from .source import PRODUCT, ROOT

LINT = Path(sys.executable).parent / "lint-imports"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, LINT, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_layers_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_see_an_arrow_that_points_up(tmp_path: Path) -> None:
    for package in PRODUCT:
        (tmp_path / package).symlink_to(ROOT / package)
    (tmp_path / "media").unlink()
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "__init__.py").write_text("import messaging.models\n")
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "media -> messaging.models" in done.stdout


def test_no_modules_import_each_other() -> None:
    found = cycle(imports())
    assert not found, " -> ".join(found)


@pytest.mark.parametrize("graph", [{"a": {"b"}, "b": {"a"}}, {"a": {"b"}, "b": {"c"}, "c": {"b"}}])
def test_a_cycle_is_seen(graph: dict[str, set[str]]) -> None:
    assert cycle(graph)
