"""Every guard can fail: each is fed a small offence, and something beside it that is allowed."""

from collections.abc import Callable

import pytest

from . import budgets, faces, rules
from .source import Source

Rule = Callable[[list[Source]], list[str]]

LONG_VIEW = "def show(request):\n" + "    x = 1\n" * 16
SHORT_VIEW = 'def show(request):\n    """Says what.\n\n    At length.\n    """\n' + "    x = 1\n" * 15

CASES: list[tuple[Rule, str, str, str]] = [
    (budgets.long_views, "messaging/views/a.py", LONG_VIEW, SHORT_VIEW),
    (budgets.long_views, "messaging/api/a.py", LONG_VIEW, LONG_VIEW.replace("request", "user")),
    (budgets.long_tasks, "media/tasks.py", "def go():\n" + "    x()\n" * 4, "def go():\n" + "    x()\n" * 3),
    (rules.imports_inside_functions, "media/a.py", "def f():\n    import os\n", "import os\n"),
    (
        rules.imports_inside_functions,
        "media/a.py",
        "class A:\n    def ready(self):\n        from a import b\n",
        "x = 1\n",
    ),
    (rules.on_commit_elsewhere, "media/a.py", "transaction.on_commit(f)\n", "transaction.get_connection()\n"),
    (rules.on_commit_elsewhere, "media/a.py", "from django.db.transaction import on_commit\n", "x = 1\n"),
    (
        rules.transactions_elsewhere,
        "media/a.py",
        "with transaction.atomic():\n    x\n",
        "with db.atomic():\n    x\n",
    ),
    (
        rules.transactions_elsewhere,
        "media/a.py",
        "from django.db.transaction import atomic\n",
        "from a import atomic\n",
    ),
    (rules.rows_in_doors, "media/views.py", "File.objects.get(id=1)\n", "queries.file(user, 1)\n"),
    (rules.rows_in_doors, "messaging/realtime/hub.py", "M.objects.all()\n", "queries.all()\n"),
    (
        rules.rows_in_doors,
        "chatify/management/commands/a.py",
        "M._default_manager.all()\n",
        "queries.all()\n",
    ),
    (
        rules.kinds_elsewhere,
        "messaging/a.py",
        'if conversation.kind == "mail":\n    x\n',
        'if job.kind == "push":\n    x\n',
    ),
    (
        rules.kinds_elsewhere,
        "messaging/a.py",
        "x = kind in (Kind.DIRECT, Kind.GROUP)\n",
        "x = kind.has_subject\n",
    ),
    (
        rules.kinds_elsewhere,
        "messaging/a.py",
        'match c.kind:\n    case "mail": x\n',
        'match c.state:\n    case "mail": x\n',
    ),
    (
        faces.kinds_in_templates,
        "templates/a.html",
        '{% if c.kind == "mail" %}',
        "{% if c.has_subject %} kind",
    ),
    (
        faces.colours_in_styles,
        "static/css/a.css",
        "a { color: #fff }",
        "#fff { color: var(--ink) } /* #fff */",
    ),
    (faces.colours_in_styles, "static/css/a.css", "a { b: c; --x: #A0b0c0; }", "a { mask: url(a.svg#fade) }"),
    (faces.colours_in_templates, "templates/a.html", '<path fill="#fff">', '<a href="#fff">'),
    (faces.colours_in_scripts, "static/js/a.js", 'x = "#ffcc00"', 'x = "#timeline"'),
    (faces.inline_code, "templates/a.html", '<p style="color: red">', "<p data-style=x>"),
    (faces.inline_code, "templates/a.html", "<style>", "{# <style> #}"),
    (
        faces.inline_code,
        "templates/a.html",
        "<script>go()</script>",
        '<script type="module" src="a.js"></script>',
    ),
    (faces.inline_code, "templates/a.html", '<a onclick="go()">', '<a data-one="1" class="on">'),
    (faces.inline_code, "templates/a.html", '<a hx-on:click="go()">', '<a hx-get="/">'),
    (faces.inline_code, "templates/a.html", '<a href="javascript:go()">', '<a href="/javascript/">'),
]


@pytest.mark.parametrize(("rule", "path", "offence", "allowed"), CASES)
def test_a_rule_sees_the_offence_and_leaves_the_rest(
    rule: Rule, path: str, offence: str, allowed: str
) -> None:
    assert rule([Source(path, offence)])
    assert not rule([Source(path, allowed)])


def test_a_file_and_a_function_can_be_too_long() -> None:
    source = Source("media/a.py", "def f():\n" + "    x = 1\n" * 40)
    assert budgets.long_files([source], 40) and not budgets.long_files([source], 41)
    assert budgets.long_functions([source], 40) and not budgets.long_functions([source], 41)


def test_a_median_can_be_too_high() -> None:
    source = Source("media/a.py", "def f():\n" + "    x = 1\n" * 120)
    assert budgets.file_median([source]) > budgets.PYTHON_MEDIAN
    assert budgets.function_median([source]) > budgets.FUNCTION_MEDIAN


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rules.imports_inside_functions, "media/apps.py", "def ready():\n    import os\n"),
        (rules.on_commit_elsewhere, "chatify/lib/events.py", "transaction.on_commit(f)\n"),
        (rules.transactions_elsewhere, "chatify/lib/db.py", "transaction.atomic()\n"),
        (rules.rows_in_doors, "messaging/queries/inbox.py", "M.objects.all()\n"),
        (rules.kinds_elsewhere, "messaging/kinds.py", 'x = kind == "mail"\n'),
        (faces.colours_in_styles, "static/css/tokens.css", "a { color: #fff }"),
        (faces.inline_code, "templates/account/email/a.html", "<p style=x>"),
    ],
)
def test_a_rule_knows_the_one_place_where_it_does_not_hold(rule: Rule, path: str, text: str) -> None:
    assert not rule([Source(path, text)])
