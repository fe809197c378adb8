"""What templates, styles and scripts may not hold."""

import re
from collections.abc import Iterable

from .source import Source

COMMENT = re.compile(r"/\*.*?\*/", re.S)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)
# A declaration ends in `;` or `}`; what ends in `{` is a selector, where `#add` is an id.
PIECE = re.compile(r"([^{};]*)([{};])")
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
PAINT = re.compile(r"""\b(?:fill|stroke|color|bgcolor|stop-color)=["']#[0-9a-fA-F]{3,8}["']""")
SCRIPT_HEX = re.compile(r"""["'`]#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})["'`]""")
INLINE = {
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I),
    "event handler attribute": re.compile(r"\s(?:hx-)?on[a-z:-]+\s*=", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
}
KIND = re.compile(r"\{%\s*(?:el)?if[^%]*\bkind\s*(?:==|!=|in\b)")
# In mail there is no policy to break, and no other way.
MAIL_FOLDERS = ("/email/", "/mail_body/")


def colours_in_styles(sources: Iterable[Source]) -> list[str]:
    """Hex colours live in tokens and themes; everything else names them."""
    return [
        finding
        for source in sources
        if not re.search(r"tokens|themes", source.path)
        for finding in _hex_in_declarations(source)
    ]


def _hex_in_declarations(source: Source) -> list[str]:
    css = COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source.text)
    return [
        source.at(css[: piece.start(1) + colour.start()].count("\n") + 1, colour[0])
        for piece in PIECE.finditer(css)
        if piece[2] != "{"
        for colour in HEX.finditer(re.sub(r"url\([^)]*\)", lambda url: " " * len(url[0]), piece[1]))
    ]


def colours_in_templates(sources: Iterable[Source]) -> list[str]:
    return _found(sources, PAINT, "a hex colour")


def colours_in_scripts(sources: Iterable[Source]) -> list[str]:
    return _found(sources, SCRIPT_HEX, "a hex colour")


def inline_code(sources: Iterable[Source]) -> list[str]:
    """The policy of the pages (no inline script or style) would block it silently."""
    pages = [source for source in sources if not any(folder in source.path for folder in MAIL_FOLDERS)]
    return [finding for words, pattern in INLINE.items() for finding in _found(pages, pattern, words)]


def kinds_in_templates(sources: Iterable[Source]) -> list[str]:
    return _found(sources, KIND, "asks the kind of a conversation")


def _found(sources: Iterable[Source], pattern: re.Pattern[str], words: str) -> list[str]:
    return [
        source.at(text[: match.start()].count("\n") + 1, words)
        for source in sources
        for text in [TEMPLATE_COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source.text)]
        for match in pattern.finditer(text)
    ]
