"""A subset of markdown to safe HTML, rendered once when a message is written.

Plain text, which most messages are, passes the parser by: it is escaped, its line breaks kept and its links made
in one pass. Everything else goes through markdown-it and then through nh3, which alone decides what may stay.
"""

import html
import re
from html import unescape
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

REL = "noopener noreferrer nofollow ugc"
_TAGS = {
    *("p", "br", "strong", "em", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"),
}
_MARKS = tuple("*_`~[]|<>\\&#")
_LINE_BEGINS = re.compile(r"\s{4}|\s*(?:[-+]|\d+[.)])\s|\s*(?:-{3,}|={3,})\s*$", re.M)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'{}|\\^`\u2028-\u202e\u2066-\u2069]+", re.I)
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BIDI_NAMES = {
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
_LINE_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|>+)[ \t]+|^[ \t]*```.*$", re.M)
_WORD_MARKS = re.compile(r"(?<![^\W_])[*_`~]+(?=\S)|(?<=\S)[*_`~]+(?![^\W_])")
_DUNDER = re.compile(r"__+")
_CLASS = re.compile(r"language-[a-z0-9+-]{1,20}\Z")
_OWN_REL = re.compile(re.escape(REL) + r"\Z")
_QUOTE_MARK = re.compile(r"> ?")
_BREAKS = re.compile(r"<(?:br|hr|/?(?:p|div|h[1-4]|li|tr|pre|blockquote|table))\b[^>]*>")
# Of these, not even the words are shown.
_UNSEEN = {"script", "style"}
_WITHOUT = {*_UNSEEN, "title", "template", "noscript", "textarea", "select", "object"}
_ADDRESS = re.compile(r"(https?://|mailto:)\S", re.I)
# Rows are filled up to the width of the head: two thousand short lines could become a megabyte of empty cells.
MOST_CELLS = 5_000


def render(body: str) -> str:
    """Safe HTML of a message's source. The same source gives the same HTML for everybody."""
    return _clean(_parser.render(body)) if _marked(body) else _plain(body)


def plain(text: str) -> str:
    """Safe HTML of a text in which no mark means anything: a letter that was written elsewhere. What it quotes is
    folded away by the page."""
    parts = []
    for quoted, lines in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        if quoted:
            inner = "\n".join(_QUOTE_MARK.sub("", line) for line in lines)
            parts.append(f"<blockquote>\n{_plain(inner)}\n</blockquote>")
        elif said := "\n".join(lines).strip("\n"):
            parts.append(_plain(said))
    return "\n".join(parts)


def letter(html: str) -> str:
    """What may stay of the HTML of a mail: words and their order. No picture, no style, no form, no address of ours."""
    return _clean(html, tags=_TAGS | {"div"}, without=_WITHOUT)


def words_of(html: str) -> str:
    """The words of HTML that was made here, a line for each of its blocks; what a fold is called is no word of it."""
    bare = _BREAKS.sub("\n", html.replace("\n", " "))
    lines = nh3.clean(bare, tags=set(), clean_content_tags=_UNSEEN | {"summary"})
    return re.sub(r"\n\s*\n\s*", "\n\n", unescape(lines)).strip()


def snippet(body: str, length: int = 120) -> str:
    """The beginning of a message as one plain line, without the marks of its markup. `snake_case` keeps its line."""
    beginning = _LINE_MARKS.sub("", body[: length * 4])
    text = " ".join(_WORD_MARKS.sub("", beginning).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _marked(body: str) -> bool:
    """Whether the parser could make anything of it: a mark anywhere, or a line that begins like a block."""
    for mark in _MARKS:  # a loop: a generator takes three times as long, a pattern four times
        if mark in body:
            return True
    start = 0
    while not _LINE_BEGINS.match(body, start):
        start = body.find("\n", start) + 1
        if not start:
            return False
    return True


def _plain(body: str) -> str:
    if "\n" not in body:
        return f"<p>{_linked(body)}</p>"
    paragraphs = re.split(r"\n[ \t]*\n\s*", body.strip("\n"))
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs)


def _linked(text: str) -> str:
    if "://" not in text and "www." not in text.lower():
        return _escape(text).replace("\n", "<br>\n")
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = _trim(match.group())
        pieces += [_escape(text[end : match.start()]), _anchor(address)]
        end = match.start() + len(address)
    return "".join([*pieces, _escape(text[end:])]).replace("\n", "<br>\n")


def _trim(address: str) -> str:
    """Punctuation that ends the sentence is not part of the address; a closing bracket is if it was opened."""
    while address and (
        address[-1] in ".,;:!?…'\"*" or (address[-1] == ")" and address.count("(") < address.count(")"))
    ):
        address = address[:-1]
    return address


def _anchor(address: str) -> str:
    target = address if "://" in address else f"https://{address}"
    shown = _honest(target, address)
    if shown is None:
        return _escape(address)
    return f'<a href="{html.escape(target)}" rel="{REL}">{_escape(shown)}</a>'


def _honest(target: str, shown: str) -> str | None:
    """The text of a link with its host in ASCII, so that no look-alike letter hides where it leads; else None."""
    try:
        host = urlsplit(target).hostname or ""
        ascii_host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        return None
    if not ascii_host or "@" in urlsplit(target).netloc:
        return None
    return (
        re.sub(re.escape(host), lambda _: ascii_host, shown, count=1, flags=re.I)
        if ascii_host != host
        else shown
    )


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True, "maxNesting": 20})
    parser.disable("image")
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_email": False, "fuzzy_ip": False, "fuzzy_link": False})
        parser.linkify.add("www.", {"validate": _www_length, "normalize": _with_scheme})
    parser.block.ruler.at("table", _small_table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("emphasis", "dunder", _dunder)
    parser.core.ruler.push("honest_links", _honest_links)
    parser.core.ruler.push("visible_bidi", _visible_bidi)
    return parser


def _www_length(linkify: object, text: str, start: int) -> int:
    """How many characters after `www.` belong to the address; 0 when it is none."""
    match = _LINK.match(text, start - len("www."))
    address = _trim(match.group()) if match else ""
    return max(0, len(address) - len("www.")) if "." in address[len("www.") :] else 0


def _with_scheme(linkify: object, match: Any) -> None:
    match.url = f"https://{match.url}"


def _small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, unless head and lines could make more cells than anybody reads: then it stays as typed."""
    if start + 1 >= end:
        return False
    rule = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
    return (rule.count("|") + 1) * (end - start) <= MOST_CELLS and table(state, start, end, silent)


def _dunder(state: StateInline, silent: bool) -> bool:
    """Leave two and more underscores as typed: people write `__init__` more often than they embolden with them."""
    run = _DUNDER.match(state.src, state.pos)
    if run is None:
        return False
    if not silent:
        state.pending += run.group()
    state.pos += len(run.group())
    return True


def _honest_links(state: object) -> None:
    for block in getattr(state, "tokens", []):
        for index, token in enumerate(block.children or []):
            if token.type == "link_open" and token.info == "auto":
                _rewrite(block.children, index)


def _visible_bidi(state: object) -> None:
    """Name direction controls inside code, where they make a program read as another one. Prose keeps them: each
    message is a block of its own, which ends whatever they began."""
    for block in getattr(state, "tokens", []):
        for token in [block, *(block.children or [])]:
            if token.type in ("fence", "code_block", "code_inline"):
                token.content = _BIDI.sub(lambda match: f"[{_BIDI_NAMES[match.group()]}]", token.content)


def _rewrite(children: list[Token], index: int) -> None:
    label = children[index + 1]
    target = str(children[index].attrGet("href") or "")
    label.content = _honest(target, label.content if label.content.isascii() else target) or target


def _clean(markup: str, *, tags: set[str] = _TAGS, without: set[str] = _UNSEEN) -> str:
    return nh3.clean(
        markup,
        tags=tags,
        clean_content_tags=without,
        attributes={"a": {"href"}, "code": {"class"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=REL,
        strip_comments=True,
    ).strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The only attributes there are: a whole address on a link, our own rel beside it, a language on code."""
    allowed = {("a", "href"): _ADDRESS, ("a", "rel"): _OWN_REL, ("code", "class"): _CLASS}.get((tag, name))
    return value if allowed and allowed.match(value) else None


_parser = _make_parser()
