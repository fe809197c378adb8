"""A voice note: recorded, heard, sent, and seen by the other as what it is."""

import pytest
from playwright.sync_api import expect

from media.tests import samples

from .test_attachments import READY_MS
from .test_pages import SCHEMES, SHOTS, SIZES
from .world import World

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
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for size in ("390", "1280"):
            page.set_viewport_size(SIZES[size])
            page.screenshot(path=SHOTS / f"recorder-{size}-{scheme}.png")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#uploads .upload")).to_have_count(0)
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("#recorder-time")).to_have_text("0:02")
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.locator("audio")).to_be_visible()
    dialog.get_by_role("button", name="Add to the message").click()
    expect(page.locator('#uploads [data-state="done"]')).to_have_count(1)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(bob.page.locator("#timeline .sound .wave")).to_be_visible(timeout=READY_MS)
    (note,) = world.call("bob", "GET", f"/conversations/{chat}/messages")["items"][-1]["attachments"]
    assert 1 < note["duration"] < 10 and max(note["details"]["waveform"]) == 100, note
    bob.page.locator("#timeline .sound").screenshot(path=SHOTS / "voice.png")
    bob.page.evaluate(NO_MICROPHONE)
    bob.page.get_by_role("button", name="Record a voice note").click()
    expect(bob.page.locator("#recorder-said")).to_contain_text("There is no microphone")
