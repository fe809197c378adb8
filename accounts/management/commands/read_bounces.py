"""Hear of a letter that came back as mail."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import returned
from accounts.operations import bounces


class Command(BaseCommand):
    help = (
        "Read one mail, as a mail server hands it to a pipe: where it reports that a letter of ours was given up, "
        "its address is marked, and its person sees why. Anything else changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the mail, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Whatever it is, it was taken: a mail server would send back what is refused."""
        report = returned.read(_mail(options["file"]))
        if report is None:
            self.stdout.write("This is no report about a letter.")
            return
        marked = bounces.came_back(report)
        self.stdout.write(
            f"{', '.join(marked)}: nothing but codes goes there now."
            if marked
            else "It reports nothing for good about a letter that we wrote."
        )


def _mail(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(returned.LONGEST)
    try:
        with Path(file).open("rb") as mail:
            return mail.read(returned.LONGEST)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
