"""Files go from one person to the other, and are seen in place without a reload."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from media.tests import samples

from .filing import READY_MS, sees
from .world import World


def test_a_photo_is_seen_by_the_other_as_it_comes(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "bob")
    (tmp_path / "garden.jpg").write_bytes(samples.photo(1200, 900))
    (tmp_path / "plan.txt").write_text("water\nweed\n")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.page.set_input_files("#file", [tmp_path / "garden.jpg", tmp_path / "plan.txt"])
    alice.field.fill("look at the beans")
    alice.page.get_by_role("button", name="Send", exact=True).click()
    for seat in (bob, alice):
        sees(seat, "garden.jpg")
        expect(seat.page.locator("#timeline a.file")).to_contain_text("plan.txt")
        expect(seat.message("look at the beans")).to_be_visible()


@pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")
def test_a_film_plays_in_place(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "carol")
    samples.film(tmp_path, "beans.webm", "-c:v", "libvpx", "-c:a", "libopus")
    alice, carol = world.seat("alice").open(chat), world.seat("carol").open(chat)
    alice.page.set_input_files("#file", tmp_path / "beans.webm")
    alice.page.get_by_role("button", name="Send", exact=True).click()
    film = carol.page.locator("#timeline video")
    expect(film).to_be_visible(timeout=READY_MS)
    film.evaluate("film => { film.muted = true; return film.play(); }")
    carol.page.wait_for_function("film => film.currentTime > 0.2", arg=film.element_handle())


def test_a_file_goes_without_a_script(world: World, tmp_path: Path) -> None:
    chat = world.direct("bob", "carol")
    (tmp_path / "garden.png").write_bytes(samples.photo(format="PNG"))
    bob = world.seat("bob", java_script_enabled=False)
    bob.go(f"/c/{chat}/")
    bob.page.set_input_files("#file", tmp_path / "garden.png")
    bob.page.get_by_role("button", name="Send", exact=True).click()
    sees(world.seat("carol").open(chat), "garden.png")
