"""Celery, where CELERY_BROKER_URL is set: it carries the jobs, the table remembers them.

A worker imports this before Django is ready: nothing here may import a model.
"""

import os

from celery import Celery

from chatify.jobs import wake

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")

app = Celery("chatify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks(["chatify.jobs"])


def carry_jobs() -> None:
    """Send a task for each commit that put work down; a broker that does not answer never fails the commit."""
    wake.carry_with(lambda: app.send_task("jobs.run_due", retry=False, expires=600))
