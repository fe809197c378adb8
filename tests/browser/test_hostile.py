"""What people type stays text, wherever it is shown."""

import pytest
from playwright.sync_api import expect

from .world import World, wait_for

IMAGE = '<img src=x onerror="window.__x=1">'
BODIES = [
    IMAGE,
    "<script>window.__x=1</script>",
    "[a](javascript:window.__x=1) [b](data:text/html,<script>window.__x=1</script>)",
    "<svg onload=window.__x=1>",
    "`" + IMAGE + "`",
    "<style>*{display:none}</style><iframe src=/></iframe>",
    "‮reversed‬ and \u2066isolated",
]


@pytest.mark.parametrize("index", range(len(BODIES)))
def test_a_hostile_message_does_nothing_to_anybody(world: World, index: int) -> None:
    chat = world.group("alice", f"{IMAGE} {index}", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").go("/inbox/").live()
    alice.write(BODIES[index])
    wait_for(lambda: world.stored("bob", chat) == [BODIES[index]])
    expect(bob.row(chat).locator(".count")).to_have_text("1", timeout=12_000)
    bob.row(chat).click()
    expect(bob.page.locator("#timeline li.said")).to_have_count(1)
    for seat in (alice, bob):
        assert seat.page.evaluate("window.__x") is None
        made = seat.page.locator("#timeline :is(img, script, iframe, style, [onload], [onerror])")
        expect(made).to_have_count(0)
        links = seat.page.locator("#timeline .text a").evaluate_all(
            "links => links.map((link) => link.protocol)"
        )
        assert set(links) <= {"http:", "https:", "mailto:"}


def test_half_an_emoji_does_not_stop_the_outbox(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice = world.seat("alice").open(chat)
    alice.field.evaluate("field => { field.value = 'half \\ud83c'; field.form.requestSubmit(); }")
    alice.write("and whole 🌱")
    alice.sees_sent("half �", "and whole 🌱")


def test_a_message_too_long_is_refused_with_words_and_can_be_deleted(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice").open(chat)
    alice.write("x" * 9_000, "after it")
    alice.sees("after it")
    failed = alice.page.locator("#timeline li.failed")
    expect(failed).to_contain_text("Not sent.")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_contain_text("Not sent.")
    failed.get_by_role("button", name="Delete").click()
    expect(failed).to_have_count(0)
    assert world.stored("carol", chat) == ["after it"]
