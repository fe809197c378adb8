"""Files go from one person to the other, and are seen in place without a reload."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from media.tests import samples

from .filing import READY_MS, sees, send, shoot
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


REFUSED = {
    "bomb.png": (samples.png_bomb(), "30,000 × 30,000 pixels; the limit is"),
    "both.gif": (samples.POLYGLOT, "no picture is in it"),
    "empty.txt": (b"", "empty.txt is empty."),
}


@pytest.mark.skipif(not (samples.FFMPEG and samples.makes("libx265")), reason="no ffmpeg here makes HEVC")
def test_every_sort_of_file_is_seen_as_what_it_is(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "dave")
    files = {
        "place.jpg": samples.photo(1200, 900),
        "phone.heic": samples.heic(),
        "leaf.avif": samples.photo(format="AVIF"),
        "cat.gif": samples.moving(),
        "plan.pdf": samples.pdf(),
        "letter.docx": samples.docx(),
        "invoice.com": samples.EICAR,
        "page.pdf": b"<html><script>window.__x = 1</script>" + samples.pdf(),
    }
    for name, data in {**files, **{name: data for name, (data, _) in REFUSED.items()}}.items():
        (tmp_path / name).write_bytes(data)
    samples.film(tmp_path, "film.mp4")
    samples.film(tmp_path, "phone.mov", *samples.HEVC)
    alice, dave = world.seat("alice").open(chat), world.seat("dave").open(chat)
    alice.page.set_input_files("#file", [tmp_path / name for name in REFUSED])
    for name, (_, words) in REFUSED.items():
        row = alice.page.locator('#uploads .upload[data-state="failed"]').filter(has_text=name)
        expect(row).to_contain_text(words, timeout=READY_MS)
        alice.page.get_by_role("button", name=f"Remove: {name}").click()
    send(alice, *(tmp_path / name for name in (*files, "film.mp4", "phone.mov")), text="all of it")
    page = dave.page
    for name in ("place.jpg", "phone.heic", "leaf.avif", "cat.gif"):
        sees(dave, name)
    films = page.locator("#timeline video")
    expect(films).to_have_count(2, timeout=READY_MS)
    copy = page.locator('#timeline video[aria-label="phone.mov"][src$="rendition=play"]')
    expect(copy).to_have_count(1, timeout=2 * READY_MS)
    for film in films.all():
        film.evaluate("film => { film.muted = true; return film.play(); }")
        page.wait_for_function("film => film.currentTime > 0.2", arg=film.element_handle())
    rows = page.locator("#timeline a.file")
    for name, words in (("plan.pdf", "PDF · "), ("letter.docx", "Word document"), ("page.pdf", "PDF · ")):
        expect(rows.filter(has_text=name)).to_contain_text(words)
    expect(rows.filter(has_text="plan.pdf").locator("img")).to_have_count(1)
    for name in ("page.pdf", "invoice.com"):
        told = page.request.get(
            world.server.url + str(rows.filter(has_text=name).get_attribute("href"))
        ).headers
        assert told["content-type"] == "application/octet-stream"
        assert told["content-disposition"].startswith("attachment")
    photo = page.locator("#timeline a.picture").first.get_attribute("data-file")
    assert b"SECRETCAM" not in page.request.get(f"{world.server.url}/attachments/{photo}/").body()
    assert page.evaluate("() => window.__x") is None
    shoot(dave, "files")


def test_a_file_goes_without_a_script(world: World, tmp_path: Path) -> None:
    chat = world.direct("bob", "carol")
    (tmp_path / "garden.png").write_bytes(samples.photo(format="PNG"))
    bob = world.seat("bob", java_script_enabled=False)
    bob.go(f"/c/{chat}/")
    bob.page.set_input_files("#file", tmp_path / "garden.png")
    bob.page.get_by_role("button", name="Send", exact=True).click()
    sees(world.seat("carol").open(chat), "garden.png")
