"""What search makes of a text, and where it found something."""

import pytest

from chatify.lib import excerpt
from chatify.lib.folding import fold, pairs, spans


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café  du\nNord", "cafe du nord"),
        ("cafe\u0301", "cafe"),
        ("ŁÓDŹ Straße Øre ﬁne", "lodz strasse ore fine"),
        ("ＡＢＣ①", "abc1"),
        ("نَصّ", "نص"),
        ("がぎ", "がぎ"),
        ("지우", "지우"),
        ("in\u200bvis\u00adible", "invisible"),
        ("", ""),
    ],
)
def test_two_spellings_of_one_word_are_one(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded


def test_pairs_stay_within_words_and_plain_letters_do_not_stand_alone():
    assert pairs("ab c 上海 x.") == {"ab", "上海", "上", "海", "x.", "."}


def test_what_was_found_is_marked_in_the_text_as_it_was_typed():
    text = "Le Café et la Straße"
    assert [text[low:high] for low, high in spans(text, ["cafe", "strasse"])] == ["Café", "Straße"]
    shown = excerpt.pieces("Le  Café\nde la Gare", ["cafe", "gare"])
    assert [piece.text for piece in shown if piece.found] == ["Café", "Gare"]
    assert "".join(piece.text for piece in shown) == "Le Café de la Gare"


def test_a_long_text_is_shown_around_the_place():
    shown = excerpt.plain("x " * 500 + "needle" + " y" * 500, ["needle"])
    assert "needle" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 200
