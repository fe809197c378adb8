"""The product as an app of a phone or a desk: its manifest, the worker of the browser, and the page without a line."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chatify.lib.gathering import one_module

NAME = "Chatify"
TEAL, CANVAS = "#006a70", "#f7f6f2"
"""The icon's ground, and what shows while the app starts: a manifest knows no tokens."""
ICONS = (("app-192.png", "192x192", "any"), ("app-512.png", "512x512", "any"))
MASKABLE = ("maskable-512.png", "512x512", "maskable")
SHELL = ("css/global.css", "js/app.js", "vendor/htmx.min.js", "icons/sprite.svg", "icons/favicon.svg")
"""What every page loads. What else a page loads is kept when it comes by."""


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a system needs to install Chatify, and to share things with it."""
    return JsonResponse(_manifest(), content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The worker, in one file and with what belongs to this release written before it."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for what is not kept while there is no line; drawn for nobody, whoever asks."""
    return render(None, "offline.html")


def _manifest() -> dict[str, object]:
    icons = [
        {"src": static(f"icons/{file}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for file, sizes, purpose in (*ICONS, MASKABLE)
    ]
    new = {"name": "New conversation", "url": reverse("new"), "icons": icons[:1]}
    fields = {"title": "title", "text": "text", "url": "url", "files": [{"name": "files", "accept": ["*/*"]}]}
    return {
        "id": "/",
        "name": NAME,
        "short_name": NAME,
        "description": "Chats and letters in one inbox.",
        "start_url": reverse("inbox"),
        "scope": "/",
        "display": "standalone",
        "theme_color": TEAL,
        "background_color": CANVAS,
        "categories": ["communication", "social"],
        "icons": icons,
        "shortcuts": [new, {"name": "Search", "url": reverse("search"), "icons": icons[:1]}],
        "share_target": {
            "action": reverse("share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": fields,
        },
    }


@cache
def _worker() -> str:
    """Made once a process: files do not change under it."""
    script = one_module("js/worker/worker.js", _source)
    files = [static(name) for name in SHELL]
    version = hashlib.sha256("\n".join([script, *files]).encode()).hexdigest()[:12]
    icons = {"icon": static("icons/app-192.png"), "badge": static("icons/badge-96.png")}
    release = {"version": version, "files": files, "offline": reverse("offline"), "icons": icons}
    return f"self.release = {json.dumps(release)};\n{script}"


def _source(name: str) -> str:
    return Path(str(finders.find(name))).read_text()
