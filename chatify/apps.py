"""Composition: what connects the parts when a process starts."""

from django.apps import AppConfig
from django.conf import settings


class ChatifyConfig(AppConfig):
    name = "chatify"
    verbose_name = "Chatify"

    def ready(self) -> None:
        """Have Celery carry the jobs where a broker is set; an embedded server never loads Celery."""
        if settings.CELERY_BROKER_URL:
            from chatify import celery

            celery.carry_jobs()
