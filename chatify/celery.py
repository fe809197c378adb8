"""Celery, where CELERY_BROKER_URL is set: it carries the jobs, the table remembers them.

A worker imports this before Django is ready: nothing here may import a model.
"""

import os

from celery import Celery
from kombu import Exchange
from kombu import Queue as Declared

from chatify.jobs import wake
from chatify.jobs.registry import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")

app = Celery("chatify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks(["chatify.jobs"])
# A worker without -Q serves them all.
app.conf.task_queues = [Declared(each, Exchange(each), routing_key=each) for each in map(str, Queue)]
ANSWERS_WITHIN = 1.0


def carry_jobs() -> None:
    """Send a task for each commit that put work down; a broker that does not answer never fails the commit."""
    wake.carry_with(wake.Carrier(send=tell, served=served))


def tell(queue: Queue) -> None:
    """There is work on this queue."""
    app.send_task("jobs.run_due", args=[str(queue)], queue=str(queue), retry=False, expires=600)


def served() -> set[str]:
    """The queues that the workers serve that answer within a second."""
    told = app.control.inspect(timeout=ANSWERS_WITHIN).active_queues() or {}
    return {queue["name"] for queues in told.values() for queue in queues}
