"""What this server asks of others for somebody (bad input: rows L of the list of links)."""

import ipaddress
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest

from chatify.lib import fetch, guard
from chatify.lib.fetch import Failed, Wish
from chatify.lib.guard import Refused

from .web import PUBLIC, Web, web

WISH = Wish(most=1000)

_INWARDS = """
    0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255
    198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 fc00::1 fdff::1 fe80::1 febf::1 fec0::1 ff02::1 100::1 2001:db8::1 3fff::1 5f00::1 4000::1
    ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 ::ffff:0:7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
    2002:7f00:1:: 2002:808:808:: 2001::1 2001:0:53aa:64c::1 2001:10::1 2001:20::1 fe80::1%eth0
"""
_OUTWARDS = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.215.14 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
    172.15.255.255 172.32.0.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255
    2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888
"""
INWARDS, OUTWARDS = _INWARDS.split(), _OUTWARDS.split()


@pytest.fixture
def net(monkeypatch):
    with web(monkeypatch) as given:
        yield given


@pytest.mark.parametrize("address", INWARDS)
def test_an_address_that_leads_inwards_is_known_in_all_its_forms(address):
    assert guard.leads_inwards(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTWARDS)
def test_an_address_of_the_public_is_let_through(address):
    assert not guard.leads_inwards(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [each for each in INWARDS if "%" not in each])
def test_a_link_to_an_inward_address_is_refused_before_anything_is_looked_up(net: Web, address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused):
        fetch.fetch(f"http://{host}/", WISH)
    assert not net.looked_up
    assert not net.connected


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost/", "http://LOCALHOST./", "http://0/", "http://127.1/", "http://2130706433/"),
        *("http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.0.0.1./", "http://1/"),
        *("http://１２７.0.0.1/", "http://127。0。0。1/", "http://a.localhost/", "http://printer.local/"),
        *("http://metadata.google.internal/", "http://intranet/", "http://[::1%25lo]/", "http://[v1.x]/"),
        *("http://user:pass@example.com/", "http://a@127.0.0.1@b/", "http://127.0.0.1#@example.com/"),
        *("http://example.com\\@127.0.0.1/", "http://exa\tmple.com/", "http://example.com/\r\nX: y", "http:///x"),
        *("http://example.com/%0d%0aX:%20y", "http://example.com/a b", "http://example.com/\x00", "http://exa_\u202emple/"),
        *("file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "javascript:1", "//example.com/", ""),
        *("http://example.com:22/", "http://example.com:99999/", "http://example.com:x/", "http://-a.example/"),
        *("http://example.com/" + "a" * 2048, "http://" + "a" * 64 + ".com/", "http://" + "a." * 200 + "com/"),
        *("http://testserver.example/../", "https://[::ffff:127.0.0.1]/", "http://ex%61mple.com/"),
    ],
)  # fmt: skip
def test_a_link_in_disguise_is_refused_before_anything_is_looked_up(net: Web, url, settings):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver.example"]
    with pytest.raises(Refused):
        fetch.fetch(url, WISH)
    assert not net.looked_up
    assert not net.connected


def test_this_server_is_never_asked_under_any_of_its_names(net: Web, settings):
    settings.ALLOWED_HOSTS = ["chat.example.org", ".chatify.example"]
    settings.CHATIFY_ORIGINS = ["https://other.example.org"]
    settings.CHATIFY_S3_ORIGIN = "https://files.example.net"
    for host in (
        "chat.example.org",
        "CHAT.example.org.",
        "a.chatify.example",
        "other.example.org",
        "files.example.net",
    ):
        with pytest.raises(Refused):
            fetch.fetch(f"https://{host}/logout", WISH)
    assert not net.looked_up


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        [PUBLIC, "::1"],
        ["::ffff:10.0.0.1"],
        [*(f"93.184.215.{place}" for place in range(250)), *["93.184.216.1"] * 49, "192.168.0.1"],
    ],
)
def test_a_name_is_visited_only_if_all_its_addresses_are_public(net: Web, answers):
    net.names["rebind.example.com"] = answers
    with pytest.raises(Refused):
        fetch.fetch("http://rebind.example.com/", WISH)
    assert net.looked_up == ["rebind.example.com"]
    assert not net.connected


def test_a_name_is_looked_up_once_and_the_line_goes_to_that_address(net: Web):
    net.page("http://example.com/a?b=c", "hello")
    answer = fetch.fetch("http://EXAMPLE.com/a?b=c#d", WISH)
    assert (answer.status, answer.body, answer.whole, answer.charset) == (200, b"hello", True, "utf-8")
    assert net.looked_up == ["example.com"]
    assert net.connected == [PUBLIC]


def test_a_second_address_is_tried_where_the_first_does_not_answer(net: Web, monkeypatch):
    net.names["example.com"] = ["1.1.1.1", PUBLIC]
    net.page("http://example.com/", "hello")

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        if address == "1.1.1.1":
            raise ConnectionRefusedError
        return net.connect(address, port, seconds)

    monkeypatch.setattr(fetch, "connect", connect)
    assert fetch.fetch("http://example.com/", WISH).body == b"hello"


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@contextmanager
def listening(place: str, said: bytes):
    """A server that says this to everybody, and what it was asked: the first line of each."""

    class Says(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.requestline)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        do_CONNECT = do_GET

        def log_message(self, *told): ...

    asked: list[str] = []
    server = ThreadingHTTPServer((place, 0), Says)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def test_a_proxy_of_the_environment_is_asked_nothing(monkeypatch, settings):
    settings.CHATIFY_FETCH_NETWORKS = ["127.0.0.2/32"]
    with listening("127.0.0.1", b"trap") as (trap, trapped), listening("127.0.0.2", b"site") as (port, asked):
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap}/")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        url = f"http://127.0.0.2:{port}/page"
        with urlopen(url, timeout=5) as answer:
            assert (answer.read(), trapped) == (b"trap", [f"GET {url} HTTP/1.1"]), "others fall into it"
        trapped.clear()
        assert fetch.fetch(url, WISH).body == b"site"
        with pytest.raises(Failed):  # it speaks no TLS: what counts is whom it is asked of
            fetch.fetch(url.replace("http:", "https:"), WISH)
        assert (trapped, asked) == ([], ["GET /page HTTP/1.1"])


def test_nothing_of_anybody_goes_along(net: Web, monkeypatch):
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    net.page("http://example.com/", "hello", headers={"Set-Cookie": "a=b"})
    for _ in range(2):
        fetch.fetch("http://example.com/", WISH)
    for head in net.heads:
        assert set(head) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert head["user-agent"].startswith("Chatify")


@pytest.mark.parametrize(
    "onward",
    [
        *("http://127.0.0.1/", "http://[::1]/", "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/"),
        *("//localhost/", "http://inside.example.com/", "http://u:p@example.com/", "http://example.com:8080/"),
    ],
)  # fmt: skip
def test_each_redirect_is_looked_at_anew(net: Web, onward):
    net.names["inside.example.com"] = ["10.0.0.1"]
    net.page("http://example.com/", status=302, headers={"Location": onward})
    with pytest.raises(Refused):
        fetch.fetch("http://example.com/", WISH)
    assert net.asked == ["http://example.com/"]
    assert net.connected == [PUBLIC]


def test_redirects_are_followed_three_times_and_no_more(net: Web):
    for place in range(10):
        net.page(f"http://example.com/{place}", status=301, headers={"Location": f"{place + 1}"})
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/0", WISH)
    assert len(net.asked) == 4
    net.page("http://example.com/10", "there")
    assert fetch.fetch("http://example.com/7", WISH).url == "http://example.com/10"
    net.page("http://example.com/empty", status=302, headers={"Location": ""})
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/empty", WISH)


def test_what_is_too_large_is_cut_or_not_taken(net: Web):
    net.page("http://example.com/", b"x" * 5000)
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/", WISH)
    answer = fetch.fetch("http://example.com/", Wish(most=1000, cut=True))
    assert (len(answer.body), answer.whole) == (1000, False)


def test_a_body_of_another_type_is_not_read(net: Web):
    net.page("http://example.com/", b"x" * 5000, type="application/pdf")
    answer = fetch.fetch("http://example.com/", Wish(most=1000, types=("text/html",)))
    assert (answer.type, answer.body) == ("application/pdf", b"")


def test_what_comes_packed_is_not_unpacked(net: Web):
    net.page("http://example.com/", b"\x1f\x8b" + b"x" * 50, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/", WISH)


@pytest.mark.parametrize(
    "slow", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"]
)
def test_who_drips_is_left_after_a_while(net: Web, slow):
    def drip(handler):
        handler.wfile.write(slow)
        for _ in range(500):
            time.sleep(0.02)
            try:
                handler.wfile.write(b"a")
            except OSError:
                break

    net.page("http://example.com/", does=drip)
    began = time.monotonic()
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/", Wish(most=1000, seconds=0.3))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500, b"HTTP/9 x"]
)
def test_an_answer_that_is_none_is_a_failure_and_nothing_worse(net: Web, answer):
    net.page("http://example.com/", does=lambda handler: handler.wfile.write(answer))
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/", WISH)


def test_a_name_that_nobody_knows_is_a_failure(net: Web, monkeypatch):
    monkeypatch.setattr(fetch, "resolve", lambda host, port: [])
    with pytest.raises(Failed):
        fetch.fetch("http://example.com/", WISH)


def test_a_post_goes_to_where_it_was_sent_and_no_further(net: Web):
    net.page("http://example.com/push", b"gone", status=307, headers={"Location": "http://example.com/other"})
    wish = Wish(most=1000, method="POST", body=b"secret", headers={"TTL": "60"}, hops=0)
    answer = fetch.fetch("http://example.com/push", wish)
    assert answer.status == 307
    assert (net.heads[0]["content-length"], net.heads[0]["ttl"]) == ("6", "60")
    assert net.asked == ["http://example.com/push"]


def test_an_operator_may_name_networks_of_their_own(net: Web, settings):
    settings.CHATIFY_FETCH_NETWORKS = ["10.1.0.0/16"]
    net.names["wiki.example.com"] = ["10.1.2.3"]
    net.page("http://wiki.example.com:8080/", "hello")
    assert fetch.fetch("http://wiki.example.com:8080/", WISH).body == b"hello"
    for other in ("http://10.2.0.1/", "http://127.0.0.1/", "http://example.com:8080/"):
        with pytest.raises(Refused):
            fetch.fetch(other, WISH)
