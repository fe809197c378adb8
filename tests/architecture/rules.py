"""What Python files may not do. Each rule takes sources and returns its findings."""

import ast
from collections.abc import Callable, Iterable

from .source import FUNCTIONS, Source

MANAGERS = {"objects", "_default_manager", "_base_manager"}
DOORS = {"views", "api", "realtime", "commands", "templatetags", "notifications", "calls"}
DOOR_FILES = {"views.py", "api.py", "tasks.py", "forms.py", "middleware.py", "followups.py", "urls.py"}
KINDS = {"direct", "group", "mail", "assistant"}


def imports_inside_functions(sources: Iterable[Source]) -> list[str]:
    """They hide cycles. `ready()` of an app is where Django wants them."""
    return [
        source.at(node.lineno, f"import inside {function.name}")
        for source in sources
        for function in source.functions()
        if not (source.path.endswith("apps.py") and function.name == "ready")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def on_commit_elsewhere(sources: Iterable[Source]) -> list[str]:
    """Facts leave after the commit by one function, `events.emit`."""
    return _names(sources, {"on_commit", "delay_on_commit"}, allowed="chatify/lib/events.py")


def transactions_elsewhere(sources: Iterable[Source]) -> list[str]:
    """`db.atomic()` is fair on SQLite and knows each database; Django's own is not and does not."""

    def found(node: ast.AST) -> str | None:
        if isinstance(node, ast.Attribute) and node.attr == "atomic" and _name(node.value) == "transaction":
            return "transaction.atomic"
        from_django = isinstance(node, ast.ImportFrom) and node.module == "django.db.transaction"
        return "import from django.db.transaction" if from_django else None

    return _nodes(sources, found, allowed="chatify/lib/db.py")


def rows_in_doors(sources: Iterable[Source]) -> list[str]:
    """Doors ask queries and operations: those carry the permission."""
    return _names([source for source in sources if is_door(source.path)], MANAGERS)


def kinds_elsewhere(sources: Iterable[Source]) -> list[str]:
    """Only `messaging/kinds.py` asks what kind a conversation is."""

    def found(node: ast.AST) -> str | None:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(_is_kind(side) for side in sides) and any(_names_a_kind(side) for side in sides):
                return "compares the kind of a conversation"
        if isinstance(node, ast.Match) and _is_kind(node.subject):
            return "matches the kind of a conversation"
        return None

    return _nodes(sources, found, allowed="messaging/kinds.py")


def is_door(path: str) -> bool:
    *folders, name = path.split("/")
    return name in DOOR_FILES or bool(DOORS & set(folders))


def _names(sources: Iterable[Source], names: set[str], allowed: str = "") -> list[str]:
    return _nodes(sources, lambda node: name if (name := _name(node)) in names else None, allowed)


def _nodes(sources: Iterable[Source], found: Callable[[ast.AST], str | None], allowed: str = "") -> list[str]:
    return [
        source.at(getattr(node, "lineno", 1), words)
        for source in sources
        if source.path != allowed
        for node in ast.walk(source.tree)
        if (words := found(node))
    ]


def _name(node: ast.AST) -> str:
    """The last name of `a.b.c`, of `c`, or of `import c`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
            return name
    return ""


def _is_kind(node: ast.AST) -> bool:
    return _name(node) == "kind"


def _names_a_kind(node: ast.AST) -> bool:
    return any(
        (isinstance(part, ast.Constant) and part.value in KINDS) or _name(part).lower() in KINDS
        for part in ast.walk(node)
        if not isinstance(part, FUNCTIONS)
    )
