"""Names and types as people and their browsers give them: kept as text, never as a path, never believed."""

import re
import secrets
import string
from urllib.parse import quote

from chatify.lib import text
from media import policy
from media.models import NAME_LENGTH

_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
_EXTENSION = re.compile(r"\.[^.\s]{1,10}$")
_LETTERS = string.ascii_letters + string.digits
MOST_GIVEN = 100_000


def clean(name: object) -> str:
    """A file's name as one line of at most 150 characters that keeps its extension. Raises Invalid for no name."""
    line = text.clean_line(name, field="name", maximum=MOST_GIVEN)
    last = next((part for part in reversed(re.split(r"[/\\]", line)) if part.strip(". ")), "")
    line = text.clean_line(last, field="name", maximum=MOST_GIVEN).rstrip(". ")
    if len(line) <= NAME_LENGTH:
        return line
    extension = found[0] if (found := _EXTENSION.search(line)) else ""
    return line[: NAME_LENGTH - len(extension)] + extension


def clean_type(type: object) -> str:
    """A media type without its parameters; what is none is plain bytes."""
    plain = str(type or "").partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) else policy.ANY


def new_key() -> str:
    """A name in the store that nobody can guess: 190 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(32))


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition of a download (RFC 6266): the name in UTF-8, nothing that could end the header."""
    how = "inline" if inline else "attachment"
    return f"{how}; filename*=UTF-8''{quote(name, safe='')}"
