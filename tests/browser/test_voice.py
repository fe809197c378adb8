"""A voice note: recorded, heard, sent, and seen by the other as what it is."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from media.tests import samples

from .filing import READY_MS, send, shoot
from .test_pages import SHOTS
from .world import Seat, World

NO_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
}"""


@pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")
def test_a_voice_note_is_recorded_heard_and_sent(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice = world.seat("alice", permissions=["microphone"]).open(chat)
    bob = world.seat("bob").open(chat)
    page, dialog = alice.page, alice.page.locator("#recorder")
    page.get_by_role("button", name="Record a voice note").click()
    page.wait_for_function("() => document.querySelector('#recorder-level').value > 0.01")
    shoot(alice, "recorder")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#uploads .upload")).to_have_count(0)
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("#recorder-time")).to_have_text("0:02")
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.locator("audio")).to_be_visible()
    dialog.get_by_role("button", name="Add to the message").click()
    expect(page.locator('#uploads [data-state="done"]')).to_have_count(1)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(bob.page.locator("#timeline .sound .wave.heard")).to_be_visible(timeout=READY_MS)
    (note,) = world.call("bob", "GET", f"/conversations/{chat}/messages")["items"][-1]["attachments"]
    assert 1 < note["duration"] < 10 and max(note["details"]["waveform"]) == 100, note
    bob.page.locator("#timeline .sound").screenshot(path=SHOTS / "voice.png")
    bob.page.evaluate(NO_MICROPHONE)
    bob.page.get_by_role("button", name="Record a voice note").click()
    expect(bob.page.locator("#recorder-said")).to_contain_text("There is no microphone")


@pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")
def test_sounds_are_heard_one_at_a_time_from_wherever_and_as_fast_as_one_likes(
    world: World, tmp_path: Path
) -> None:
    chat = world.direct("alice", "carol")
    for name in ("first.mp3", "second.ogg"):
        samples.sound(tmp_path, name, seconds=20)
    alice, carol = world.seat("alice").open(chat), world.seat("carol").open(chat)
    for name in ("first.mp3", "second.ogg"):
        send(alice, tmp_path / name, text=f"hear {name}")
    players = carol.page.locator("#timeline .player")
    expect(players).to_have_count(2, timeout=READY_MS)
    first, second = players.nth(0), players.nth(1)
    plays, position = first.get_by_role("button", name="Play"), first.get_by_label("Position")
    plays.click()
    expect(plays).to_have_attribute("aria-pressed", "true")
    expect(elapsed(carol, 0)).to_have_text("0:01 / ")
    first.get_by_role("button", name="Speed 1").click()
    expect(first.get_by_role("button", name="Speed 1.5")).to_have_text("1.5×")
    shoot(carol, "sound")
    position.focus()
    for _ in range(2):
        carol.page.keyboard.press("ArrowRight")
    carol.page.wait_for_function("input => Number(input.value) > 10", arg=position.element_handle())
    message = world.call("alice", "GET", f"/conversations/{chat}/messages")["items"][0]["id"]
    world.call("alice", "PUT", f"/messages/{message}/reactions/👍")
    expect(carol.message("hear first.mp3")).to_contain_text("👍")
    expect(plays).to_have_attribute("aria-pressed", "true")
    second.get_by_role("button", name="Play").click()
    expect(plays).to_have_attribute("aria-pressed", "false")
    expect(second.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "true")
    second.get_by_label("Position").focus()
    carol.page.keyboard.press("Space")
    expect(second.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")
    expect(elapsed(carol, 0)).not_to_have_text("0:00 / ")


def elapsed(seat: Seat, place: int) -> Locator:
    return seat.page.locator("#timeline .sound .elapsed").nth(place)


@pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")
def test_a_sound_is_heard_without_a_script(world: World, tmp_path: Path) -> None:
    chat = world.direct("bob", "carol")
    samples.sound(tmp_path, "note.mp3")
    send(world.seat("bob").open(chat), tmp_path / "note.mp3", text="listen")
    world.seat("bob").open(chat).page.locator("#timeline .player").wait_for(
        timeout=READY_MS, state="attached"
    )
    carol = world.seat("carol", java_script_enabled=False).go(f"/c/{chat}/")
    expect(carol.page.locator("#timeline .sound audio")).to_be_visible()
    expect(carol.page.locator("#timeline .player")).to_be_hidden()


@pytest.mark.skipif(samples.FFMPEG is None, reason="there is no ffmpeg here")
def test_a_sound_that_cannot_be_played_says_so_and_plays_once_it_can(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "dave")
    samples.sound(tmp_path, "broken.mp3")
    alice, dave = world.seat("alice").open(chat), world.seat("dave").open(chat)
    send(alice, tmp_path / "broken.mp3", text="can you hear it")
    player = dave.page.locator("#timeline .player")
    expect(player).to_be_visible(timeout=READY_MS)
    file = re.compile(re.escape(str(player.get_attribute("data-sound"))) + "$")
    for answer in ({"status": 404}, {"content_type": "audio/mpeg", "body": "no sound"}):
        plays = player.get_by_role("button", name="Play")
        dave.page.route(file, lambda route: route.fulfill(**answer))  # noqa: B023 it is over before the next
        plays.click()
        expect(elapsed(dave, 0)).to_have_text("This cannot be played now. ")
        expect(plays).to_have_attribute("aria-pressed", "false")
        shoot(dave, "sound-trouble")
        dave.page.unroute(file)
        plays.click()
        expect(elapsed(dave, 0)).to_have_text(re.compile(r"\d:\d\d / "))
        expect(plays).to_have_attribute("aria-pressed", "true")
        dave.open(chat)
