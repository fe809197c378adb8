"""manage.py reindex_search: bring search level with the log, make it anew, or say what differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.operations import search


class Command(BaseCommand):
    help = "Bring the index of search level with the log. Interrupted it goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--anew", action="store_true", help="forget the index first and make all of it")
        choice.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 when something differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        found = search.rebuild() if options["anew"] else search.catch_up()
        self.stdout.write(f"{found:,} messages were read into the index.")

    def _check(self) -> None:
        findings = list(search.differences())
        for finding in findings:
            self.stdout.write(finding)
        if findings:
            raise CommandError(f"{len(findings)} differences. Run reindex_search, or reindex_search --anew.")
        self.stdout.write("The index says what the messages say.")
