"""Search finds what its asker may read and nothing else, whatever is typed."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tests.pictures import picture
from chatify.lib.errors import Invalid, TooMany
from media.tests.sending import upload
from messaging.models import Conversation, HiddenMessage, Message, SearchEntry, SearchProgress
from messaging.operations import conversations, deletions, edits, inbox, members, messages, stars
from messaging.operations import search as index
from messaging.operations.log import Sent
from messaging.queries import search
from messaging.queries.search import backends, scope, walk, ways
from messaging.queries.search.grammar import parse
from messaging.queries.search.matching import Way
from messaging.queries.search.ways import Plan

pytestmark = pytest.mark.django_db
Say = Callable[..., Sent]


@pytest.fixture
def say() -> Say:
    def send(sender: User, conversation: Conversation, body: str) -> Sent:
        return messages.send(sender, conversation=conversation.id, body=body, client_id=uuid4())

    return send


@pytest.fixture
def chat(alice: User, bob: User) -> Conversation:
    return conversations.start_direct(alice, other=bob)


@pytest.fixture
def group(acquainted: None, alice: User, bob: User, carol: User) -> Conversation:
    return conversations.start_group(alice, title="Jardín de Ana", members=[bob, carol], client_id=uuid4())


@pytest.fixture(params=["few", "many", "whole", "mine", "portable"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test of what is found runs by rows, through the index, by stretches of both sorts, and without an index."""
    monkeypatch.setattr(walk, "SECONDS", 60.0)  # however slow the machine is
    if request.param != "few":
        monkeypatch.setattr(ways, "FEW_MESSAGES", 0)
    if request.param in ("whole", "mine"):
        take(Way[request.param.upper()], monkeypatch)
    if request.param == "portable":
        monkeypatch.setattr(backends, "_BY_VENDOR", {})


