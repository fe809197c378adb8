"""What people may type: one rule for each sort of text, with a sentence for each refusal."""

import re
import unicodedata
from functools import lru_cache
from uuid import UUID

from chatify.lib.errors import Invalid, TooLarge

BODY_POINTS = 8_000
BODY_BYTES = 32 * 1024
HUES = 24
EMOJI_POINTS = 16

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAK = re.compile(r"[\r\n\x85\u2028\u2029\t]+")
# Tag characters hide text from people and show it to machines; nothing legible is lost without them. The
# three flags that are spelt with them (England, Scotland, Wales) keep theirs: they follow a black flag.
_TAGS = re.compile(r"(?<!\U0001F3F4)(?<![\U000E0000-\U000E007F])[\U000E0000-\U000E007F]+")
# Byte order marks, code points that are no characters, and those that mean something only to one font.
_UNSEEN = re.compile(r"[\ufeff\ufdd0-\ufdef\ufffe\uffff\ue000-\uf8ff\U000F0000-\U0010FFFF]")
# One pictograph with what may follow it, several of them joined, a flag, or a keycap.
_PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001F004\U0001F0CF\U0001F170-\U0001F1E5\U0001F201-\U0001F251\U0001F300-\U0001FAFF]"
    r"\ufe0f?[\U0001F3FB-\U0001F3FF]?[\U000E0020-\U000E007F]*"
)
_EMOJI = re.compile(rf"(?:{_PICTURE}(?:\u200d{_PICTURE})*|[\U0001F1E6-\U0001F1FF]{{2}}|[0-9#*]\ufe0f?\u20e3)")
_HIGH = re.compile(r"[\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufffe-\U0010FFFF]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def _storable(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid.field(field, "This must be text.")
    if "\x00" in value:
        raise Invalid.field(field, "The text contains a character that cannot be stored (NUL).")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid.field(field, "The text contains half a character (a lone surrogate).") from None
    # The exact patterns look behind at every place: ten times dearer than asking whether they could find anything.
    return _UNSEEN.sub("", _TAGS.sub("", value)) if _HIGH.search(value) else value


def _visible(value: str) -> bool:
    """Whether anything would be seen: not only spaces, format characters or lone combining marks."""
    return value[:1].isalnum() or any(unicodedata.category(char)[0] not in "ZCM" for char in value)


def clean_body(value: object, *, field: str = "body", required: bool = True) -> str:
    """A message's source: line breaks as LF, surrounding blank lines dropped, otherwise as typed."""
    text = _storable(value, field)
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip("\n").rstrip()
    if not _visible(text):
        if not required:
            return ""
        raise Invalid.field(field, "Write something first: the message is empty.")
    if len(text) > BODY_POINTS or (not text.isascii() and len(text.encode()) > BODY_BYTES):
        raise TooLarge.field(field, f"The message is too long: at most {BODY_POINTS:,} characters.")
    return text


def clean_foreign(value: str, *, maximum: int) -> str:
    """A text that another program wrote: what cannot be stored is left out, what is too long is cut. Never an error."""
    kept = value.encode("utf-8", "replace").decode()
    kept = _CONTROL.sub("", kept.replace("\r\n", "\n").replace("\r", "\n"))
    kept = _UNSEEN.sub("", _TAGS.sub("", kept)).strip("\n").rstrip()
    return kept if len(kept) <= maximum else f"{kept[:maximum].rstrip()}\n[…]"


def clean_foreign_line(value: str, *, maximum: int) -> str:
    """Likewise one line: a name, a subject."""
    line = _BIDI.sub("", clean_foreign(_LINE_BREAK.sub(" ", value), maximum=4 * maximum))
    return " ".join(unicodedata.normalize("NFC", line).split())[:maximum].rstrip()


def clean_line(value: object, *, field: str, maximum: int, required: bool = True) -> str:
    """One line of text (a name, a title): NFC, no controls, no bidi overrides, spaces collapsed at the ends."""
    text = unicodedata.normalize("NFC", _storable(value, field))
    text = " ".join(_BIDI.sub("", _CONTROL.sub("", _LINE_BREAK.sub(" ", text))).split())
    if not text and not required:
        return ""
    if not _visible(text):
        raise Invalid.field(field, "This cannot be empty.")
    if len(text) > maximum:
        raise TooLarge.field(field, f"This is too long: at most {maximum} characters.")
    return text


def clean_paragraphs(value: object, *, field: str, maximum: int) -> str:
    """A few lines about something, possibly none: line breaks as LF, no controls, at most two line breaks in a row."""
    text = unicodedata.normalize("NFC", _storable(value, field)).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\n{3,}", "\n\n", _BIDI.sub("", _CONTROL.sub("", text))).strip()
    if not _visible(text):
        return ""
    if len(text) > maximum:
        raise TooLarge.field(field, f"This is too long: at most {maximum} characters.")
    return text


def clean_emoji(value: object, *, field: str) -> str:
    """One emoji, with its skin tone, joiners and variation selectors, or nothing. Raises Invalid for anything else."""
    text = _storable(value, field).strip()
    if not text:
        return ""
    if len(text) > EMOJI_POINTS or not _EMOJI.fullmatch(text):
        raise Invalid.field(field, "Choose one emoji.")
    return text


def clean_query(value: object) -> str:
    """What was typed into a search field: as text, at most 200 characters; never an error for being odd."""
    text = unicodedata.normalize("NFC", str(value or "")).replace("\x00", "")
    text = text.encode("utf-8", "ignore").decode()
    return _CONTROL.sub(" ", text).strip()[:200]


def key(value: str) -> str:
    """The form in which two spellings of one name are equal (NFKC, case folded)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())


@lru_cache(4096)
def initials(name: str) -> str:
    """One or two letters for an avatar, from a display name in any script."""
    words = [word for word in re.split(r"[\s._-]+", name) if word and word[0].isalnum()]
    if not words:
        return "?"
    if words[0][0].upper() == words[0][0].lower() or len(words) == 1:
        return words[0][0].upper()
    return (words[0][0] + words[-1][0]).upper()


def hue(identifier: UUID) -> int:
    """A stable colour class 0…23 for a person or a conversation."""
    return identifier.int % HUES
