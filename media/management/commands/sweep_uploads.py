"""manage.py sweep_uploads: forget files that nobody sent."""

from typing import Any

from django.core.management.base import BaseCommand

from media.operations import care


class Command(BaseCommand):
    help = "Forget files that were begun more than a day ago and that no message carries."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{care.sweep()} files forgotten.")
