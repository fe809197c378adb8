"""The workshop: a small process that forks once per file, so that no file can touch the next one or its elders.

It reads one task a line, as JSON, and answers each with one line. It ends when its parent does, or has nothing for
a minute.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from media.processing import documents, films, pages, pictures
from media.processing.trouble import CannotPreview, TooMuch

IDLE_SECONDS = 60.0
LARGEST_ANSWER = 2**20
TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "picture": pictures.prepare,
    "film": films.prepare,
    "play": films.prepare_playable,
    "sound": films.prepare_sound,
    "document": documents.prepare,
    "page": pages.prepare,
    "card": pictures.prepare_card,
}


def main() -> None:
    """Serve until nobody asks any more."""
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        print(json.dumps(_do_apart(json.loads(line))), flush=True)


def _do_apart(task: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        _work(task, writing)
    os.close(writing)
    try:
        answer = _hear(reading, float(task["seconds"]))
    finally:
        os.close(reading)
        # Whatever it started goes with it.
        with suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    return answer


def _hear(reading: int, seconds: float) -> dict[str, Any]:
    """What the worker says until it ends; nothing it could say afterwards counts."""
    told, until = b"", time.monotonic() + seconds
    while len(told) < LARGEST_ANSWER:
        if not select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
            return {"failed": "It took too long."}
        data = os.read(reading, 65536)
        if not data:
            break
        told += data
    try:
        answer = json.loads(told)
    except ValueError:
        return {"failed": "It could not be opened."}
    return answer if isinstance(answer, dict) else {"failed": "It could not be opened."}


def _work(task: dict[str, Any], writing: int) -> None:
    """In the fork: never returns."""
    try:
        os.setpgid(0, 0)
        _limit(task)
        answer = _answer(task)
        with os.fdopen(writing, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    except BaseException:
        os._exit(1)


def _limit(task: dict[str, Any]) -> None:
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    resource.setrlimit(resource.RLIMIT_CPU, (int(task["cpu"]), int(task["cpu"]) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(task["memory"]), int(task["memory"])))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(task["disk"]), int(task["disk"])))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        return TASKS[task["task"]](task["source"], task["folder"], task)
    except TooMuch as error:
        return {"refused": str(error)}
    except (CannotPreview, OSError, SyntaxError, ValueError, EOFError, MemoryError, RuntimeError) as error:
        return {"failed": f"It could not be opened ({type(error).__name__})."}


if __name__ == "__main__":
    main()