def take(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """By stretches of a second or so."""
    monkeypatch.setattr(walk, "chosen", lambda *_, low, below: Plan(way, 1 << 31))


def found(user: User, q: str) -> list[str]:
    index.catch_up()
    return [hit.message.body for hit in search.page(user, q).hits]


TEXTS = (
    "我家在上海东边",
    "The café is open",
    "ping 10.0.0.1 please",
    "this is a test",
    "read https://example.org/some/path?x=1",
    "Größe L",
    "it's 100% fine, \\ and _ too",
    "🎉",
)


@pytest.mark.parametrize(
    ("q", "place"),
    [
        ("上海", 0),
        ("海", 0),
        ("cafe", 1),
        ("CAFÉ", 1),
        ("10.0.0.1", 2),
        ("0.0.1", 2),
        ("st", 3),
        ("is test", 3),
        ("example.org/some/path", 4),
        ("https://example.org/some", 4),
        ("grosse", 5),
        ("100%", 6),
        ("\\", 6),
        ("_", 6),
        ("it's", 6),
        ("🎉", 7),
    ],
)
def test_parts_of_words_accents_cjk_addresses_and_signs_are_found(way, alice, bob, chat, say, q, place):
    for text in TEXTS:
        say(bob, chat, text)
    assert found(alice, q) == [TEXTS[place]]


@pytest.mark.parametrize(
    "q", ["shanghai", "tesst", "10.0.0.2", "海上", '"test a"', "x" * 200, "%", "in:nowhere test"]
)
def test_what_nobody_said_is_not_found(way, alice, bob, chat, say, q):
    for text in TEXTS[:6]:
        say(bob, chat, text)
    assert len(found(alice, "e")) == 5
    assert found(alice, q) == []


def test_every_operator_narrows(way, alice, bob, carol, chat, group, say):
    say(alice, chat, "tea at four")
    say(bob, chat, "tea with milk https://example.org")
    in_group = say(carol, group, "green tea")
    conversations.start_mail(
        carol, subject="Lease", to=[alice], cc=[bob], body="tea and the lease", client_id=uuid4()
    )
    stars.add(alice, messages=[in_group.id])
    inbox.mark_read(alice.pk, conversation=group.id, number=1)
    expected = {
        "tea": 4,
        "from:bob tea": 1,
        "from:@bob": 1,
        "from:me": 1,
        "from:nobody tea": 0,
        "to:me": 2,
        "to:bob": 2,
        "in:jardin tea": 1,
        'in:"Jardín de Ana"': 1,
        "in:bob tea": 2,
        "in:mail tea": 1,
        "in:lease": 1,
        "in:chats tea": 3,
        "in:sent": 1,
        "has:link": 1,
        "has:links tea": 1,
        "has:image": 0,
        "is:starred": 1,
        "-is:starred tea": 3,
        "is:unread": 2,
        "is:read": 2,
        "is:mine tea": 1,
        "-is:mine tea": 3,
        "is:pinned": 0,
        "is:edited": 0,
        "tea -milk": 3,
        'tea -"green tea"': 3,
        '"tea with"': 1,
        "before:1999 tea": 0,
        "after:1999 tea": 4,
        "after:today tea": 4,
        "before:today tea": 0,
    }
    assert {q: len(found(alice, q)) for q in expected} == expected


def test_files_are_found_by_their_names_and_sorts(way, alice, bob, chat):
    note = upload(bob, b"figures", name="Búdget 2026.txt")
    photo = upload(bob, picture().read(), name="shore.png")
    for file in (note, photo):
        messages.send(bob, conversation=chat.id, body="see this", client_id=uuid4(), attachments=[file.pk])
    expected = {
        "budget": 1,
        "shore": 1,
        "has:file": 2,
        "has:images": 1,
        "has:video": 0,
        "shore has:file see": 1,
    }
    assert {q: len(found(alice, q)) for q in expected} == expected
    call_command("reindex_search", check=True, stdout=StringIO())


def test_a_stranger_a_newcomer_and_somebody_who_left_find_only_what_is_theirs(
    way, alice, bob, dave, group, say
):
    say(bob, group, "the secret recipe")
    assert found(alice, "recipe") == ["the secret recipe"]
    assert found(dave, "recipe") == []
    members.add(alice, conversation=group.id, users=[dave])
    say(bob, group, "a recipe for everybody")
    seen = found(dave, "recipe")
    assert "a recipe for everybody" in seen
    members.remove(alice, conversation=group.id, user=bob)
    assert found(bob, "recipe") == []
    assert found(bob, "from:me") == []
    assert len(found(alice, "recipe")) == 2


def test_what_was_hidden_deleted_or_said_before_a_newcomer_is_not_found(way, alice, bob, chat, say):
    hidden, gone, early = (say(bob, chat, f"plum {name}") for name in ("hidden", "gone", "early"))
    say(bob, chat, "plum stays")
    assert len(found(alice, "plum")) == 4
    HiddenMessage.objects.create(user=alice, message_id=hidden.id)
    Message.objects.filter(pk=gone.id).update(deleted_at=timezone.now(), body="", html="")
    assert found(alice, "plum") == ["plum stays", "plum early"]
    assert "plum hidden" in found(bob, "plum")
    chat.memberships.filter(user=alice).update(visible_from_seq=early.seq + 1)
    assert found(alice, "plum") == ["plum stays"]


def test_an_index_that_lags_behind_an_edit_finds_neither_the_old_words_nor_breaks(way, alice, bob, chat, say):
    sent = say(bob, chat, "the old words")
    assert found(alice, "old words") == ["the old words"]
    Message.objects.filter(pk=sent.id).update(body="new ones")
    assert found(alice, "old words") == []


def test_the_index_follows_edits_and_deletions_of_the_log(alice, bob, chat, say):
    edited, deleted = say(bob, chat, "first wording"), say(bob, chat, "a regret")
    index.catch_up()
    edits.edit(bob, message=edited.id, body="second wording")
    deletions.delete(bob, message=deleted.id)
    assert found(alice, "second") == ["second wording"]
    assert found(alice, "first") == found(alice, "regret") == []
    assert found(alice, "is:edited") == ["second wording"]
    assert list(SearchEntry.objects.values_list("text", flat=True)) == ["second wording"]
    call_command("reindex_search", check=True, stdout=StringIO())


def test_reading_the_log_again_changes_nothing_and_what_is_missing_is_named(alice, bob, chat, say):
    say(bob, chat, "once")
    assert index.catch_up() == 1
    assert index.catch_up() == 0
    SearchProgress.objects.update(seq=0)
    assert index.catch_up() == 1
    assert found(alice, "once") == ["once"]
    SearchEntry.objects.update(text="twice")
    with pytest.raises(CommandError):
        call_command("reindex_search", check=True, stdout=StringIO())
    call_command("reindex_search", anew=True, stdout=StringIO())
    call_command("reindex_search", check=True, stdout=StringIO())
    assert found(alice, "once") == ["once"]


def test_messages_of_one_millisecond_keep_places_of_their_own(alice, bob, chat, monkeypatch):
    monkeypatch.setattr(index, "position_of", lambda at, number: 7)
    for number in range(3):
        messages.send(bob, conversation=chat.id, body=f"now {number}", client_id=uuid4())
    assert len(found(alice, "now")) == 3
    assert sorted(SearchEntry.objects.values_list("position", flat=True)) == [7, 8, 9]


def test_a_place_next_to_a_taken_one_may_be_taken_too(alice, bob, chat, monkeypatch):
    monkeypatch.setattr(index, "position_of", lambda at, number: 7 + number % 2)
    for number in range(5):
        messages.send(bob, conversation=chat.id, body=f"now {number}", client_id=uuid4())
        assert len(found(alice, "now")) == number + 1
    assert sorted(SearchEntry.objects.values_list("position", flat=True)) == [7, 8, 9, 10, 11]


def test_pages_neither_skip_nor_repeat_while_messages_arrive(way, alice, bob, chat, say):
    for number in range(25):
        say(bob, chat, f"apple {number}")
    index.catch_up()
    seen: list[str] = []
    cursor = None
    while True:
        page = search.page(alice, "apple", cursor=cursor, limit=4)
        seen += [hit.message.body for hit in page.hits]
        say(bob, chat, "apple that came later")
        index.catch_up()
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"apple {number}" for number in reversed(range(25))]


