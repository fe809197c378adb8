"""What is read of a page that somebody linked to: as much as fits on a card, whatever the page is."""

from pathlib import Path

import pytest

from media.operations import looking
from media.processing import pages
from media.processing.workshop import reading_room

MOST = looking.MOST_OF_PAGE
Told = dict[str, str]


def read(folder: Path, page: str | bytes, charset: str = "") -> Told:
    """What a page of the web tells, as the worker reads it."""
    (folder / "page").write_bytes(page if isinstance(page, bytes) else page.encode())
    told: Told = pages.prepare(str(folder / "page"), str(folder), {"charset": charset})["page"]
    return told


def test_the_head_says_it_first(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        '<title>Plain</title><meta property="og:title" content="First"><meta property="og:title" content="Second">'
        '<meta name="description" content=" one\n two "><meta property="og:image" content="/a.jpg"></head>'
        '<meta property="og:site_name" content="not of the head">',
    )
    assert told == {"title": "First", "text": "one two", "site": "", "image": "/a.jpg"}


def test_a_card_holds_so_much_and_no_more(tmp_path: Path) -> None:
    told = read(tmp_path, f'<meta name="description" content="{"y" * 10**5}"><title>{"x" * 10**6}</title>')
    assert (told["title"], told["text"]) == ("x" * pages.TITLE_LENGTH, "y" * pages.TEXT_LENGTH)


def test_what_hides_or_turns_text_round_is_gone(tmp_path: Path) -> None:
    told = read(tmp_path, "<title>a\u202egpj.exe\u200b b\x00\U000e0041 &lt;script&gt; &#8238;c</title>")
    assert told["title"] == "a gpj.exe b <script> c"


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        ("Grün".encode("utf-16"), ""),
        (b"<meta charset=iso-8859-1>" + "Grün".encode("latin-1"), ""),
        ("Grün".encode("windows-1252"), "windows-1252"),
        ("Grün".encode(), "no-such-charset"),
        ("Grün".encode(), "utf-7"),
        ("Grün".encode(), "idna"),
        ("Grün".encode(), "zip"),
    ],
)
def test_a_page_is_read_in_the_charset_it_names_or_in_utf_8(
    tmp_path: Path, page: bytes, charset: str
) -> None:
    wide = page.startswith((b"\xff\xfe", b"\xfe\xff"))
    opening, closing = (
        ("<title>".encode("utf-16"), "</title>".encode("utf-16-le")) if wide else (b"<title>", b"</title>")
    )
    told = read(tmp_path, opening + page.removeprefix(b"\xff\xfe") + closing, charset)
    assert told["title"].endswith("Grün")


@pytest.mark.parametrize("charset", ["", "utf-16", "shift_jis", "gb18030", "iso-2022-jp"])
def test_bytes_that_are_no_text_are_read_as_far_as_they_go(tmp_path: Path, charset: str) -> None:
    noise = bytes(range(256)) * 2000
    assert set(read(tmp_path, noise + b"<title>x</title>" + noise, charset)) == {
        "title",
        "text",
        "site",
        "image",
    }


HOSTILE = {
    "100,000 tags in each other": "<div>" * 100_000,
    "100,000 titles": '<meta property="og:title" content="x">' * 100_000,
    "a title without an end": "<title>" + "x" * MOST,
    "a script without an end": "<script>" + "</" * MOST,
    "a tag of nothing but attributes": "<meta " + "a=b " * MOST,
    "a tag of nothing but spaces": "<meta" + " " * MOST,
    "quotes that never close": "<a href=\"'" * MOST,
    "comments that never close": "<!--" * MOST,
    "declarations of nothing": "<![CDATA[<!DOCTYPE [<!ENTITY a " * MOST,
    "characters by no number": "<title>" + "&#" * MOST,
    "the beginnings of tags": "<" * MOST,
    "the ends of tags": "</a " * MOST,
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_page_takes_longer_than_its_reader_may(tmp_path: Path, page: str) -> None:
    (tmp_path / "page").write_text(page[:MOST])
    task = {"task": "page", "source": str(tmp_path / "page"), "folder": str(tmp_path), "charset": ""}
    told = reading_room.do({**task, **looking.READING, "seconds": 60})
    assert len(told["page"]["title"]) <= pages.TITLE_LENGTH
