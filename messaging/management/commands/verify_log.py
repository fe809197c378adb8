"""manage.py verify_log: recompute the log and name every row that does not hold."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatify.lib import ids
from chatify.lib.errors import Invalid
from messaging.queries import verify


class Command(BaseCommand):
    help = "Check places, texts, digest chain and unread counts; exit 1 and name the rows when something differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "conversation", nargs="*", help="ids of the conversations to check (default: all)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options["conversation"])
        findings = 0
        for finding in self._findings(chosen, strays=not options["conversation"]):
            findings += 1
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{findings} differences in {len(chosen)} conversations.")
        self.stdout.write(f"{len(chosen)} conversations checked: no differences.")

    def _findings(self, chosen: list, *, strays: bool) -> Iterator[verify.Finding]:
        if strays:
            yield from verify.strays()
        for conversation in chosen:
            yield from verify.check(conversation)

    def _chosen(self, texts: list[str]) -> list:
        known = verify.conversations()
        try:
            wanted = [ids.parse(text) for text in texts]
        except Invalid as error:
            raise CommandError(error.detail) from error
        if missing := set(wanted) - set(known):
            raise CommandError(f"There is no conversation {min(missing)}.")
        return wanted or known