def test_what_is_far_back_comes_with_the_next_page(alice, bob, chat, say, monkeypatch):
    monkeypatch.setattr(ways, "FEW_MESSAGES", 0)
    monkeypatch.setattr(walk, "MOST_LOOKED_AT", 1)
    monkeypatch.setattr(walk, "SPARE", 1)
    say(bob, chat, "the pear")
    for _ in range(4):
        say(bob, chat, "pear not mine")
    index.catch_up()
    page = search.page(alice, "pear -mine", limit=1)
    while page.next and not page.hits:
        page = search.page(alice, "pear -mine", limit=1, cursor=page.next)
    assert [hit.message.body for hit in page.hits] == ["the pear"]


@pytest.mark.parametrize("way", Way)
def test_whatever_time_there_is_nothing_is_skipped(alice, bob, carol, chat, group, say, monkeypatch, way):
    """With none at all, each page is one stretch: together they are what one page finds that has time."""
    for number in range(12):
        say(bob, chat, f"fig {number}")
        say(carol, group, f"other {number}")
    index.catch_up()
    places = sorted(SearchEntry.objects.values_list("position", flat=True))
    width = (places[-1] - places[0]) // 5
    monkeypatch.setattr(walk, "chosen", lambda *_, low, below: Plan(way, width))
    monkeypatch.setattr(walk, "SECONDS", 0.0)
    seen: list[str] = []
    pages, cursor = 0, None
    while pages == 0 or (cursor and pages < 12):
        page = search.page(alice, "fig", cursor=cursor)
        assert (page.reached is None) == (page.next is None)
        seen += [hit.message.body for hit in page.hits]
        pages, cursor = pages + 1, page.next
    assert seen == [f"fig {number}" for number in reversed(range(12))]
    assert 3 < pages < 12


