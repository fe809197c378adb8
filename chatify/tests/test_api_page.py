"""The page that shows the API runs under the product's own strict policy, with nothing from elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.services import people
from tests.services.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.browser
@pytest.mark.process
def test_the_page_shows_and_tries_the_operations(chromium: "Browser", serve: Callable[..., Server]) -> None:
    server = serve(static=True)
    (alice,) = people.create(server, ["alice"])
    context = chromium.new_context()
    for name, value in people.sign_in(server, alice).cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": server.url}])
    page = context.new_page()
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(f"{server.url}/api/v1/docs")
    page.locator("#operations-me-change_me .opblock-summary").click()
    page.get_by_role("button", name="Try it out").click()
    page.locator("textarea.body-param__text").fill('{"display_name": "Alice of the docs"}')
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert "Alice of the docs" in page.locator(".live-responses-table").inner_text()
    assert complaints == []
    assert hosts - {""} == {urlsplit(server.url).netloc}
    context.close()
