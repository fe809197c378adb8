"""The stylesheets and modules of a page, gathered into one file of each kind when static files are collected: a first
visit then asks for two files, not for a hundred, one layer of imports after the other. Sources stay as written."""

import posixpath
import re
from collections.abc import Callable

Read = Callable[[str], str]
"""The text of a static file by its name."""

CSS_IMPORT = re.compile(r"""^@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>[\w-]+)\);$""", re.MULTILINE)
CSS_LOCAL = re.compile(r"""url\((?!["']?(?:data:|https?:|/|#))""")
JS_IMPORT = re.compile(r"""^import \{(?P<names>[^}]*)\} from "(?P<module>\.{1,2}/[^"]+)";$""", re.MULTILINE)
JS_EXPORT = re.compile(
    r"^export (?P<what>(?:async )?(?:function|class|const) (?P<name>[\w$]+))", re.MULTILINE
)


def one_stylesheet(name: str, read: Read) -> str:
    """The stylesheet with each of its `@import url("…") layer(…);` replaced by that file in its layer.

    Raises ValueError where an imported file refers to a file beside it: its address would be another one here.
    """

    def filled(found: re.Match[str]) -> str:
        imported = _beside(name, found["name"])
        text = read(imported)
        if CSS_LOCAL.search(text) or "@import" in text:
            raise ValueError(f"{imported} refers to files beside it; name them in {name}.")
        return f"@layer {found['layer']} {{\n{text}\n}}"

    return CSS_IMPORT.sub(filled, read(name))


def one_module(name: str, read: Read) -> str:
    """The module with all that it imports before it, each in a function of its own that gives what it exports.

    Modules here import names and export functions, classes and constants by their declaration, which is all that is
    understood. Raises ValueError where modules import each other in a circle, or export otherwise.
    """
    parts = [_wrapped(each, read(each)) for each in _in_order(name, read)[:-1]]
    return "\n".join([*parts, _linked(name, read(name))])


def _in_order(name: str, read: Read) -> list[str]:
    """The module and all that it imports, each once and after what it needs itself."""
    order: dict[str, None] = {}

    def visit(module: str, above: tuple[str, ...]) -> None:
        if module in above:
            raise ValueError(f"Modules import each other in a circle: {' -> '.join([*above, module])}.")
        if module not in order:
            for found in JS_IMPORT.finditer(read(module)):
                visit(_beside(module, found["module"]), (*above, module))
            order[module] = None

    visit(name, ())
    return list(order)


def _wrapped(name: str, text: str) -> str:
    names = [found["name"] for found in JS_EXPORT.finditer(text)]
    text = JS_EXPORT.sub(lambda found: found["what"], _linked(name, text))
    if re.search(r"^(import|export)\b", text, re.MULTILINE):
        raise ValueError(f"{name} imports or exports in a way that is not known here.")
    return f"const {_variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(names)} }};\n}})();"


def _linked(name: str, text: str) -> str:
    """The text, with its imports taken from the variables of the other modules."""

    def taken(found: re.Match[str]) -> str:
        names = found["names"].replace(" as ", ": ")
        return f"const {{{names}}} = {_variable(_beside(name, found['module']))};"

    return JS_IMPORT.sub(taken, text)


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _beside(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))
