"""What Celery runs. The work itself is an operation that can be called without a queue."""

from celery import shared_task

from chatify.jobs import runner
from chatify.jobs.registry import Queue


@shared_task(name="jobs.run_due")
def run_due(queue: str | None = None) -> int:
    """Do everything that is due, on one queue or on all."""
    return runner.run_due(Queue(queue) if queue else None)
