"""What the browser is given: pinned, small, and HTML inserted in one place."""

import re
from pathlib import Path

import brotli

from chatify.lib.gathering import one_module, one_stylesheet

from . import vendor

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
INSERTS = re.compile(
    r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML"
)
EVALUATES = re.compile(r"\beval\(|new Function\b|set(?:Timeout|Interval)\(\s*[\"'`]")
FIRST_VISIT = 100 * 1024


def scripts() -> list[Path]:
    return sorted((STATIC / "js").rglob("*.js"))


def using(pattern: re.Pattern[str]) -> list[str]:
    return [str(path.relative_to(STATIC)) for path in scripts() if pattern.search(path.read_text())]


def test_vendored_files_are_the_pinned_ones() -> None:
    assert vendor.table()
    assert vendor.differing() == []


def test_one_module_inserts_html() -> None:
    assert using(INSERTS) == ["js/html.js"]


def test_nothing_is_evaluated() -> None:
    assert using(EVALUATES) == []


def test_imports_are_relative_files_that_exist() -> None:
    """Hashed file names are written into them, so each must be a plain path to a file."""
    for path in scripts():
        for name in re.findall(r"^(?:import|export)[^;]*?from \"([^\"]+)\";", path.read_text(), re.MULTILINE):
            assert name.startswith("."), f"{path.name} imports {name}"
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"


def test_every_script_is_used() -> None:
    seen: set[Path] = set()
    waiting = [
        STATIC / "js" / "app.js",
        *(STATIC / "js" / "account").glob("*.js"),
        *(STATIC / "js" / "share").glob("*.js"),
        STATIC / "js" / "worker" / "worker.js",
        STATIC / "js" / "media" / "player.js",
    ]  # each of these has its own page, is the worker of them all, or comes with the first sound that is touched
    while waiting:
        path = waiting.pop().resolve()
        if path not in seen:
            seen.add(path)
            waiting += [path.parent / name for name in re.findall(r"from \"(\.[^\"]+)\";", path.read_text())]
    assert set(map(Path.resolve, scripts())) == seen


def test_the_first_visit_fits_its_budget() -> None:
    def text(name: str) -> str:
        return (STATIC / name).read_text()

    loads = [
        one_stylesheet("css/global.css", text),
        one_module("js/app.js", text),
        text("vendor/htmx.min.js"),
    ]
    total = sum(len(brotli.compress(each.encode())) for each in loads)
    assert total <= FIRST_VISIT, f"{total} bytes of JS and CSS, compressed"
