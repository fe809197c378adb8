"""What Celery runs. The work itself is an operation that can be called without a queue."""

from celery import shared_task

from chatify.jobs import runner


@shared_task(name="jobs.run_due")
def run_due() -> int:
    """Do everything that is due."""
    return runner.run_due()
