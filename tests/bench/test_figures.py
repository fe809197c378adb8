"""How rates are searched, runs chosen, ratios formed and results written."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as command
from bench import end_to_end, fan_out, ratios, realtime, report, rounds, search, store
from bench.report import Result, Table
from bench.search import Step

SIX = ["fanout_500", "fanout_1000", "end_to_end_tx", "end_to_end_insert", "cpu_per_message", "sqlite_store"]


def server(capacity: float) -> search.Try:
    async def try_at(rate: float) -> Step:
        return Step(rate, {"rate": rate}, rate <= capacity)

    return try_at


@pytest.mark.parametrize("start", [100.0, 900.0, 1000.0, 3000.0])
async def test_the_highest_rate_is_found_from_below_and_from_above(start: float) -> None:
    best, steps = await search.highest(server(1000), start=start)
    assert best is not None
    assert best.rate <= 1000
    assert best.rate >= 1000 / search.FINE or len(steps) == search.MOST_STEPS
    assert best.rate == max(step.rate for step in steps if step.kept_up)


async def test_a_server_that_never_keeps_up_has_no_rate() -> None:
    best, steps = await search.highest(server(0), start=100)
    assert best is None
    assert len(steps) == search.MOST_STEPS


async def test_a_rate_that_does_not_hold_is_lowered() -> None:
    step = await search.held(server(900), Step(1000, {}, True))
    assert step.kept_up
    assert 800 < step.rate <= 900


def sent(**changed: Any) -> dict[str, Any]:
    whole = {"unacked": 0, "lost": 0, "refused": 0, "closed": 0, "ack": {"p99_ms": 99.0}}
    return whole | changed


def test_a_server_keeps_up_only_with_everything_there_in_time() -> None:
    assert end_to_end.kept_up(sent())
    assert not end_to_end.kept_up(sent(ack={"p99_ms": 100.0}))
    for what in ("unacked", "lost", "refused", "closed"):
        assert not end_to_end.kept_up(sent(**{what: 1}))


async def test_servers_take_turns_and_the_middle_run_is_kept() -> None:
    told: list[str] = []
    rates = {"ours": [5, 9, 7], "peer": [3, 1, 2]}

    def measure(name: str) -> rounds.Measure:
        async def one() -> dict[str, Any]:
            told.append(name)
            return {"rate": rates[name][told.count(name) - 1]}

        return one

    found = await rounds.alternated({name: measure(name) for name in rates}, rounds=3, by="rate")
    assert told == ["ours", "peer"] * 3
    assert found == {"ours": {"rate": 7, "runs": [5, 9, 7]}, "peer": {"rate": 2, "runs": [3, 1, 2]}}


def test_there_are_six_ratios_and_no_other() -> None:
    assert list(ratios.of()) == SIX
    assert ratios.of(sqlite_store=4.5)["sqlite_store"] == 4.5
    with pytest.raises(ValueError, match="speed"):
        ratios.of(speed=1.0)


def test_a_ratio_is_ours_to_the_peers() -> None:
    assert ratios.between({"rate": 300}, {"rate": 100}, "rate") == 3.0
    assert ratios.between({"rate": 300}, None, "rate") is None
    assert ratios.between(None, {"rate": 100}, "rate") is None
    assert ratios.between({"rate": 300}, {"rate": 0}, "rate") is None


def test_every_ratio_compares_with_the_peer_it_names() -> None:
    figures = {
        "fan_out": {
            size: {fan_out.OURS: {"deliveries_s": rate}, fan_out.PEER: {"deliveries_s": 100}, "bare ws": {}}
            for size, rate in (("500", 125), ("1000", 160))
        },
        "end_to_end": {
            "ours json": {"rate": 9000, "server_cpu_us": 90.0},
            end_to_end.TX: {"rate": 3000, "server_cpu_us": 300.0},
            end_to_end.INSERT: {"rate": 5000, "server_cpu_us": 200.0},
        },
        "sqlite_store": {store.OURS_SQLITE: {"rate": 20_000}, store.PEER_SQLITE: {"rate": 4000}},
    }
    assert list(realtime.ratios_of(figures).values()) == [1.25, 1.6, 3.0, 1.8, 0.3, 5.0]
    assert list(realtime.ratios_of({}).values()) == [None] * 6


@pytest.fixture(autouse=True)
def _signals_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line takes SIGTERM for itself; the tests' process keeps its own."""
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)


class Faked:
    """A bench that finds what it is told."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rate", type=float)

    async def measure(self, options: argparse.Namespace) -> Result:
        figures = {"ours": {"rate": options.rate}}
        table = Table("Rates", ("server", "rate"), [("ours", options.rate), ("peer", None)])
        return Result(figures, [table], ratios.of(), ["Nobody was measured."])


def test_the_json_has_the_figures_and_all_ratios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setitem(command.BENCHES, "faked", Faked())
    command.main(["faked", "--quick", "--rate", "7", "--json", str(tmp_path / "out.json")])
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["ours"] == {"rate": 7.0}
    assert told["ratios"] == dict.fromkeys(SIX)
    assert told["machine"]["cores"] >= 1
    kept = sorted(path.suffix for path in (tmp_path / "results").iterdir())
    assert kept == [".json", ".md"]
    assert "| peer | – |" in capsys.readouterr().out


def test_a_part_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["realtime", "--only", "everything"])
    assert "fan_out" in capsys.readouterr().err
