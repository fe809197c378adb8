"""The files that the rules are about, and what a broken rule looks like."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("accounts", "chatify", "media", "messaging")
TESTING = ("tests", "bench")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A file: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def is_test(self) -> bool:
        parts = self.path.split("/")
        return "tests" in parts or parts[0] in TESTING or parts[-1] == "conftest.py"

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS))

    def at(self, line: int, words: str) -> str:
        """A finding, in the form that editors open."""
        return f"{self.path}:{line}: {words}"


def python_files(*, tests: bool) -> list[Source]:
    """Every Python file of the product, or of its tests; migrations are written by a machine and left out."""
    places = [*PRODUCT, *TESTING, "bin"] if tests else [*PRODUCT, "bin"]
    found = (source for place in places for source in _read(place, "*.py"))
    return [source for source in found if source.is_test == tests and "/migrations/" not in source.path]


def templates() -> list[Source]:
    return [*_read("templates", "*.html"), *_read("templates", "*.svg"), *_read("templates", "*.css")]


def scripts() -> list[Source]:
    return [source for source in _read("static", "*.js") if not source.path.startswith("static/vendor/")]


def styles() -> list[Source]:
    return [source for source in _read("static", "*.css") if not source.path.startswith("static/vendor/")]


def _read(place: str, pattern: str) -> Iterator[Source]:
    for path in sorted((ROOT / place).rglob(pattern)):
        if "__pycache__" not in path.parts:
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text())