def test_the_way_is_chosen_by_what_the_newest_entries_hold(alice, bob, chat, group, say, monkeypatch):
    for number in range(8):
        say(bob, chat, f"plum {number}")
    say(bob, group, "a quince")
    index.catch_up()
    monkeypatch.setattr(ways, "FEW_MESSAGES", 0)
    monkeypatch.setattr(ways, "SAMPLE", 4)
    monkeypatch.setattr(ways, "RARE", 3)

    def way(q: str) -> Way:
        match = scope.of(alice, parse(q)).match()
        assert match
        return ways.chosen(backends.current(), match, low=0, below=walk.NEWEST).way

    monkeypatch.setattr(backends.Sqlite, "total", lambda self: 9)
    monkeypatch.setattr(backends.Postgresql, "total", lambda self: 9)
    assert way("quince") is way("zebra") is Way.PAIRS
    assert way("plum") is Way.WHOLE
    assert way("u") is Way.WHOLE
    assert way("plum in:jardin") is Way.MINE
    monkeypatch.setattr(ways, "FEW_MESSAGES", 20)
    assert way("plum") is Way.MINE


def test_people_and_conversations_come_with_plain_words_alone(alice, bob, group):
    page = search.page(alice, "jardin")
    assert [row.title for row in page.conversations] == ["Jardín de Ana"]
    assert [person.username for person in search.page(alice, "bob").people] == ["bob"]
    assert not search.page(alice, "from:bob").people
    assert not search.page(bob, "bob").people, "oneself is not searched for"


def test_a_conversation_of_others_is_not_found_by_its_title(dave, group):
    assert search.page(dave, "jardin").nothing


@pytest.mark.parametrize(
    "q",
    [
        "",
        " ",
        '"',
        '""',
        "-",
        "from:",
        "is:nonsense",
        "has:",
        "before:soon",
        "after:2026-13-45",
        "-word",
        ":",
        "--",
        "\x00",
    ],
)
def test_odd_queries_find_nothing_and_break_nothing(alice, chat, q):
    assert not search.page(alice, q).hits


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "WyJ4Il0", "WyItMSJd", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0"]
)
def test_a_cursor_that_is_none_is_refused(alice, cursor):
    if cursor:
        with pytest.raises(Invalid):
            search.page(alice, "tea", cursor=cursor)


def test_thirty_searches_a_minute(alice, settings):
    settings.CHATIFY_LIMITS = 1.0
    for _ in range(30):
        search.page(alice, "tea")
    search.page(alice, "")
    with pytest.raises(TooMany):
        search.page(alice, "tea")


@pytest.mark.parametrize("count", [1, 40])
def test_a_search_takes_a_constant_number_of_queries(
    alice, bob, group, chat, say, count, django_assert_max_num_queries
):
    for number in range(count):
        say(bob, chat, f"tea {number}")
        say(bob, group, f"tea {number}")
    index.catch_up()
    with django_assert_max_num_queries(14):
        assert len(search.page(alice, "tea").hits) == min(30, 2 * count)


def test_queries_are_read_as_they_are_meant():
    wanted = parse('from:@ada "Two Words" -café has:files is:bogus before:2026-03 https://a.b/c re:zero')
    assert wanted.senders == ["ada"]
    assert wanted.terms == ["two words", "https://a.b/c", "re:zero"]
    assert wanted.without == ["cafe"]
    assert wanted.has == {"file"}
    assert wanted.before == datetime(2026, 3, 1, tzinfo=UTC)
    assert len(wanted.refused) == 1


def test_an_entry_that_the_index_lost_is_told(chat, alice, say):
    sent = say(alice, chat, "where is the heron")
    index.catch_up()
    assert list(index.differences()) == []
    (entry,) = SearchEntry.objects.filter(pk=sent.id)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE messaging_searchentry SET pairs = NULL WHERE message_id = %s", [entry.pk])
    else:
        backends.current().remove([entry])
        SearchEntry.objects.bulk_create([entry])
    assert list(index.differences()) == [f"message {sent.id}: it cannot be found"]
