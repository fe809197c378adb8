"""Looks at the code without running it. Every check runs, also after one that failed; `--fix` formats first."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent

# Handed to our own Python: the first lines of scripts in an environment that was moved point to its old place.
FIXES = [["-m", "ruff", "check", "--quiet", "--fix", "."], ["-m", "ruff", "format", "--quiet", "."]]
CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": ["-m", "ruff", "check", "--quiet", "."],
    "types": ["-m", "mypy"],
    "templates": ["-m", "djlint", "--lint", "--quiet", "templates"],
    "imports": [str(TOOLS / "lint-imports"), "--no-logo", "--no-cache"],
    "budgets": ["-m", "pytest", "-q", "tests/architecture"],
}


def main() -> int:
    if "--fix" in sys.argv:
        for command in FIXES:
            run(command)
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    print(f"— {name}", flush=True)
    return run(command) == 0


def run(command: list[str]) -> int:
    return subprocess.run([sys.executable, *command], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
