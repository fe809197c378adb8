"""The peers that run on Node: installed from `bench/peers/package-lock.json` when first needed, started, ended."""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench import driving, machine
from tests.services.processes import Unavailable

PEERS = Path(__file__).resolve().parent / "peers"
MODULES = PEERS / "node_modules"
STAMP = MODULES / ".installed"


@dataclass(frozen=True)
class Node:
    """A running peer."""

    pid: int
    port: int


def add_option(parser: argparse.ArgumentParser) -> None:
    """`--peers` and `--no-peers`."""
    words = "measure the peers too (they need Node and npm)"
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help=words)


def wanted(options: argparse.Namespace) -> tuple[bool, list[str]]:
    """Whether peers can be measured, and a sentence where not; installs them."""
    if not options.peers:
        return False, ["Measured without peers, as wanted."]
    try:
        install()
    except Unavailable as reason:
        print(f"Measuring ours alone: {reason}", flush=True)
        return False, [f"Measured without peers: {reason}"]
    return True, []


def install() -> None:
    """Make node_modules hold what the lock file names. Raises Unavailable without Node or when npm fails."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("the peers need Node 20 and npm, and there is none on the PATH")
    wanted = hashlib.sha256((PEERS / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Installing the peers from npm (once, about a minute) …", flush=True)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEERS, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"npm could not install the peers:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    STAMP.write_text(wanted)


def environment(env: dict[str, str]) -> dict[str, str]:
    """Ours without what would configure somebody else's server."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "NODE_ENV": "production",
        **env,
    }


@contextlib.asynccontextmanager
async def serving(script: str, env: dict[str, str]) -> AsyncIterator[Node]:
    """A peer that says its port when it is ready, on the first core."""
    async with driving.lines("node", str(PEERS / script), name=script, env=environment(env)) as child:
        told = await child.answer()
        machine.pin(child.pid, machine.first_core())
        yield Node(child.pid, told["port"])


def versions() -> dict[str, str]:
    """Of Node and of the packages that are compared."""
    lock = json.loads((PEERS / "package-lock.json").read_text())["packages"]
    names = json.loads((PEERS / "package.json").read_text())["dependencies"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return {"node": node, **{name: lock[f"node_modules/{name}"]["version"] for name in names}}
