import pytest

from . import budgets, faces, rules
from .source import python_files, scripts, styles, templates

PRODUCT = python_files(tests=False)
TESTS = python_files(tests=True)

FINDINGS = {
    "python files": lambda: budgets.long_files(PRODUCT, budgets.PYTHON_FILE),
    "test files": lambda: budgets.long_files(TESTS, budgets.TEST_FILE),
    "functions": lambda: budgets.long_functions(PRODUCT, budgets.FUNCTION),
    "test functions": lambda: budgets.long_functions(TESTS, budgets.TEST_FUNCTION),
    "view bodies": lambda: budgets.long_views(PRODUCT),
    "task bodies": lambda: budgets.long_tasks(PRODUCT),
    "templates": lambda: budgets.long_files(templates(), budgets.TEMPLATE),
    "scripts": lambda: budgets.long_files(scripts(), budgets.SCRIPT),
    "styles": lambda: budgets.long_files(styles(), budgets.STYLE),
    "imports inside functions": lambda: rules.imports_inside_functions(PRODUCT),
    "on_commit": lambda: rules.on_commit_elsewhere(PRODUCT),
    "transactions": lambda: rules.transactions_elsewhere(PRODUCT),
    "rows in doors": lambda: rules.rows_in_doors(PRODUCT),
    "kinds in code": lambda: rules.kinds_elsewhere(PRODUCT),
    "kinds in templates": lambda: faces.kinds_in_templates(templates()),
    "colours in styles": lambda: faces.colours_in_styles(styles()),
    "colours in templates": lambda: faces.colours_in_templates(templates()),
    "colours in scripts": lambda: faces.colours_in_scripts(scripts()),
    "inline code": lambda: faces.inline_code(templates()),
}


@pytest.mark.parametrize("what", FINDINGS)
def test_everything_keeps_to_the_budget_for(what: str) -> None:
    findings = FINDINGS[what]()
    assert not findings, f"{what}:\n" + "\n".join(findings)


def test_the_median_python_file_is_short() -> None:
    assert budgets.file_median(PRODUCT) < budgets.PYTHON_MEDIAN


def test_the_median_function_is_short() -> None:
    assert budgets.function_median(PRODUCT) < budgets.FUNCTION_MEDIAN
