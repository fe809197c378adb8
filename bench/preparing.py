"""A worker as a process: photos that have come are prepared, one after the other, on one core.

`python -m bench.preparing --photos 100` with a server's environment prints as JSON, for each sort of photo, how many a
minute of the core were done: in CPU time of the worker and of what it starts, and by the clock.
"""

import argparse
import json
import os
import time

import psutil

from tests.load import world  # noqa: F401 sets Django up

# isort: split

from accounts.models import User
from bench import machine
from chatify.jobs import runner
from media.models import State, Upload
from media.operations import preparing, uploads
from media.processing.workshop import workshop
from media.tests import samples

SORTS = {
    "2_mp": samples.scenery(1600, 1200),
    "12_mp": samples.scenery(4032, 3024),
    "2_mp_noise": samples.noise(1600, 1200),
}


def run(count: int) -> dict[str, dict[str, int]]:
    """Everything that a worker does for a photo, from taking up its job until it can be seen."""
    owner = User.objects.create(username="painter", email="painter@example.org")
    machine.pin(os.getpid(), machine.first_core())
    _open_workshop()
    return {sort: _measured(owner, sort, photo, count) for sort, photo in SORTS.items()}


def _open_workshop() -> None:
    workshop.do(
        {"task": "document", "type": "text/plain", "source": __file__, "folder": "", **preparing.PICTURE}
    )


def _measured(owner: User, sort: str, photo: bytes, count: int) -> dict[str, int]:
    for number in range(count):  # different ones: equal files of one owner are prepared once
        uploads.bring(owner, name=f"{sort}.jpg", type="image/jpeg", data=photo + b"%08d" % number)
    began, used = time.monotonic(), _cpu()
    runner.run_due()
    took, used = time.monotonic() - began, _cpu() - used
    done = Upload.objects.filter(owner=owner, name=f"{sort}.jpg", state=State.READY).count()
    assert done == count, f"{done} of {count} were prepared"
    return {
        "bytes": len(photo), "a_minute_of_cpu": round(count / used * 60), "a_minute": round(count / took * 60),
    }  # fmt: skip


def _cpu() -> float:
    """Seconds of this process and of its workshop, with every fork that has ended."""
    worker = psutil.Process()
    times = [task.cpu_times() for task in (worker, *worker.children(recursive=True))]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, required=True)
    print(json.dumps(run(parser.parse_args().photos)))
