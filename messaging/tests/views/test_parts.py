"""The bar and the composer of a conversation that are filled in are those that are rendered, to the letter."""

from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from chatify.lib import drawing
from messaging.models import Conversation
from messaging.operations import conversations, drafts, standing
from messaging.tests.test_said import unmarked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]
ACTS = ("done", "pin", "snooze", "mute", "conversation_label", "details", "messages", "draft")
COMPOSER = "messaging/conversations/_composer.html"


def parts_of(client: Any, found: Conversation) -> dict[str, drawing.Part]:
    context = client.get(f"/c/{found.id}/").context
    bar = "mail" if found.kind == "mail" else "chat"
    return {f"messaging/conversations/_{bar}_bar.html": context["bar"], COMPOSER: context["composer"]}


def filled(template: str, part: drawing.Part) -> str:
    """The part, and the same as a template without gaps draws it."""
    gaps = {**part.gaps, "csrf_token": "token"}
    found = drawing.drawn(template, {**part.values, "csrf_token": drawing.mark("csrf_token")}, gaps)
    assert found == render_to_string(template, {**unmarked(part.values, gaps), "csrf_token": "token"})
    return found


@pytest.fixture
def talks(alice, bob, carol, chat, make_person) -> list[Conversation]:
    """Two of each kind and form, with names that have to be escaped."""
    for person, name in ((bob, "B<b> & \"Co\" 'x'"), (carol, "C & <i>")):
        person.display_name = name
        person.save()
    started = [chat, conversations.start_direct(alice, other=carol)]
    for title in ("Tea & <b>", 'Roof "A"'):
        group = conversations.start_group(alice, title=title, members=[bob, carol], client_id=uuid4())
        letter = conversations.start_mail(alice, subject=title, to=[bob], body="Dear", client_id=uuid4())
        started += [group, letter]
    return started


def test_what_is_filled_in_is_what_is_rendered(as_alice, alice, bob, talks, say, monkeypatch):
    made: list[str] = []
    draw = drawing._draw
    monkeypatch.setattr(drawing, "kept", drawing.Kept(1_000_000))
    monkeypatch.setattr(
        drawing, "_draw", lambda template, context: made.append(template) or draw(template, context)
    )
    for found in talks:
        whole = "".join(filled(template, part) for template, part in parts_of(as_alice, found).items())
        assert all(f'"{reverse(name, args=[found.id])}"' in whole for name in ACTS)
    assert made.count(COMPOSER) == 2, "one for chats and groups, one for letters"
    assert sum(name.endswith("_bar.html") for name in made) == 3
    before, chat = len(made), talks[0]
    say(bob, chat, "Fresh")
    drafts.save(
        alice, conversation=chat.id, body="</textarea> & so on", reply_to=None, client_id=str(uuid4())
    )
    standing.pin(alice, conversations=[chat.id])
    whole = "".join(filled(template, part) for template, part in parts_of(as_alice, chat).items())
    assert "&lt;/textarea&gt; &amp; so on" in whole and "Unpin" in whole and "Mark as read" in whole
    anew = [name for name in made[before:] if name == COMPOSER or name.endswith("_bar.html")]
    assert anew == ["messaging/conversations/_chat_bar.html"], "a draft is no other form"
