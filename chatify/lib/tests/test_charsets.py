"""Charsets that pages and mails may name."""

import pytest

from chatify.lib import charsets


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ISO-8859-1", "iso8859-1"),
        ("windows-1252", "cp1252"),
        ("ks_c_5601-1987", "euc_kr"),
        ("punycode", "utf-8"),
        ("zlib_codec", "utf-8"),
        ("iso-8859-99", "utf-8"),
        ("iso-8859-\uff11", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_only_what_is_known_and_harmless_is_used(name: str, found: str) -> None:
    assert charsets.usable(name) == found
