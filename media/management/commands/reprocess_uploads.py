"""manage.py reprocess_uploads: look once more into files that could not be prepared."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from media.operations import care


class Command(BaseCommand):
    help = "Have files prepared again: those that failed, or all. The workers do it, one after the other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that are ready")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{care.reprocess(everything=options['all'])} files wait for a worker.")
