from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "chatify.jobs"
    label = "jobs"
    verbose_name = "Work"
