"""Bring a mailbox into somebody's conversations."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import queries
from chatify.lib.errors import ChatifyError
from messaging.operations import imports


class Command(BaseCommand):
    help = "Bring the mail of an .mbox or .eml file to the account with this username or e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="username or e-mail")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            owner = queries.account(options["owner"])
            with path.open("rb") as stream:
                told = imports.read_whole(owner, stream)
        except ChatifyError as error:
            raise CommandError(error.detail) from None
        except OSError as error:
            raise CommandError(f"{path} could not be read: {error.strerror}.") from None
        for remark in told.remarks:
            self.stdout.write(f"{remark['subject'] or '(no subject)'}: {remark['reason']}")
        self.stdout.write(
            f"{told.created + told.merged + told.skipped} messages: {told.created} created in "
            f"{told.threads} new threads, {told.merged} merged with what was there, {told.skipped} skipped."
        )
