"""What a browser asks before it offers to install the app."""

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

pytestmark = pytest.mark.django_db


def test_the_manifest_is_enough_to_install(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    told = answer.json()
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    assert told["name"] and told["display"] == "standalone" and told["scope"] == "/"
    assert told["start_url"] == "/inbox/" and told["id"] == "/"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert any(icon["purpose"] == "maskable" for icon in told["icons"])


def test_the_icons_are_as_large_as_the_manifest_says(client: Client) -> None:
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        path = Path(str(finders.find(icon["src"].removeprefix("/static/"))))
        with Image.open(path) as picture:
            assert "x".join(map(str, picture.size)) == icon["sizes"]


def test_every_page_names_the_manifest(client: Client) -> None:
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/accounts/login/").content.decode()


def test_the_worker_is_one_script_for_the_whole_site(client: Client) -> None:
    answer = client.get("/sw.js")
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "\nimport " not in text and "\nexport " not in text
    release = json.loads(text.splitlines()[0].removeprefix("self.release = ").removesuffix(";"))
    assert release["offline"] == "/offline/" and "/static/js/app.js" in release["files"]
    for path in release["files"]:
        assert finders.find(path.removeprefix("/static/"))


def test_the_page_without_a_line_is_for_nobody(client: Client) -> None:
    page = client.get("/offline/").content.decode()
    assert "You are offline" in page and "data-user" not in page
