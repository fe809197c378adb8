"""The classes that think, tried without a page: every exported function of units/*.js is one test."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).resolve().parents[2]
UNITS = Path(__file__).parent / "units"
ORIGIN = "http://localhost:1"
TYPES = {".js": "text/javascript", ".html": "text/html"}
EXPORTED = re.compile(r"^export (?:async )?function (\w+)", re.MULTILINE)

CASES = [
    (file.name, name)
    for file in sorted(UNITS.glob("*.js"))
    if file.name != "kit.js"
    for name in EXPORTED.findall(file.read_text())
]


def answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        return route.fulfill(body="<!doctype html><title>Units</title>", content_type="text/html")
    file = UNITS / path.removeprefix("/units/") if path.startswith("/units/") else ROOT / path.lstrip("/")
    return route.fulfill(body=file.read_text(), content_type=TYPES[file.suffix])


@pytest.fixture(scope="module")
def bench(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(locale="en-GB")
    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    yield page
    page.close()


@pytest.mark.parametrize(("file", "name"), CASES, ids=[f"{file[:-3]}:{name}" for file, name in CASES])
def test_unit(bench: Page, file: str, name: str) -> None:
    bench.evaluate(
        "([file, name]) => import(`/units/${file}`).then((module) => module[name]())", [file, name]
    )
