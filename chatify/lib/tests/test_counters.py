"""Rate limits, cursors, the fair lock, the chain's canonical form."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache

from chatify.lib import digest, paging, ratelimit
from chatify.lib.db import FairLock
from chatify.lib.errors import Invalid, TooMany


@pytest.fixture
def ten_a_minute(settings):
    settings.CHATIFY_LIMITS = 1.0
    settings.CHATIFY_RATES = {"try": (10, 60)}


def test_exactly_ten_pass_under_fifty_parallel_tries(ten_a_minute):
    def attempt(_):
        try:
            ratelimit.hit("try", "alice")
        except TooMany as refusal:
            assert 0 < refusal.retry_after <= 60
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(attempt, range(50))) == 10
    ratelimit.hit("try", "bob")


def test_limits_scale_and_switch_off(ten_a_minute, settings):
    settings.CHATIFY_LIMITS = 0.5
    assert ratelimit.limit_for("try") == (5, 60)
    settings.CHATIFY_LIMITS = None
    for _ in range(100):
        ratelimit.hit("try", "alice")


def test_without_a_cache_only_sign_in_is_refused(ten_a_minute, settings, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(cache, "add", down)
    ratelimit.hit("try", "alice")
    settings.CHATIFY_RATES_CLOSED = ("try",)
    with pytest.raises(TooMany):
        ratelimit.hit("try", "alice")


def test_a_count_that_redis_began_anew_has_an_end(ten_a_minute, monkeypatch):
    ends = []
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: False)
    monkeypatch.setattr(cache, "incr", lambda entry: 1)
    monkeypatch.setattr(cache, "touch", lambda entry, seconds: ends.append(seconds))
    ratelimit.hit("try", "alice")
    assert ends == [60]


def test_a_cursor_gives_back_what_it_was_made_of():
    at, id = datetime(2026, 5, 1, 12, tzinfo=UTC), uuid4()
    assert paging.decode(paging.encode(at, id, 7), datetime, UUID, int) == [at, id, 7]


@pytest.mark.parametrize(
    "cursor",
    ["", "é", "a", "W10", paging.encode("x"), paging.encode(2**60), paging.encode("1" * 9999), "W" * 9999],
)
def test_a_cursor_we_did_not_make_is_invalid(cursor):
    with pytest.raises(Invalid):
        paging.decode(cursor, int)


def test_the_lock_is_granted_in_the_order_of_asking():
    lock, order, waiting = FairLock(), [], []
    lock.acquire()
    for number in range(5):
        ready = threading.Event()

        def queue(number=number, ready=ready):
            ready.set()
            lock.acquire()
            order.append(number)
            lock.release()

        thread = threading.Thread(target=queue)
        thread.start()
        ready.wait()
        while len(lock._waiting) <= number:
            pass
        waiting.append(thread)
    lock.release()
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_the_canonical_form_is_rfc_8785():
    bytes_ = digest.canonical(
        conversation=UUID(int=1), seq=2, type="message.sent", actor=None,
        at=datetime(2026, 1, 2, 3, 4, 5, 678999, tzinfo=UTC), data={"b": "é\n\u2028", "a": True, "z": None},
    )  # fmt: skip
    assert bytes_.decode() == (
        '{"actor":null,"at":"2026-01-02T03:04:05.678Z","conversation":"00000000-0000-0000-0000-000000000001",'
        '"data":{"a":true,"b":"é\\n\u2028","z":null},"event":"message.sent","seq":2}'
    )
    assert digest.chain(digest.GENESIS, bytes_) != digest.chain("1" * 64, bytes_)
