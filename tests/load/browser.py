"""A person's browser without scripts: cookies, the sign-in form and the sign-out form."""

import http.cookiejar
import urllib.request
from urllib.parse import urlencode

from tests.load.door import Account, check_loopback


class Browser:
    """Signed in from the start; `cookies` is the value of a `Cookie` header."""

    def __init__(self, url: str, person: Account) -> None:
        self.url = check_loopback(url)
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar)
        )
        self._post("/accounts/login/", login=person.email, password=person.password)
        self.cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)
        assert "sid" in self.cookies

    def read(self, path: str) -> str:
        """The text of a page."""
        with self._opener.open(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def sign_out(self) -> None:
        """Post the sign-out form."""
        self._post("/accounts/logout/")

    def _post(self, path: str, **fields: str) -> None:
        page = self.url + path
        self._opener.open(page, timeout=20).close()
        fields["csrfmiddlewaretoken"] = next(
            cookie.value or "" for cookie in self._jar if "csrf" in cookie.name
        )
        request = urllib.request.Request(page, urlencode(fields).encode(), {"Referer": page})
        self._opener.open(request, timeout=20).close()
