"""A worker as a process: it follows what was said in one large group and hands what is due to two channels.

`python -m bench.noticing --members 1000 --messages 10` with a server's environment prints what it took as JSON.
"""

import argparse
import json
import os
import resource
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.load import world  # sets Django up

# isort: split

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from bench import machine
from chatify.jobs import runner
from chatify.jobs.models import Job
from chatify.lib.ids import uuid7
from messaging.models import Notice, Unsettled
from messaging.notifications import channels
from messaging.operations import messages, settle


def run(members: int, count: int) -> dict[str, Any]:
    """Say it, then do all that follows, as one worker does it."""
    handed: list[UUID] = []
    for name in ("push", "mail"):
        channels.register(name, lambda person, row: handed.append(row.pk), reaches=list)
    made = world.make("notices", members, 1, members)
    group = made["conversations"][0]
    owner = User.objects.get(pk=group["members"][0])
    _work()  # what follows the beginning
    Notice.objects.all().delete()
    handed.clear()
    machine.pin(os.getpid(), machine.first_core())
    took = cpu = 0.0
    first = 0
    for number in range(count):
        body = "@everyone look" if number == count // 2 else f"message {number}"
        messages.send(owner, conversation=UUID(group["id"]), body=body, client_id=uuid7())
        began, used = time.monotonic(), time.process_time()
        _work()
        took, cpu = took + time.monotonic() - began, cpu + time.process_time() - used
        first = first or _largest()
    grown = _largest() - first
    rows = Notice.objects.count()
    return {
        "seconds": round(took, 2), "cpu_s": round(cpu, 2), "rows": rows, "handed": len(handed),
        "grown_mib": round(grown / 1024, 1),
    }  # fmt: skip


def _work() -> None:
    settle.settle(list(Unsettled.objects.values_list("pk", flat=True)))
    runner.run_due()
    back = timedelta(hours=1)  # as if the delays were over
    Notice.objects.filter(push_sent=None).update(push_due=F("push_due") - back)
    Notice.objects.filter(mail_sent=None).update(mail_due=F("mail_due") - back)
    Job.objects.filter(done_at=None).update(due=timezone.now())
    runner.run_due()


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, required=True)
    parser.add_argument("--messages", type=int, required=True)
    told = parser.parse_args()
    print(json.dumps(run(told.members, told.messages)))


if __name__ == "__main__":
    main()
