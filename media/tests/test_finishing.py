"""Finishing, interrupted and asked for again: what has arrived is never said to be missing, and never changes."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chatify.jobs import runner
from chatify.lib.errors import NotFound, Unavailable
from media import policy, storage
from media.models import State, Upload
from media.operations import uploads
from media.storage import Slot, Store, links, local

from . import sending, test_bucket

Signed = Callable[[User], Client]
DATA = bytes(range(256)) * 12
AWAY = "The store of files does not answer as it should. Try again in a moment."


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    storage.current.cache_clear()
    yield storage.current()
    storage.current.cache_clear()


def bring(slot: Slot, data: bytes) -> bool:
    send = sending.bring if slot.url.startswith("/") else test_bucket.bring
    return send(slot, data) in (200, 204)


def broken(*_: Any, **__: Any) -> Any:
    raise Unavailable(AWAY)


def sent(owner: User, data: bytes = DATA, *, parts: bool = False) -> Upload:
    """A file that is there, in one piece or in parts, and not finished."""
    begun = uploads.begin(owner, name="beans.bin", size=len(data))
    if not parts:
        assert bring(begun.slot, data)
        return begun.upload
    for number in range(1, policy.parts_of(len(data)) + 1):
        piece = data[(number - 1) * policy.PART_BYTES : number * policy.PART_BYTES]
        assert bring(uploads.part(owner, begun.upload.pk, number), piece)
    return Upload.objects.get(pk=begun.upload.pk)


@pytest.mark.parametrize("parts", [False, True], ids=["whole", "parts"])
@pytest.mark.parametrize("where", ["keep", "chunks"])
def test_what_the_store_failed_at_is_done_when_it_is_asked_again(
    client_for: Signed,
    alice: User,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    parts: bool,
) -> None:
    data = DATA if isinstance(store, local.Folder) else DATA * 2000  # a bucket's parts are 5 MB at least
    monkeypatch.setattr(policy, "PART_BYTES", 1000 if data is DATA else 5 * 2**20)
    row, client = sent(alice, data, parts=parts), client_for(alice)
    address = f"/api/v1/uploads/{row.pk}"
    with monkeypatch.context() as patch:
        patch.setattr(type(store), where, broken)
        for _ in range(2):
            answer = client.post(f"{address}/finish", "{}", content_type="application/json")
            assert (answer.status_code, answer.json()["detail"]) == (503, AWAY)
            assert int(answer["Retry-After"]) >= 1
    shown = client.get(address).json()
    assert (shown["state"], shown["arrived"]) == ("waiting", list(range(1, policy.parts_of(len(data)) + 1)))
    done = uploads.finish(alice, row.pk, sha256=hashlib.sha256(data).hexdigest())
    assert done.state == State.READY
    assert sending.stored(done.key) == data


def test_a_second_piece_changes_nothing_of_what_is_kept(
    alice: User, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = uploads.begin(alice, name="beans.bin", size=len(DATA))
    assert bring(begun.slot, DATA)
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "chunks", broken)
        with pytest.raises(Unavailable):
            uploads.finish(alice, begun.upload.pk)
    assert bring(begun.slot, b"X" * len(DATA))
    store.keep(begun.upload.key)
    done = uploads.finish(alice, begun.upload.pk, sha256=hashlib.sha256(DATA).hexdigest())
    assert sending.stored(done.key) == DATA


def test_who_writes_slowly_changes_nothing_that_was_kept_meanwhile(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "PART_BYTES", 1000)
    row = uploads.begin(alice, name="beans.bin", size=len(DATA)).upload
    slow = local.Arriving(links.Promise(row.key, 1000, policy.ANY, 1))
    slow.write(b"X" * 10)
    for number in range(1, policy.parts_of(len(DATA)) + 1):
        assert bring(uploads.part(alice, row.pk, number), DATA[(number - 1) * 1000 : number * 1000])
    done = uploads.finish(alice, row.pk)
    with pytest.raises(links.BadLink):
        slow.write(b"X" * 990)
    slow.give_up()
    assert sending.stored(done.key) == DATA


def test_a_file_with_holes_is_not_there(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "PART_BYTES", 2000)
    row = uploads.begin(alice, name="beans.bin", size=len(DATA)).upload
    uploads.part(alice, row.pk, 1)
    last = local.Arriving(links.Promise(row.key, len(DATA) - 2000, policy.ANY, 2))
    last.write(DATA[2000:])
    assert local.incoming(row.key).stat().st_size == len(DATA)
    row.refresh_from_db()
    assert uploads.arrived(row) == {}
    with pytest.raises(NotFound, match="Nothing of this file"):
        uploads.finish(alice, row.pk)
    last.give_up()


def test_what_is_given_up_while_it_is_checked_is_gone(
    client_for: Signed, alice: User, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, client = sent(alice), client_for(alice)
    read = type(store).chunks

    def meanwhile(self: Store, key: str) -> Iterator[bytes]:
        if Upload.objects.exists():
            uploads.discard(alice, row.pk)
        yield from read(self, key)

    monkeypatch.setattr(type(store), "chunks", meanwhile)
    answer = client.post(f"/api/v1/uploads/{row.pk}/finish", "{}", content_type="application/json")
    assert answer.status_code == 404
    runner.run_due()
    with pytest.raises(FileNotFoundError):
        sending.stored(row.key)
