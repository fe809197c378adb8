"""Which addresses of the internet this server may visit for somebody: decided here, before anything is asked.

The list is our own. Python's `is_global` lets several through that lead inwards (6to4, Teredo, NAT64, `fec0::/10`).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http.request import validate_host

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 2048
PORTS = {"http": 80, "https": 443}
INWARDS_4 = [
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# Of version 6 only what is given out as global is let through: no mapped, translated, local or future form is.
GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
INWARDS_6 = [
    ipaddress.IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}\.?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_HIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
_BROKEN_LINE = re.compile(r"%0[ad]", re.I)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".onion")


class Refused(Exception):
    """This server does not go there; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place to ask: `path` includes the query. A `host` that is an address has no brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def target(url: str) -> Target:
    """Where an address leads, read once: what is checked is what is asked. Raises Refused."""
    if len(url) > LONGEST_URL or _HIDDEN.search(url) or _BROKEN_LINE.search(url):
        raise Refused("no clean address")
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        raise Refused("no address") from None
    if scheme not in PORTS:
        raise Refused("neither http nor https")
    if "@" in parts.netloc:
        raise Refused("a name or a password before the host")
    if not parts.hostname or ("[" in parts.netloc and ":" not in parts.hostname):
        raise Refused("no host")
    path = quote(parts.path or "/", safe="/%:=~!$&'()*+,;@") + (
        f"?{quote(parts.query, safe='/%:=~!$&()*+,;@?')}" if parts.query else ""
    )
    found = Target(scheme, _host(parts.hostname), PORTS[scheme] if port is None else port, path)
    if port not in (None, *PORTS.values()) and not settings.CHATIFY_FETCH_NETWORKS:
        raise Refused("an unusual port")
    if _is_ours(found):
        raise Refused("our own address")
    return found


def check(target: Target, addresses: Iterable[Address]) -> list[Address]:
    """The addresses of a host, unless one of them leads inwards. Raises Refused."""
    found = list(addresses)
    if not found:
        raise Refused("no address behind the name")
    if any(leads_inwards(each) for each in found):
        raise Refused("an address that leads inwards")
    if target.port not in PORTS.values() and not all(map(_excepted, found)):
        raise Refused("an unusual port")
    return found


def leads_inwards(address: Address) -> bool:
    """Whether it is private, reserved, local or another name of such a one, and CHATIFY_FETCH_NETWORKS does not name
    it."""
    if _excepted(address):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in INWARDS_4)
    return (
        address.scope_id is not None
        or address not in GLOBAL_6
        or any(address in network for network in INWARDS_6)
    )


def inwards_is_allowed() -> bool:
    """Whether the operator opened a network of their own; what is plain http may do there."""
    return bool(settings.CHATIFY_FETCH_NETWORKS)


def _excepted(address: Address) -> bool:
    return any(address in ipaddress.ip_network(each) for each in settings.CHATIFY_FETCH_NETWORKS)


def _host(given: str) -> str:
    """The host in ASCII, without the dot at its end. Numbers are an address in its one usual form, or nothing."""
    host = given.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            raise Refused("no host") from None
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            return str(_outward(ipaddress.ip_address(host)))
        except ValueError:
            raise Refused("an address in an unusual form") from None
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise Refused("no host")
    host = host.rstrip(".")
    if host.endswith(_LOCAL_NAMES):
        raise Refused("a name of this machine or its neighbours")
    return host


def _outward(address: Address) -> Address:
    if leads_inwards(address):
        raise Refused("an address that leads inwards")
    return address


def _is_ours(found: Target) -> bool:
    """This server, under any of its names, and its store of files."""
    ours = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    ours += [
        urlsplit(origin).hostname or "" for origin in (*settings.CHATIFY_ORIGINS, settings.CHATIFY_S3_ORIGIN)
    ]
    return validate_host(found.host, [host for host in ours if host])
