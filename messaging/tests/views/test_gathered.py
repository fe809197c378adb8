"""Media, files and links of a conversation in one place, for those who may read it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media.models import State, Upload
from media.tests import samples, sending
from messaging.models import Message
from messaging.operations import conversations, deletions, hiding, members, messages
from messaging.queries import access, gathered

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob, carol):
    return conversations.start_group(alice, title="Garden", members=[bob, carol], client_id=uuid4())


def send(sender, group, body="", *files):
    carried = [file.pk for file in files]
    return messages.send(sender, conversation=group.id, body=body, client_id=uuid4(), attachments=carried)


def shown(client, group, kind="media", after=""):
    return client.get(f"/c/{group.id}/files/?kind={kind}" + (f"&after={after}" if after else ""))


def texts(client, group, kind):
    answer = shown(client, group, kind)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_kind_is_in_its_place_with_its_message(client_for, alice, bob, group):
    photo = sending.upload(alice, samples.photo(), name="garden.jpg")
    plan = sending.upload(alice, b"water the beans\n", name="plan.txt")
    sent = send(alice, group, "both", photo, plan)
    send(alice, group, "See https://example.org/?a=1&b=2 and `https://code.test`")
    client = client_for(bob)
    media, files, links = (texts(client, group, kind) for kind in ("media", "files", "links"))
    assert "garden.jpg" in media and "plan.txt" not in media and f'data-file="{photo.pk}"' in media
    assert "plan.txt" in files and "garden.jpg" not in files
    assert (
        'href="https://example.org/?a=1&amp;b=2"' in links
        and "code.test" not in links.split("gathered links")[1]
    )
    assert f"#m-{sent.id}" in media
    assert f"/c/{group.id}/files/" in client.get(f"/c/{group.id}/details/").content.decode()


def test_what_is_deleted_hidden_or_refused_is_not_there(client_for, alice, bob, group):
    files = [sending.upload(alice, samples.photo(60 + n, 40), name=f"p{n}.jpg") for n in range(3)]
    sent = [send(alice, group, "", file) for file in files]
    client = client_for(bob)
    assert all(f"p{n}.jpg" in texts(client, group, "media") for n in range(3))
    deletions.delete(alice, message=sent[0].id)
    hiding.hide(bob, messages=[sent[1].id])
    Upload.objects.filter(pk=files[2].pk).update(state=State.REFUSED)
    page = texts(client, group, "media")
    assert not any(f"p{n}.jpg" in page for n in range(3)) and "No media yet" in page
    assert "p1.jpg" in texts(client_for(alice), group, "media"), "hidden for bob alone"


def test_only_members_see_it_and_only_what_came_after_them(client_for, alice, bob, dave, group):
    send(alice, group, "", sending.upload(alice, samples.photo(), name="garden.jpg"))
    assert shown(client_for(bob), group).status_code == 200
    members.remove(alice, conversation=group.id, user=bob)
    for kind in gathered.KINDS:
        assert shown(client_for(bob), group, kind).status_code == 404
        assert shown(client_for(dave), group, kind).status_code == 404
    assert shown(client_for(alice), group, "fax").status_code == 404
    assert shown(client_for(alice), group, "media", "nonsense").status_code == 422


def test_pages_follow_each_other_and_links_are_looked_for_a_piece_at_a_time(alice, group, monkeypatch):
    for n in range(5):
        send(alice, group, f"https://example.org/{n}")
        send(alice, group, "words")
    found = access.conversation_for(alice, group.id)
    first = gathered.page(found, "links", limit=2)
    rest = gathered.page(found, "links", cursor=first.next, limit=10)
    assert [row.body[-1] for row in (*first.items, *rest.items)] == ["4", "3", "2", "1", "0"]
    assert rest.next is None
    monkeypatch.setattr(gathered, "LOOKED_AT", 4)
    seen, cursor = [], None
    for _ in range(9):
        page = gathered.page(found, "links", cursor=cursor)
        seen += page.items
        if (cursor := page.next) is None:
            break
    assert len(seen) == 5 and cursor is None


def test_many_cost_as_many_queries_as_one(client_for, alice, bob, group):
    client = client_for(bob)
    counts = []
    for size in (1, 4):
        for n in range(size):
            send(alice, group, "", sending.upload(alice, samples.photo(50 + n + 10 * size, 40), name="p.jpg"))
        with CaptureQueriesContext(connection) as asked:
            shown(client, group)
        counts.append(len(asked))
    assert counts[0] == counts[1] and Message.objects.count() == 5
