"""The variables that the code reads, and those that .env.example tells of."""

import ast
import re
from collections.abc import Iterable, Iterator

from .source import ROOT, Source

READERS = {"text", "flag", "whole", "number", "names", "folder", "database", "email"}
# In .env.example each variable stands on a line of its own, commented out, with its default.
LINE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.M)
UNKNOWN = None
COMPUTED = {"folder", "database", "email"}


def read_by(sources: Iterable[Source]) -> dict[str, str | None]:
    """Each variable read through `chatify.lib.env`, with its default as one would write it (None: computed)."""
    return {
        call.args[0].value: _default(call)
        for source in sources
        for call in _calls(source)
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def read_past_the_reader(sources: Iterable[Source]) -> list[str]:
    """Places that read os.environ themselves: such a variable has no type, no default and no line in the docs."""
    allowed = {"chatify/lib/env.py", "chatify/settings/production.py"}
    return [
        source.at(node.lineno, "reads os.environ")
        for source in sources
        if source.path not in allowed and not source.path.startswith("bin/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call | ast.Subscript) and _reads(node)
    ]


def documented() -> dict[str, str]:
    return dict(LINE.findall((ROOT / ".env.example").read_text()))


def _reads(node: ast.Call | ast.Subscript) -> bool:
    """`environ["A"]`, `environ.get("A")`, `getenv("A")`; giving a value to a child or to Django is no reading."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), ctx=ast.Load()):
            return True
        case ast.Call(
            func=ast.Attribute(attr="get", value=ast.Attribute(attr="environ") | ast.Name(id="environ"))
        ):
            return True
        case ast.Call(func=ast.Attribute(attr="getenv") | ast.Name(id="getenv")):
            return True
    return False


def _calls(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=reader, value=ast.Name(id="env"))) if reader in READERS:
                yield node


def _default(call: ast.Call) -> str | None:
    if call.func.attr in COMPUTED:  # type: ignore[attr-defined]
        return UNKNOWN
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "default")]
    if not given:
        return ""
    try:
        value = ast.literal_eval(given[0])
    except ValueError:
        return UNKNOWN
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, tuple) else str(value)
