"""How long things may be. Raise a number only with a written reason beside it."""

import ast
from collections.abc import Iterable, Iterator
from statistics import median

from .source import Function, Source

PYTHON_FILE, TEST_FILE, PYTHON_MEDIAN = 300, 500, 100
FUNCTION, TEST_FUNCTION, FUNCTION_MEDIAN = 40, 60, 10
VIEW_BODY, TASK_BODY = 15, 3
TEMPLATE, SCRIPT, STYLE = 80, 200, 300


def long_files(sources: Iterable[Source], limit: int) -> list[str]:
    return [
        source.at(1, f"{source.lines} lines, at most {limit}") for source in sources if source.lines > limit
    ]


def long_functions(sources: Iterable[Source], limit: int) -> list[str]:
    return [
        source.at(function.lineno, f"{function.name} has {span(function)} lines, at most {limit}")
        for source in sources
        for function in source.functions()
        if span(function) > limit
    ]


def long_views(sources: Iterable[Source]) -> list[str]:
    """Bodies of functions that take a request, in the modules of pages and of the API."""
    return _long_bodies(
        ((s, f) for s in sources if is_view_module(s.path) for f in s.functions() if _is_view(f)), VIEW_BODY
    )


def long_tasks(sources: Iterable[Source]) -> list[str]:
    """Bodies of the functions in tasks.py: the work is an operation that can be called without a queue."""
    return _long_bodies(
        ((s, f) for s in sources if s.path.endswith("/tasks.py") for f in s.functions()), TASK_BODY
    )


def file_median(sources: Iterable[Source]) -> float:
    return median([source.lines for source in sources if source.lines > 1])


def function_median(sources: Iterable[Source]) -> float:
    return median([span(function) for source in sources for function in source.functions()])


def span(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_view_module(path: str) -> bool:
    parts = path.split("/")
    if path.startswith("chatify/lib/"):
        return False
    return parts[-1] in ("views.py", "api.py") or bool({"views", "api"} & set(parts[:-1]))


def _is_view(function: Function) -> bool:
    names = [argument.arg for argument in function.args.args]
    return names[:1] == ["request"] or names[:2] == ["self", "request"]


def _long_bodies(pairs: Iterable[tuple[Source, Function]], limit: int) -> list[str]:
    return [
        source.at(function.lineno, f"the body of {function.name} has {length} lines, at most {limit}")
        for source, function in pairs
        if (length := body_lines(function)) > limit
    ]


def body_lines(function: Function) -> int:
    """Lines from the first statement to the last, without the docstring."""
    statements = list(_without_docstring(function))
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def _without_docstring(function: Function) -> Iterator[ast.stmt]:
    for index, statement in enumerate(function.body):
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not (index == 0 and text):
            yield statement
