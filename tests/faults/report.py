"""A plugin of pytest's for `bin/test --faults`: one fault by name, a line for each run, a table and JSON at the end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FIGURES = ("sent", "acked", "lost", "dup", "reorder", "gap", "leak", "unread_diff", "heal_s")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault", help="run this fault only")
    parser.addoption("--faults-json", type=Path, help="write the table to this file")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Report(config), "faults-report")


class Report:
    """What each run of a fault came to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.rows: list[dict[str, Any]] = []

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the faults, or the one that is wanted. An unknown name is told the known ones."""
        wanted = config.getoption("--fault")
        known = sorted({name for item in items if (name := fault_of(item))})
        if wanted and wanted not in known:
            raise pytest.UsageError(f"There is no fault {wanted!r}. There are: {', '.join(known)}.")
        kept = [item for item in items if fault_of(item) and wanted in (None, fault_of(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Note how a run ended, with its figures where it came to a verdict."""
        outcome = yield
        report = outcome.get_result()
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self._note(item, report)

    def _note(self, item: pytest.Item, report: pytest.TestReport) -> None:
        verdicts = [value for name, value in item.user_properties if name == "verdict"]
        stage, figures = "", {}
        if verdicts:
            figures = dict(verdicts[-1])
            stage = figures.pop("stage")
        parameters = getattr(item, "callspec", None)
        seed = parameters.params.get("seed") if parameters else None
        stage = stage or (parameters.params.get("shared_stage", "") if parameters else "")
        row = {"fault": fault_of(item), "on": stage, "seed": seed, "outcome": report.outcome, **figures}
        if report.skipped and isinstance(report.longrepr, tuple):
            row["why"] = report.longrepr[2].removeprefix("Skipped: ")
        self.rows.append(row | {"seconds": round(report.duration, 1)})
        self._say(f"\n{line(self.rows[-1])}")

    def _say(self, text: str) -> None:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(text)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table."""
        terminalreporter.section("faults")
        for row in self.rows:
            terminalreporter.write_line(line(row))
        if path := self._config.getoption("--faults-json"):
            path.write_text(json.dumps({"faults": self.rows}, indent=2) + "\n", "utf-8")


def fault_of(item: pytest.Item) -> str | None:
    """The name of the fault that a test tries."""
    marker = item.get_closest_marker("fault")
    return str(marker.args[0]) if marker else None


def line(row: dict[str, Any]) -> str:
    """One run in one line."""
    figures = " ".join(f"{name}={row[name]}" for name in FIGURES if name in row)
    seed = f" seed {row['seed']}" if row["seed"] is not None else ""
    return f"{row['fault']:<22} {row['on']}{seed}: {row['outcome']} {figures or row.get('why', '')}".rstrip()
