"""Broken lines between people and servers: slow, narrow, stalled, reset, refused, cut, and dead without a word."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.faults.run import FULL_RUN, TALK, afterwards, ordinarily, under_load, until
from tests.faults.stage import Stage, healed
from tests.load.fleet import Fleet
from tests.services.proxy import Proxy, Way

pytestmark = pytest.mark.process

BROKEN_S = 3.0
BOTH_NOTICE_WITHIN_S = 60.0


def _refuse(line: Proxy) -> None:
    line.refuse()
    line.cut()


WAYS: dict[str, Callable[[Proxy], object]] = {
    "slow_line": lambda line: line.latency(150, 100),
    "narrow_line": lambda line: line.rate(30_000, Way.DOWN),
    "stalled_line": lambda line: line.stall(Way.DOWN),
    "stalled_up": lambda line: line.stall(Way.UP),
    "reset_line": lambda line: line.reset(),
    "refused_line": _refuse,
}


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.fault(way), id=way) for way in WAYS])
async def test_a_broken_line_loses_nothing(
    stage: Stage, tmp_path: Path, seed: int, lines: list[Proxy], way: str
) -> None:
    ordinarily(stage.name, "postgresql+redis" if way in ("reset_line", "narrow_line") else "sqlite")

    async def break_them(fleet: Fleet) -> list[float]:
        await asyncio.sleep(1)
        for line in lines:
            await asyncio.to_thread(WAYS[way], line)
        await asyncio.sleep(BROKEN_S)
        return [await afterwards(fleet, lambda: [line.pass_on() for line in lines])]

    await under_load(stage, tmp_path, break_them, seed=seed, urls=[line.url for line in lines])


@pytest.mark.fault("half_open")
async def test_a_line_that_goes_dead_without_a_word_is_noticed_by_both_sides(
    stage: Stage, tmp_path: Path, seed: int, lines: list[Proxy]
) -> None:
    ordinarily(stage.name, "postgresql+redis")

    async def go_dark(fleet: Fleet) -> list[float]:
        await asyncio.sleep(1)
        held = _peers(stage)
        assert len(held) >= len(fleet.clients)
        for line in lines:
            await asyncio.to_thread(line.blackhole)
        dark = time.monotonic()
        await until(lambda: not any(c.ready.is_set() for c in fleet.clients), 25, "every client noticed")
        clients = time.monotonic() - dark
        await until(lambda: not held & _peers(stage), BOTH_NOTICE_WITHIN_S, "every server noticed")
        servers = time.monotonic() - dark
        print(f"[{stage.name}] noticed by clients after {clients:.0f} s, by servers after {servers:.0f} s")
        return [await afterwards(fleet, lambda: [line.pass_on() for line in lines])]

    plan = replace(TALK, rate=20)
    await under_load(stage, tmp_path, go_dark, seed=seed, urls=[line.url for line in lines], plan=plan)


def _peers(stage: Stage) -> set[tuple[int, int]]:
    """Who is connected to the servers, as they see it: pairs of their own port and the peer's."""
    return {
        (connection.laddr.port, connection.raddr.port)
        for server in stage.servers
        for connection in psutil.Process(server.pid).net_connections("tcp")
        if connection.status == psutil.CONN_ESTABLISHED and connection.laddr.port == server.port
    }


@pytest.mark.fault("thousand_cut")
async def test_all_sockets_cut_at_once_come_back_level(
    stage: Stage, tmp_path: Path, seed: int, lines: list[Proxy]
) -> None:
    """63 sockets in the ordinary run, 1,000 in the full one: nine or ten tabs of each person."""
    people, tabs = (100, 10) if FULL_RUN else (7, 9)

    async def cut(fleet: Fleet) -> list[float]:
        heals = []
        for _ in range(2):
            await asyncio.sleep(1)
            ended = sum([await asyncio.to_thread(line.cut) for line in lines])
            assert ended >= len(fleet.clients)
            heals.append(await healed(fleet, time.monotonic()))
        return heals

    plan = replace(TALK, conversations=12, members=4, rate=15)
    urls = [line.url for line in lines]
    await under_load(stage, tmp_path, cut, seed=seed, urls=urls, plan=plan, people=people, tabs=tabs)
