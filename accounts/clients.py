"""A visitor's browser, system and place in words, by a few honest rules; what they do not know is said so."""

import ipaddress
import re

LONGEST = 400
# The first that matches: most browsers also claim to be those below them.
_BROWSERS = (
    (r"\bEdgA?(?:iOS)?/", "Edge"),
    (r"\bOPR/", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bVivaldi/", "Vivaldi"),
    (r"\b(?:Firefox|FxiOS)/", "Firefox"),
    (r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/", "Chrome"),
    (r"\bVersion/\S+ (?:Mobile/\S+ )?Safari/", "Safari"),
)
_SYSTEMS = (
    (r"\bAndroid\b", "Android"),
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bWindows\b", "Windows"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bMac OS X\b|\bMacintosh\b", "Mac"),
    (r"\bLinux\b|\bX11\b", "Linux"),
)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,30}(?=/|$)")
HAND_HELD = ("Android", "iPhone", "iPad")


def described(user_agent: str) -> str:
    """`Firefox on Linux`, `Safari on iPhone`, `a program (curl)`, or `an unknown browser`."""
    text = user_agent[:LONGEST]
    browser, system = _first(_BROWSERS, text), _first(_SYSTEMS, text)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or f"a browser on {system}"
    program = _PROGRAM.match(text)
    return f"a program ({program[0]})" if program and not text.startswith("Mozilla") else "an unknown browser"


def place(network: str, *, here: str) -> str:
    """Where a network is, as far as can be said without a map of the internet: seen from the network `here`."""
    if network == here:
        return "this network"
    try:
        address = ipaddress.ip_network(network)
    except ValueError:
        return "an unknown place"
    return "a private network" if address.is_private else f"an unknown place ({network})"


def hand_held(client: str) -> bool:
    """Whether the words of `described` name a phone or a tablet."""
    return client.endswith(HAND_HELD)


def _first(rules: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in rules if re.search(pattern, text)), "")
