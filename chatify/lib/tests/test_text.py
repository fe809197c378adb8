"""What people may type, and the sentences of refusal."""

from uuid import UUID

import pytest

from chatify.lib import text
from chatify.lib.errors import Invalid, TooLarge


@pytest.mark.parametrize(
    "value", ["", "   ", "\n\n", "\u200b\u200d", "\u0301\u0301", "\ufeff", None, 5, ["x"], {"$ne": ""}]
)
def test_an_empty_message_is_refused(value):
    with pytest.raises(Invalid):
        text.clean_body(value)


@pytest.mark.parametrize("value", ["a\x00b", "\x00", "half \ud800 pair", "\udfff"])
def test_what_a_database_cannot_store_is_refused_everywhere(value):
    for clean in (text.clean_body, lambda v: text.clean_line(v, field="title", maximum=50)):
        with pytest.raises(Invalid):
            clean(value)


def test_the_limit_counts_code_points_and_bytes():
    assert len(text.clean_body("😀" * 4_000)) == 4_000
    assert len(text.clean_body("x" * 8_000)) == 8_000
    for value in ("x" * 8_001, "😀" * 8_001, "é" * 8_000 + "x"):
        with pytest.raises(TooLarge):
            text.clean_body(value)
    with pytest.raises(TooLarge):
        text.clean_body("漢" * 8_000 + "字")


def test_a_body_is_kept_as_typed_but_for_its_ends():
    assert text.clean_body("\r\n  indented\r\nlines  \n\n") == "  indented\nlines"
    assert text.clean_body("👨‍👩‍👧‍👦 e\u0301 ﷽") == "👨‍👩‍👧‍👦 e\u0301 ﷽"


def test_hidden_tag_characters_go_and_flags_stay():
    assert text.clean_body("hi\U000e0041\U000e0042") == "hi"
    wales = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
    assert text.clean_body(wales) == wales


@pytest.mark.parametrize("unseen", ["\ufeff", "\ufffe", "\uffff", "\ufdd0", "\ue000", "\U0010ffff"])
def test_what_is_no_character_goes(unseen):
    assert text.clean_body(f"{unseen}a{unseen}b") == "ab"
    assert text.clean_line(f"a{unseen}b", field="title", maximum=50) == "ab"


def test_a_line_is_one_line_in_composed_form():
    assert text.clean_line(" cafe\u0301\n club ", field="title", maximum=50) == "café club"
    assert text.clean_line("a\u202eb", field="title", maximum=50) == "ab"
    assert text.clean_line("", field="title", maximum=5, required=False) == ""
    with pytest.raises(TooLarge):
        text.clean_line("x" * 51, field="title", maximum=50)


def test_a_query_is_never_an_error():
    assert text.clean_query("a\x00b\ud800c" + "x" * 300)[:3] == "abc"
    assert text.clean_query(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Noor Fazal", "NF"), ("bob", "B"), ("ليلى حداد", "ل"), ("王小明", "王"), ("", "?"), ("<b>", "?")],
)
def test_initials_in_any_script(name, letters):
    assert text.initials(name) == letters


def test_keys_of_two_spellings_are_equal():
    assert text.key("ＡＤＭＩＮ") == text.key("admin")
    assert text.key("Straße") == text.key("STRASSE")


def test_a_hue_is_stable():
    assert text.hue(UUID(int=25)) == 1
