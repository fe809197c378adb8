"""Celery, where CELERY_BROKER_URL is set: it carries the jobs, the table remembers them."""

import os

from celery import Celery

from chatify.jobs import runner, wake

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")

app = Celery("chatify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()


@app.task(name="jobs.run_due")
def run_due() -> int:
    """Do everything that is due."""
    return runner.run_due()


def carry_jobs() -> None:
    """Send a task for each commit that put work down; a broker that does not answer never fails the commit."""
    wake.carry_with(lambda: run_due.apply_async(retry=False))
