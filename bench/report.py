"""Tables on the screen and in `bench/results/`, dated, as JSON and Markdown."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` (0…1) of the values lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def spread(seconds: list[float]) -> dict[str, float]:
    """p50, p99 and the maximum, in milliseconds."""
    return {
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 2),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 2),
        "max_ms": round(max(seconds, default=0.0) * 1000, 2),
    }


def keep(bench: str, backend: str, result: dict[str, Any]) -> None:
    """Print the result and write it down."""
    now = datetime.now(UTC)
    table = markdown(f"{bench}, {backend}, {now:%Y-%m-%d %H:%M} UTC", result)
    print(table)
    RESULTS.mkdir(exist_ok=True)
    name = f"{now:%Y-%m-%d-%H%M}-{bench}-{backend}"
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    (RESULTS / f"{name}.md").write_text(table)


def markdown(title: str, result: dict[str, Any]) -> str:
    """One row per figure; groups become `group: figure`."""
    rows = [f"| {name} | {value} |" for name, value in _flat(result)]
    return "\n".join([f"# {title}", "", "| figure | value |", "|---|---|", *rows, ""])


def _flat(result: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in result.items():
        title = f"{above}: {name}" if above else name
        found += _flat(value, title) if isinstance(value, dict) else [(title, value)]
    return found
