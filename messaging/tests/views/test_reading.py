"""Reading: who sees what, drawn how, and with how many queries."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from messaging.models import Message
from messaging.operations import conversations, groups, inbox, members, messages, standing
from messaging.operations import drafts as drafting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("acquainted")]

PARTIAL = {"HX-Request": "true", "HX-Target": "pane"}


def html(response):
    return response.content.decode()


def test_a_member_reads_a_chat_and_it_stays_unread_until_said_otherwise(as_bob, alice, bob, chat, say):
    sent = say(alice, chat, "Good morning")
    page = html(as_bob.get(f"/c/{chat.id}/"))
    assert f'id="m-{sent.id}"' in page
    assert "Good morning" in page
    assert f'id="row-{chat.id}"' in page
    assert 'data-unread="1"' in html(as_bob.get(f"/c/{chat.id}/row/"))


def test_strangers_and_removed_members_find_nothing(as_dave, as_bob, alice, bob, group, say):
    say(alice, group, "Between us")
    assert "Between us" in html(as_bob.get(f"/c/{group.id}/"))
    members.remove(alice, conversation=group.id, user=bob)
    for client in (as_dave, as_bob):
        for path in ("", "messages/?before=9", "row/", "details/"):
            response = client.get(f"/c/{group.id}/{path}", headers=PARTIAL)
            assert response.status_code == 404, path
            assert "Between us" not in html(response)
            assert "Garden" not in html(response)


def test_who_is_signed_out_is_sent_to_the_sign_in_page_and_back(client, chat):
    response = client.get(f"/c/{chat.id}/")
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next=%2Fc%2F{chat.id}%2F"


def test_a_script_of_a_session_that_ended_is_told_so(client, chat):
    assert client.post(f"/c/{chat.id}/messages/", headers={"Accept": "application/json"}).status_code == 401
    part = client.get(f"/c/{chat.id}/", headers=PARTIAL)
    assert part.status_code == 401
    assert part["HX-Redirect"].startswith("/accounts/login/")


def test_the_inbox_shows_what_its_filter_says(as_alice, bob, chat, letter, say):
    say(bob, chat, "A chat")
    for chosen, shown, hidden in (("chats", chat, letter), ("mail", letter, chat)):
        page = html(as_alice.get(f"/inbox/?filter={chosen}"))
        assert f'id="row-{shown.id}"' in page
        assert f'id="row-{hidden.id}"' not in page
    assert "All read" not in html(as_alice.get("/inbox/?filter=unread"))
    assert "Nothing sent yet" in html(as_alice.get("/inbox/?filter=sent"))


def test_the_inbox_pages_without_skip_or_repeat(as_alice, alice, bob):
    made = [
        conversations.start_group(bob, title=f"G{i}", members=[alice], client_id=uuid4()) for i in range(35)
    ]
    first = html(as_alice.get("/inbox/"))
    more = re.search(r'id="more" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = html(as_alice.get(more, headers={"HX-Request": "true", "HX-Target": "more"}))
    assert "<html" not in second
    rows = re.findall(r'id="row-([0-9a-f-]+)"', first + second)
    assert len(rows) == len(set(rows)) == len(made)


def test_a_filter_swaps_the_list_alone(as_alice, chat):
    headers = {"HX-Request": "true", "HX-Target": "list", "HX-Current-URL": "http://testserver/inbox/"}
    response = as_alice.get("/inbox/?filter=chats", headers=headers)
    assert 'id="rows"' in html(response)
    assert "<html" not in html(response)
    assert response["HX-Push-Url"] == "/inbox/?filter=chats"
    elsewhere = {**headers, "HX-Current-URL": f"http://testserver/c/{chat.id}/"}
    assert "HX-Push-Url" not in as_alice.get("/inbox/?filter=chats", headers=elsewhere)


def test_a_row_opens_the_pane_alone_and_going_back_gives_the_page(as_alice, chat):
    part = html(as_alice.get(f"/c/{chat.id}/", headers=PARTIAL))
    assert "<title>Bob · Chatify</title>" in part
    assert 'class="side"' not in part
    restored = as_alice.get(f"/c/{chat.id}/", headers={**PARTIAL, "HX-History-Restore-Request": "true"})
    assert 'class="side"' in html(restored)


def test_runs_days_and_the_new_line_are_drawn(as_bob, alice, bob, chat, say):
    first, second, third = (say(alice, chat, text) for text in ("one", "two", "three"))
    day = timezone.timedelta(days=1)
    Message.objects.filter(pk=first.id).update(sent_at=first.at - day)
    inbox.mark_read(bob.pk, conversation=chat.id, number=1)
    page = html(as_bob.get(f"/c/{chat.id}/"))
    assert page.count('class="day"') == 2
    assert page.count('class="new"') == 1
    assert page.index(f"m-{first.id}") < page.index('class="new"') < page.index(f"m-{second.id}")
    assert re.search(rf'class="said[^"]* continued" id="m-{third.id}"', page)
    assert not re.search(rf'class="said[^"]* continued" id="m-{second.id}"', page)


def test_marks_say_how_far_everybody_else_has_come(as_alice, alice, bob, carol, group, say):
    say(alice, group)
    state = lambda: re.search(r'class="receipt" data-state="(\w+)"', html(as_alice.get(f"/c/{group.id}/")))[1]  # noqa: E731
    assert state() == "sent"
    inbox.mark_read(bob.pk, conversation=group.id, number=1)
    assert state() == "sent"
    inbox.mark_delivered(carol.pk, conversation=group.id, number=1)
    assert state() == "delivered"
    inbox.mark_read(carol.pk, conversation=group.id, number=1)
    assert state() == "read"


def test_what_happened_is_told_between_the_messages(as_alice, alice, bob, group):
    groups.change(alice, conversation=group.id, title="Orchard")
    members.remove(alice, conversation=group.id, user=bob)
    page = html(as_alice.get(f"/c/{group.id}/"))
    assert "changed the name to <b><bdi>Orchard</bdi></b>" in page
    assert "removed <b><bdi>Bob</bdi></b>" in page


def test_earlier_messages_come_as_a_part_and_as_a_page(as_alice, bob, chat, say):
    sent = [say(bob, chat, f"number {index}") for index in range(60)]
    page = html(as_alice.get(f"/c/{chat.id}/"))
    link = re.search(r'id="older" rel="prev" href="([^"]+)"', page)[1]
    assert f"m-{sent[9].id}" not in page
    part = html(as_alice.get(link, headers={"HX-Request": "true", "HX-Target": "timeline"}))
    assert [part.index(f"m-{each.id}") for each in sent[:10]] == sorted(
        part.index(f"m-{each.id}") for each in sent[:10]
    )
    assert 'id="older"' not in part
    whole = as_alice.get(link, follow=True)
    assert f"m-{sent[0].id}" in html(whole)
    assert "Back to the newest" in html(whole)


def test_a_letter_has_its_subject_its_recipients_and_folds_what_was_read(
    as_alice, alice, bob, carol, letter, say
):
    read, unread = say(alice, letter, "Thank you"), say(bob, letter, "Signed")
    page = html(as_alice.get(f"/c/{letter.id}/"))
    assert "<h1><bdi>Lease</bdi></h1>" in page
    assert re.findall(r"<dt>(\w+)</dt>", page) == ["From", "To", "Cc"]
    assert re.search(rf'class="said folded [^"]*" id="m-{read.id}"', page)
    assert not re.search(rf'class="said folded [^"]*" id="m-{unread.id}"', page)


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "around=1e9", "before=99999999999999999999", "before=१"]
)
def test_a_position_that_is_none_is_refused_in_words(as_alice, chat, query):
    response = as_alice.get(f"/c/{chat.id}/?{query}")
    assert response.status_code == 422
    assert "whole number" in html(response)


@pytest.mark.parametrize("query", ["filter=nonsense", "cursor=AAAA", "cursor=%00"])
def test_an_inbox_address_that_is_none_is_refused_in_words(as_alice, query):
    assert as_alice.get(f"/inbox/?{query}").status_code == 422


def fill(alice, bob, count, say):
    for index in range(count):
        row = conversations.start_group(bob, title=f"G{index}", members=[alice], client_id=uuid4())
        say(bob, row)


@pytest.mark.parametrize("count", [1, 60])
def test_the_inbox_takes_at_most_ten_queries(as_alice, alice, bob, say, count, django_assert_max_num_queries):
    fill(alice, bob, count, say)
    as_alice.get("/inbox/")
    with django_assert_max_num_queries(10):
        as_alice.get("/inbox/")


@pytest.mark.parametrize("count", [1, 200])
def test_a_conversation_takes_at_most_ten_queries(
    as_alice, alice, bob, carol, dave, say, count, django_assert_max_num_queries
):
    group = conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())
    members.add(alice, conversation=group.id, users=[dave])
    for index in range(count):
        say((alice, bob, carol)[index % 3], group)
    members.remove(alice, conversation=group.id, user=dave)
    fill(alice, bob, 3, say)
    say(carol, conversations.start_direct(alice, other=carol))
    as_alice.get(f"/c/{group.id}/")
    with django_assert_max_num_queries(12):  # the list counts what waits behind each filter
        as_alice.get(f"/c/{group.id}/")
    with django_assert_max_num_queries(11):
        as_alice.get(f"/c/{group.id}/", headers=PARTIAL)


def test_nobody_signed_in_needs_a_script(as_alice: Client, chat):
    page = html(as_alice.get(f"/c/{chat.id}/"))
    for tag in re.findall(r"<(?:a|form|button)\b[^>]*hx-(?:get|post|boost)[^>]*>", page):
        assert re.search(r'(href|action|name)="', tag), tag


def test_a_page_that_was_drawn_before_shows_what_changed_since(as_alice, alice, bob, chat, say):
    sent = say(bob, chat, "The old words")
    answer = messages.send(alice, conversation=chat.id, body="Yes", client_id=uuid4(), reply_to=sent.id)
    before = html(as_alice.get(f"/c/{chat.id}/"))
    assert before.count("The old words") == 2, "said, and quoted by the answer"
    assert f'id="m-{answer.id}"' in before
    Message.objects.filter(pk=sent.id).update(
        html="<p>Other words</p>", body="Other words", edited_at=timezone.now()
    )
    User.objects.filter(pk=bob.pk).update(display_name="Robert")
    after = html(as_alice.get(f"/c/{chat.id}/"))
    assert "The old words" not in after
    assert after.count("Other words") == 2
    assert "<bdi>Bob</bdi>" not in after
    assert "<bdi>Robert</bdi>" in after
    Message.objects.filter(pk=sent.id).update(deleted_at=timezone.now())
    gone = html(as_alice.get(f"/c/{chat.id}/"))
    assert "Other words" not in gone
    assert "Deleted message" in gone


def test_bar_and_composer_show_what_changed_since_and_each_reader_their_own(
    as_alice, as_bob, alice, bob, group, say
):
    say(bob, group, "Here")
    page = f"/c/{group.id}/"
    before, his = html(as_alice.get(page)), html(as_bob.get(page))
    tokens = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', before)
    assert len(tokens) > 5 and not set(tokens) & set(re.findall(r'value="([^"]{60,})"', his))
    one, other = (re.search(r'name="client_id" value="([^"]+)"', text) for text in (before, his))
    assert one and other and one[1] != other[1]
    assert "Unpin" not in before and 'aria-label="Back to the inbox" title' not in before
    for change in (standing.pin, standing.done):
        change(alice, conversations=[group.id])
    drafting.save(alice, conversation=group.id, body="Half a word", client_id=str(uuid4()))
    groups.change(alice, conversation=group.id, title="Other walls")
    User.objects.filter(pk=bob.pk).update(display_name="Robert")
    after = html(as_alice.get(page))
    bar = after.partition('id="scroll"')[0].rpartition('class="bar"')[2]
    assert "Unpin" in bar and 'aria-label="Back to the inbox" title' in bar
    assert "Other walls" in bar and "Robert" in bar
    assert "Half a word</textarea>" in after and "Message to Other walls" in after
    his = html(as_bob.get(page))
    assert "Unpin" not in his and "Half a word" not in his and "Other walls" in his


def test_below_the_last_letter_stands_what_can_be_made_of_it(
    client_for, alice, bob, carol, letter, chat, say
):
    as_alice, first = client_for(alice), Message.objects.get(conversation=letter)
    page = html(as_alice.get(f"/c/{letter.id}/"))
    assert f'href="/m/{first.id}/answer/"' in page and f'href="/forward/?message={first.id}"' in page
    assert f'href="/m/{first.id}/answer/" hidden' in html(client_for(carol).get(f"/c/{letter.id}/"))
    last = say(bob, letter, "I have read it.")
    assert f'href="/forward/?message={last.id}"' in html(as_alice.get(f"/c/{letter.id}/"))
    say(bob, chat)
    assert 'id="answers"' not in html(as_alice.get(f"/c/{chat.id}/"))
