"""Files in the hands of people at browsers: sent, seen in the timeline, and pictured at each size and in each light."""

from pathlib import Path

from playwright.sync_api import expect

from .test_pages import SCHEMES, SHOTS, SIZES
from .world import Seat

READY_MS = 15_000
LOADED = """name => {
  const picture = document.querySelector(`#timeline .picture img[alt="${name}"]`);
  return picture?.isConnected && picture.complete && picture.naturalWidth > 0;
}"""


def send(seat: Seat, *paths: Path, text: str = "") -> None:
    """Choose these files, wait until they are there, and send them."""
    seat.page.set_input_files("#file", list(paths))
    ready = seat.page.locator('#uploads [data-state="done"]')
    expect(ready).to_have_count(len(paths), timeout=READY_MS)
    seat.write(text)


def sees(seat: Seat, name: str) -> None:
    """The picture of this name is drawn in the timeline, not only named."""
    seat.page.wait_for_function(LOADED, arg=name, timeout=READY_MS)


def shoot(seat: Seat, name: str) -> None:
    """The page as it is, on a phone and on a desk, in light and dark."""
    for scheme in SCHEMES:
        seat.page.emulate_media(color_scheme=scheme)
        for size in ("390", "1280"):
            seat.page.set_viewport_size(SIZES[size])
            seat.page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png")
