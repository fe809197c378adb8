"""A server as one reaches it from outside, through whatever stands before it: asked by its address alone."""

import http.client
import time
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlsplit

from chatify.doctor.finding import BAD, GOOD, ODD, Finding

SECONDS = 5
CLOCK_SECONDS = 30
PART = 8 * 2**20
"""The largest body that a browser brings."""
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "Y2hhdGlmeSBkb2N0b3IgIQ==",
}


def all(url: str) -> list[Finding]:
    """All of it, or only that nobody answers."""
    reached = server(url)
    return [reached] if reached.state == BAD else [reached, socket(url), upload(url)]


def server(url: str) -> Finding:
    found = partial(Finding, "server", "Server")
    try:
        answer = _ask(url, "GET", "/healthz")
    except (OSError, http.client.HTTPException) as error:
        said = f"Nobody answers at {url} ({type(error).__name__})."
        return found(BAD, said, "Start the server; then look at the proxy, the name and the port.")
    if answer.status != 200:
        return found(BAD, f"{url}/healthz answers {answer.status}.", "Look at where the proxy sends it.")
    date = answer.headers.get("Date")
    apart = abs(parsedate_to_datetime(date).timestamp() - time.time()) if date else 0.0
    if apart > CLOCK_SECONDS:
        said = f"It answers, and its clock is {apart:.0f} seconds from the one of this machine."
        return found(ODD, said, "Let both set their clocks by NTP.")
    return found(GOOD, f"It answers at {url}.")


def socket(url: str) -> Finding:
    found = partial(Finding, "socket", "Live connection")
    try:
        status = _ask(url, "GET", "/ws/", {**UPGRADE, "Origin": url}).status
    except (OSError, http.client.HTTPException) as error:
        status, said = 0, f"It breaks ({type(error).__name__})."
    if status == 101:
        return found(GOOD, "It opens.")
    if status == 403:
        return found(BAD, f"Pages of {url} are refused.", "Name this address in CHATIFY_ORIGINS.")
    said = said if not status else f"It does not open: /ws/ answers {status} instead of 101."
    return found(
        BAD, said, "Let the proxy pass Upgrade and Connection on /ws/, by HTTP/1.1, and wait 60 seconds."
    )


def upload(url: str) -> Finding:
    """Announced and not sent: a proxy refuses by the length that it reads."""
    found = partial(Finding, "upload", "Files")
    try:
        status = _ask(url, "PUT", "/uploads/doctor/", {"Content-Length": str(PART)}).status
    except TimeoutError:
        return found(
            ODD, "The proxy waits for a whole file.", "Let it pass bodies on (proxy_request_buffering off)."
        )
    except (OSError, http.client.HTTPException) as error:
        return found(BAD, f"It breaks ({type(error).__name__}).", "Look into the log of the proxy.")
    if status == 413:
        step = "Let the proxy take bodies of that size on /uploads/ (client_max_body_size 16m)."
        return found(BAD, "A proxy takes no file of 8 MB.", step)
    return found(GOOD, "Files of 8 MB come through.")


def _ask(url: str, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """The head of an answer. Raises OSError and HTTPException."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    line = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
        parts.netloc, timeout=SECONDS
    )
    try:
        line.putrequest(method, path)
        for name, value in (headers or {}).items():
            line.putheader(name, value)
        line.endheaders()
        return line.getresponse()
    finally:
        line.close()
