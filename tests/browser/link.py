"""What stands between a page and the server's socket: it edits, loses, doubles and turns frames, or goes silent."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import WebSocketRoute

from .world import Seat

Frame = dict[str, Any]
Edit = Callable[[Frame], list[Frame]]


def as_it_is(frame: Frame) -> list[Frame]:
    return [frame]


def without(kind: str) -> Edit:
    """Everything passes but frames of this type."""
    return lambda frame: [] if frame["type"] == kind else [frame]


class Link:
    """`edit(frame)` returns what reaches the page, `outward(frame)` what reaches the server; `say` invents a frame."""

    def __init__(self, seat: Seat, edit: Edit = as_it_is, *, outward: Edit = as_it_is) -> None:
        self.edit, self.outward = edit, outward
        self.greet: Callable[[Frame], Frame] = lambda hello: hello
        self.hellos: list[Frame] = []
        self.sends: list[Frame] = []
        self.routes: list[WebSocketRoute] = []
        self._silent: list[WebSocketRoute] = []
        seat.page.route_web_socket(re.compile("/ws/$"), self._open)

    def say(self, **frame: Any) -> None:
        self.routes[-1].send(json.dumps(frame))

    def end(self, code: int) -> None:
        self.routes[-1].close(code=code)

    def go_silent(self) -> None:
        """Half-open: no frame passes any more on what is open now, and nobody hears of a close."""
        self._silent = list(self.routes)

    def _open(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        self.routes.append(route)
        route.on_message(lambda text: self._from_page(route, server, str(text)))
        server.on_message(lambda text: self._from_server(route, str(text)))

    def _from_page(self, route: WebSocketRoute, server: WebSocketRoute, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] == "hello":
            frame = self.greet(frame)
            self.hellos.append(frame)
        elif frame["type"] == "send":
            self.sends.append(frame)
        for each in [] if route in self._silent else self.outward(frame):
            server.send(json.dumps(each))

    def _from_server(self, route: WebSocketRoute, text: str) -> None:
        for frame in [] if route in self._silent else self.edit(json.loads(text)):
            route.send(json.dumps(frame))


class Noise:
    """An Edit: of all frames 30 % are lost, 10 % doubled and 10 % overtaken by the next, until `end()`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._held: list[Frame] = []
        self._on = True
        self.lost = 0

    def __call__(self, frame: Frame) -> list[Frame]:
        chance = self._random.random() if self._on else 1.0
        if chance < 0.3:
            self.lost += 1
            return []
        if chance < 0.4:
            self._held.append(frame)
            return []
        held, self._held = self._held, []
        return [frame, *([frame] if chance < 0.5 else []), *held]

    def end(self) -> None:
        self._on = False
