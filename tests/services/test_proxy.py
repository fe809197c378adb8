"""Each way of breaking a line does what its name says, and the line can be mended."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.services.proxy import Proxy, Way


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            while data := peer.recv(65_536):
                peer.sendall(data)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as proxy:
        yield proxy


@contextlib.contextmanager
def line(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as plug:
        yield plug


def says(plug: socket.socket, data: bytes) -> bytes:
    """What comes back for it."""
    plug.sendall(data)
    heard = b""
    while len(heard) < len(data) and (more := plug.recv(65_536)):
        heard += more
    return heard


def silent(plug: socket.socket) -> bool:
    """Whether nothing arrives, not even an end."""
    plug.settimeout(0.3)
    try:
        return plug.recv(1) is None
    except TimeoutError:
        return True
    finally:
        plug.settimeout(5)


def test_it_carries_both_ways_and_the_end(proxy: Proxy) -> None:
    with line(proxy) as plug:
        assert says(plug, b"x" * 500_000) == b"x" * 500_000
        plug.shutdown(socket.SHUT_WR)
        assert plug.recv(1) == b""


def test_latency_holds_bytes_back_in_order(proxy: Proxy) -> None:
    proxy.latency(100, 50)
    with line(proxy) as plug:
        began = time.monotonic()
        assert says(plug, b"one two three") == b"one two three"
        assert time.monotonic() - began >= 0.1  # 50 ms each way at the least


def test_a_rate_is_kept(proxy: Proxy) -> None:
    proxy.rate(100_000, Way.DOWN)
    with line(proxy) as plug:
        began = time.monotonic()
        assert len(says(plug, b"x" * 50_000)) == 50_000
        assert time.monotonic() - began >= 0.4


def test_a_blackhole_takes_everything_and_says_nothing(proxy: Proxy) -> None:
    with line(proxy) as plug:
        assert says(plug, b"before") == b"before"
        proxy.blackhole()
        plug.sendall(b"into the dark")
        assert silent(plug)
        with line(proxy) as new:
            new.sendall(b"hello?")
            assert silent(new)
        proxy.pass_on()
        with pytest.raises(ConnectionResetError):
            plug.recv(1)
    with line(proxy) as plug:
        assert says(plug, b"after") == b"after"


def test_a_blackhole_can_swallow_one_direction_only(proxy: Proxy) -> None:
    with line(proxy) as plug:
        proxy.blackhole(Way.DOWN)
        plug.sendall(b"heard but not answered")
        assert silent(plug)


def test_a_stall_fills_the_senders_buffers_and_loses_nothing(proxy: Proxy) -> None:
    with line(proxy) as plug:
        assert says(plug, b"before") == b"before"
        proxy.stall(Way.UP)
        plug.setblocking(False)
        sent = 0
        with pytest.raises(BlockingIOError):
            while sent < 100_000_000:
                sent += plug.send(b"x" * 65_536)
                time.sleep(0.001)
        plug.settimeout(5)
        proxy.pass_on()
        heard = 0
        while heard < sent:
            heard += len(plug.recv(65_536))
        assert heard == sent


def test_a_reset_ends_links_and_newcomers_hard(proxy: Proxy) -> None:
    with line(proxy) as plug:
        assert says(plug, b"before") == b"before"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            plug.recv(1)
    with pytest.raises(ConnectionResetError), line(proxy) as plug:
        plug.recv(1)
    proxy.pass_on()
    with line(proxy) as plug:
        assert says(plug, b"after") == b"after"


def test_refusing_leaves_what_is_open(proxy: Proxy) -> None:
    with line(proxy) as plug:
        assert says(plug, b"before") == b"before"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError), line(proxy):
            pass
        assert says(plug, b"still here") == b"still here"
    proxy.pass_on()
    with line(proxy) as plug:
        assert says(plug, b"after") == b"after"


def test_a_cut_ends_all_links_once(proxy: Proxy) -> None:
    with line(proxy) as one, line(proxy) as two:
        assert says(one, b"1") + says(two, b"2") == b"12"
        assert proxy.cut() == 2
        for plug in (one, two):
            with contextlib.suppress(ConnectionResetError):
                assert plug.recv(1) == b""
    with line(proxy) as plug:
        assert says(plug, b"after") == b"after"
