"""What a bench found: tables on the screen and in `bench/results/`, dated, as JSON and Markdown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
Cell = str | int | float | None


@dataclass
class Table:
    """Rows of cells under `columns`; None is shown as a dash."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def markdown(self) -> str:
        """The table with its title."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join(
            [f"## {self.title}", "", *(f"| {' | '.join(map(_shown, line))} |" for line in lines)]
        )


@dataclass
class Result:
    """Figures of one bench, nested dicts of numbers and texts.

    Without `tables` the figures are shown one a row. `ratios` are ours to the peer's, None where not measured;
    `notes` are sentences a reader needs to judge the figures.
    """

    figures: dict[str, Any]
    tables: Sequence[Table] = ()
    ratios: Mapping[str, float | None] | None = None
    notes: Sequence[str] = ()
    machine: dict[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As `--json` writes it: `machine`, the figures, `notes`, and `ratios` where the bench has some."""
        told = {"machine": self.machine, **self.figures, "notes": list(self.notes)}
        return told if self.ratios is None else {**told, "ratios": dict(self.ratios)}

    def shown(self) -> list[Table]:
        """The tables, and the ratios and the machine as tables."""
        told = list(self.tables) or [Table("Figures", ("figure", "value"), _flat(self.figures))]
        if self.ratios is not None:
            told.append(Table("Ours to the peer's", ("ratio", "value"), list(self.ratios.items())))
        return [*told, Table("Machine", ("", ""), _flat(self.machine))]


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0…1) of the values lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the maximum, in milliseconds."""
    return {
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 2),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 2),
        "max_ms": round(max(seconds, default=0.0) * 1000, 2),
    }


def triple(found: Mapping[str, float] | None) -> str | None:
    """A spread in one cell: p50, p99 and the maximum."""
    return f"{found['p50_ms']} / {found['p99_ms']} / {found['max_ms']}" if found else None


def keep(bench: str, result: Result, to: Path | None = None) -> None:
    """Print the result and write it down; `to` is one file more for the figures."""
    now = datetime.now(UTC)
    text = markdown(f"{bench}, {now:%Y-%m-%d %H:%M} UTC", result)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    figures = json.dumps(result.json(), indent=2) + "\n"
    (RESULTS / f"{now:%Y-%m-%d-%H%M}-{bench}.json").write_text(figures)
    (RESULTS / f"{now:%Y-%m-%d-%H%M}-{bench}.md").write_text(text)
    if to is not None:
        to.write_text(figures)


def markdown(title: str, result: Result) -> str:
    """The whole result as a page."""
    notes = [f"- {note}" for note in result.notes]
    parts = [
        f"# {title}",
        *(table.markdown() for table in result.shown()),
        *(["\n".join(notes)] if notes else []),
    ]
    return "\n\n".join(parts) + "\n"


def _shown(cell: Cell) -> str:
    return "–" if cell is None else str(cell)


def _flat(result: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in result.items():
        title = f"{above}: {name}" if above else name
        found += _flat(value, title) if isinstance(value, Mapping) else [(title, value)]
    return found
