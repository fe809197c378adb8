"""The rig's own switches: every failpoint finds its place in the product, and none can be on by mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.sabotage import KNOWN, VARIABLE
from tests.faults.seams import Patch, Switchboard, parse
from tests.services.processes import ROOT, clean_environment


@pytest.mark.parametrize("name", KNOWN)
def test_every_failpoint_finds_its_seam_and_leaves_it_as_it_was(name: str) -> None:
    before = [patch.original for patch in KNOWN[name]]
    board = Switchboard(KNOWN)
    board.set(f"{name}=0.5")
    assert all(patch.original is not original for patch, original in zip(KNOWN[name], before, strict=True))
    board.set("")
    assert [patch.original for patch in KNOWN[name]] == before


def test_several_are_on_at_once_and_an_unknown_one_is_refused() -> None:
    class Place:
        speed = 1.0

    board = Switchboard({"faster": [Patch(Place, "speed", lambda original, amount: original * amount)]})
    board.set("faster=3, faster=2")
    assert Place.speed == 6
    with pytest.raises(KeyError):
        board.set("nothing")
    board.set("")
    assert Place.speed == 1
    assert parse("a=0.5,b") == [("a", 0.5), ("b", 1.0)]


def test_the_entry_does_nothing_unless_a_test_asks_for_it(tmp_path: Path) -> None:
    env = clean_environment(CHATIFY_DATA=str(tmp_path))
    assert VARIABLE not in env
    command = [sys.executable, "-m", "tests.faults.sabotage", "serve"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "for tests only" in done.stderr
    assert "ready" not in done.stdout


def test_the_product_knows_nothing_of_failpoints() -> None:
    for app in ("accounts", "chatify", "media", "messaging"):
        for path in (ROOT / app).rglob("*.py"):
            if "tests" not in path.parts:
                assert "FAILPOINT" not in path.read_text("utf-8").upper(), path
