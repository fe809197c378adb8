"""The one checker: reads all client logs and the tables, prints the verdict line, fails when it does not hold.

`python -m tests.faults.checker --database URL --logs DIR [--heal SECONDS]` exits 1 when a property is broken.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.faults import fold, stored, tables, told
from tests.faults.verdict import Verdict
from tests.load import journal

FINDINGS_SHOWN = 20


def judge(rows: tables.Tables, logs: list[journal.Log], heals: Iterable[float] = ()) -> Verdict:
    """P1-P6 over rows and logs already read."""
    verdict = Verdict()
    stored.check(rows, verdict)
    told.check(logs, rows, verdict)
    fold.check(logs, verdict)
    verdict.healed(heals)
    return verdict


def known(logs: list[journal.Log]) -> set[str]:
    """The conversations that any of these clients began in or heard of: others share the tables."""
    places = (record.fields for log in logs for record in log.records)
    names = {fields.get("conv", fields.get("conversation")) for fields in places}
    return {name for name in names if name is not None}


def check(database_url: str, folder: Path, heals: Iterable[float] = ()) -> Verdict:
    """Read everything and judge it."""
    return judge(tables.read(database_url), journal.read(folder), heals)


def explain(verdict: Verdict) -> str:
    """The verdict line, and under it the first findings."""
    return "\n".join([str(verdict), *verdict.findings[:FINDINGS_SHOWN]])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--heal", type=float, action="append", default=[])
    told_options = parser.parse_args()
    verdict = check(told_options.database, told_options.logs, told_options.heal)
    print(explain(verdict))
    sys.exit(0 if verdict.holds else 1)


if __name__ == "__main__":
    main()
