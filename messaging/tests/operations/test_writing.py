"""What a letter quotes is folded; what somebody quotes in a chat is the line that they mean."""

from uuid import uuid4

import pytest

from accounts.models import User
from messaging.models import Message
from messaging.operations import conversations, edits, messages

pytestmark = pytest.mark.django_db

ANSWER = "Yes, on Sunday.\n\n> Who waters?\n>\n> > I cannot\n"
FOLD = '<details class="quoted"><summary>Quoted text</summary><blockquote>'


def test_a_letter_folds_what_it_quotes_and_a_chat_does_not(
    acquainted: None, alice: User, bob: User, client_for: object
) -> None:
    thread = conversations.start_mail(alice, subject="Water", to=[bob], body=ANSWER, client_id=uuid4())
    chat = conversations.start_direct(alice, other=bob)
    answered = messages.send(bob, conversation=thread.id, body="Fine", client_id=uuid4())
    edits.edit(bob, message=answered.id, body=ANSWER)
    messages.send(bob, conversation=chat.id, body=ANSWER, client_id=uuid4())
    letters = list(Message.objects.filter(conversation=thread))
    assert len(letters) == 2
    for letter in letters:
        assert letter.html.count(FOLD) == letter.html.count("</details>") == 1, "with what is quoted in it"
        assert letter.html.index("on Sunday") < letter.html.index(FOLD) < letter.html.index("I cannot")
    said = Message.objects.get(conversation=chat)
    assert "<blockquote>" in said.html and "details" not in said.html
    page = client_for(bob).get(f"/c/{thread.id}/").content.decode()  # type: ignore[operator]
    assert page.count(FOLD) == 2
